"""The events of a list, from the batches of its changes. Sends no requests."""

import math
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from ecwid_async.changes.batch import ChangeBatch
from ecwid_async.changes.cursor import Cursor
from ecwid_async.changes.event_sections import EventSection
from ecwid_async.changes.read_interval import ReadInterval

if TYPE_CHECKING:
    from ecwid_async.models.events import StoreEvent

__all__ = ["ListEvents", "is_over"]


class ListEvents:
    """The events of a list. `since` is the time of the old cursor, None if everything is read.

    A change is reported once its second is over, since the item may change again within it. Until then the cursor
    stays before it, so that the next read finds it.
    """

    def __init__(self, section: EventSection, store_id: int, *, since: int | None, lag: float) -> None:
        self._section = section
        self._store_id = store_id
        self._since = since
        self._lag = lag
        self._held_back: int | None = None

    def of(self, batch: ChangeBatch[dict[str, Any]]) -> "list[StoreEvent]":
        """Return the events of a batch."""
        section, store_id = self._section, self._store_id
        lag = self._lag if batch.kind == "search" else 0.0
        shown = ReadInterval(batch.read.begin + lag, batch.read.end)
        events = [section.deletion_event(deletion, store_id=store_id) for deletion in batch.deletions]
        for item, updated in zip(batch.items, batch.updated, strict=True):
            created = section.created_at(item)
            if self._since is None:
                # Whatever happened to it before is in the past.
                times: list[tuple[Literal["created", "updated"], int | None]] = [("created", created)]
            elif created is not None and created >= self._since:
                times = [("created", created)]
                if updated is not None and updated > created:
                    times.append(("updated", updated))
            else:
                times = [("updated", updated)]
            for kind, at in times:
                if at is None or is_over(at, shown):
                    events.append(section.item_event(kind, item, at, store_id=store_id))
                else:
                    self._held_back = at if self._held_back is None else min(at, self._held_back)
        return events

    def cursor(self, cursor: Cursor) -> Cursor:
        """Return a cursor of the list that lies before all changes that were held back."""
        held = self._held_back
        if held is None:
            return cursor
        return replace(
            cursor,
            since=None if cursor.since is None else min(held, cursor.since),
            until=None if cursor.until is None else min(held, cursor.until),
            proven=tuple((low, high) for low, high in cursor.proven if high < held),
        )


def is_over(second: int, shown: ReadInterval) -> bool:
    """Return whether a second was over in the state that a response shows.

    A time in the future counts as over: the server's clock was set back, and it may take long to get there.
    """
    return second + 1 <= shown.begin or second > math.ceil(shown.end)
