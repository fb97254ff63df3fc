"""Deleted items of a list, and when they were deleted."""

from bisect import bisect_left, bisect_right
from typing import Final

from ecwid_async.sandbox.state.items import Item
from ecwid_async.sandbox.state.transaction import Transaction

__all__ = ["DeletionHistory"]

_RETENTION_SECONDS: Final = 183 * 24 * 3600


class DeletionHistory:
    """The deletions from one list by time (Unix seconds), kept for half a year."""

    def __init__(self, transaction: Transaction | None = None) -> None:
        self._transaction = transaction or Transaction()
        self._times: list[int] = []
        self._entries: list[Item] = []

    def add(self, entry: Item, at: int) -> None:
        """Record a deletion. `entry` contains the ``id`` and the other fields that the list's history shows."""
        position = bisect_right(self._times, at)
        self._times.insert(position, at)
        self._entries.insert(position, entry)
        self._transaction.on_rollback(lambda: (self._times.pop(position), self._entries.pop(position)))

    def between(self, start: float, end: float, now: int) -> list[tuple[int, Item]]:
        """The deletions with ``start <= time <= end`` that are still kept at `now`, oldest first."""
        first = bisect_left(self._times, max(start, now - _RETENTION_SECONDS))
        last = bisect_right(self._times, end)
        return list(zip(self._times[first:last], self._entries[first:last], strict=True))
