"""Which rows of a run are loaded, by the rules of `ecwid_async.sync.rows.precedence`.

The destination keeps the row that was read last. So a row that loses against an earlier one of the same run must not be
loaded. Only a few items can be read twice with different states: those that changed after the start of the run, and
those that were deleted or read by their ids. The others need not be remembered.
"""

from typing import Final

import msgspec

from ecwid_async.changes import ItemBatch, ItemId
from ecwid_async.sync.rows import Decision, ItemVersion, decide_deletion, decide_item

__all__ = ["RowFilter"]

_STORED: Final = (Decision.STORE, Decision.STORE_AND_ASK, Decision.STORE_LOWER)
_UNDECIDED: Final = (Decision.ASK, Decision.STORE_AND_ASK)


class RowFilter:
    """Decides about the rows of one section of a store, in the order in which they were read.

    `deletions` are the deletions of earlier runs that the list of deleted items may repeat, by id; those of this run
    are added. `undecided` are items that have to be read by their ids.
    """

    def __init__(self, deletions: dict[str, int]) -> None:
        self.deletions = deletions
        self.undecided: dict[ItemId, None] = {}
        self._recent: dict[str, ItemVersion] = {}
        self._start: float | None = None

    def deleted_ids(self, batch: ItemBatch[msgspec.Raw]) -> list[ItemId]:
        """Return the ids of the items that the batch has as deleted."""
        deleted: list[ItemId] = []
        for deletion in batch.deletions:
            key = str(deletion.id)
            if deletion.evidence == "feed":
                if self.deletions.get(key) == deletion.deleted_at:
                    continue  # it was loaded by an earlier run, after which the item may have been restored
                self.deletions[key] = deletion.deleted_at
            decision = decide_deletion(self._recent.get(key), deletion.deleted_at)
            if decision in _UNDECIDED:
                self.undecided[deletion.id] = None
            if decision in _STORED:
                self._recent[key] = ItemVersion(None, deletion.deleted_at, deletion.deleted_at, is_deleted=True)
                deleted.append(deletion.id)
        return deleted

    def positions(self, batch: ItemBatch[msgspec.Raw]) -> list[int]:
        """Return the positions of the items to load."""
        read = batch.read
        if self._start is None:
            self._start = read.begin
        positions: list[int] = []
        for position, (item_id, updated) in enumerate(zip(batch.ids, batch.updated, strict=True)):
            key = str(item_id)
            stored = self._recent.get(key)
            version = ItemVersion(updated, read.begin, read.end)
            if stored is not None:
                decision = decide_item(stored, version, batch.kind)
                if decision in _UNDECIDED:
                    self.undecided[item_id] = None
                if decision not in _STORED:
                    continue
            if stored is not None or batch.kind == "get" or (updated is not None and updated >= self._start):
                self._recent[key] = version
            positions.append(position)
        return positions
