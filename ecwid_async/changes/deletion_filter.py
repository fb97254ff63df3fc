"""Items that a search still shows although they were deleted, or shows again. Sends no requests."""

import math
from collections.abc import Iterable
from typing import TypeVar

from attrs import evolve

from ecwid_async.changes.batch import ChangeBatch, Deletion, ItemId
from ecwid_async.changes.read_interval import ReadInterval

__all__ = ["DeletionFilter"]

T = TypeVar("T")


class DeletionFilter:
    """Removes deleted items from batches. A read that began after the deletion shows that an item was restored."""

    def __init__(self) -> None:
        self._deleted_at: dict[ItemId, int] = {}
        self._restored: set[ItemId] = set()

    def add(self, deletions: Iterable[Deletion]) -> list[Deletion]:
        """Add deletions that were found, and return those that are later than the ones known for the same items."""
        new: list[Deletion] = []
        for deletion in deletions:
            if deletion.deleted_at > self._deleted_at.get(deletion.id, -1):
                self._deleted_at[deletion.id] = deletion.deleted_at
                self._restored.discard(deletion.id)
                new.append(deletion)
        return new

    def restore(self, ids: Iterable[ItemId], read: ReadInterval) -> None:
        """Record that these items exist: a GET read them at this time. Earlier deletions of them do not count."""
        for item_id in self._deleted_at.keys() & set(ids):
            self._deleted_at[item_id] = max(self._deleted_at[item_id], math.floor(read.begin) - 1)
            self._restored.add(item_id)

    def split(self, batch: ChangeBatch[T]) -> tuple[ChangeBatch[T], list[ItemId]]:
        """Return the batch without deleted items, and the ids of those that may have been restored since.

        These were updated at the time of the deletion or later, and only a GET can decide. Any other deleted item is
        shown because the search is behind the store.
        """
        if self._deleted_at.keys().isdisjoint(batch.ids):
            return batch, []
        kept: list[int] = []
        undecided: list[ItemId] = []
        for position, (item_id, updated) in enumerate(zip(batch.ids, batch.updated, strict=True)):
            deleted_at = self._deleted_at.get(item_id)
            # A deletion at this second happened before the next one.
            if deleted_at is None or item_id in self._restored or batch.read.begin > deleted_at + 1:
                kept.append(position)
            elif updated is None or updated >= deleted_at:
                undecided.append(item_id)
        kept_batch = evolve(
            batch,
            items=[batch.items[position] for position in kept],
            ids=[batch.ids[position] for position in kept],
            updated=[batch.updated[position] for position in kept],
        )
        return kept_batch, undecided
