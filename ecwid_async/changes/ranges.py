"""Ranges of update times (Unix seconds, both ends included), and how a cursor moves over them. Sends no requests."""

from typing import Final

from ecwid_async.changes.cursor import Range
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["MAX_PROVEN", "UpdateRange", "add_proven", "unproven_ranges"]

MAX_PROVEN: Final = 64
"""More ranges would make the cursor long. The shortest is dropped, so it is read again."""


@frozen
class UpdateRange:
    """Update times from `low` to `high`, or without end if that is None.

    The `start` of a read is the time up to which items can leave a range but not enter it.
    """

    low: int
    high: int | None = None

    @property
    def bounds(self) -> tuple[tuple[str, str], ...]:
        """The query parameters of the range, a second wider on each side: the server's bounds may be exclusive."""
        since = ("updatedFrom", str(max(0, self.low - 1)))
        return (since,) if self.high is None else (since, ("updatedTo", str(self.high + 1)))

    def is_recent(self, start: int) -> bool:
        """Return whether all of the range lies after the start."""
        return self.low >= start

    def closed_and_recent(self, start: int) -> "tuple[UpdateRange, UpdateRange] | None":
        """Return the ranges before and after the start, or None if they are not one range without end."""
        if self.high is not None or self.is_recent(start):
            return None
        return UpdateRange(self.low, start - 1), UpdateRange(start)

    def halves(self, start: int) -> "tuple[UpdateRange, UpdateRange] | None":
        """Return the earlier and the later half, or None if the range is too narrow."""
        high = start - 1 if self.high is None else self.high
        if self.low >= high:
            return None
        middle = (self.low + high) // 2
        return UpdateRange(self.low, middle), UpdateRange(middle + 1, self.high)


def add_proven(since: int, proven: tuple[Range, ...], new: Range) -> tuple[int, tuple[Range, ...]]:
    """Add a range that was read completely. Return the time before which there is no gap, and the ranges after it."""
    merged: list[Range] = []
    for low, high in sorted((*proven, new)):
        if low <= since:
            since = max(since, high + 1)
        elif merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], high)
        else:
            merged.append((low, high))
    while len(merged) > MAX_PROVEN:
        merged.remove(min(merged, key=lambda each: each[1] - each[0]))
    return since, tuple(merged)


def unproven_ranges(since: int, proven: tuple[Range, ...]) -> list[UpdateRange]:
    """Return the ranges that remain to be read, the earliest first. The last one has no end."""
    remaining = []
    for low, high in sorted(proven):
        if since < low:
            remaining.append(UpdateRange(since, low - 1))
        since = max(since, high + 1)
    return [*remaining, UpdateRange(since)]
