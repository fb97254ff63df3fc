"""What is known to be read of a list that moves: the reasoning of a scan, without its requests.

Two facts carry it. *A page is one moment*: of a list in order of creation it holds everything strictly between its
first and its last row. *A total is a version*: where rows can leave a list and none can enter, two pages that tell the
same total are cut from the same rows, and so are as good as one larger page. Pages that tell different totals must
overlap by more than a second's rows; what lies between two that do not is read again.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from attrs import field, frozen

__all__ = ["Coverage", "Slice", "Union", "Unsorted"]

Key: TypeAlias = int | str
Moment: TypeAlias = int
"""When a row was created, in seconds."""


class Unsorted(Exception):
    """Rows do not come in the order of creation."""


@frozen
class Slice:
    """Of a page: where it was cut from a list of `total` rows, each row's id, and its moment if all have one.

    `epoch` tells equal totals apart between which the list is known to have had another.
    """

    offset: int
    total: int | None
    ids: Sequence[Key] = field(repr=False)
    times: Sequence[Moment] = field(repr=False)
    epoch: int = 0

    @property
    def end(self) -> int:
        """Where the next slice begins."""
        return self.offset + len(self.ids)

    def tail(self) -> int:
        """The index of the first row that is as old as the last."""
        last, at = self.times[-1], len(self.times) - 1
        while at and self.times[at - 1] == last:
            at -= 1
        return at


class Coverage:
    """How far a list in order of creation was read, every row so far being known to be seen.

    Seen is whatever was created strictly before `last`, in the direction in which the list runs. The rows of `last`
    itself, which may go on behind the slice, are the `group`: it began at slot `start` of the list of that `total`.
    """

    def __init__(self, *, rising: bool | None = None) -> None:
        self.rising = rising
        self.total: int | None = None
        self.epoch = 0
        self.start = self.end = 0
        self.last: Moment | None = None
        self.group: set[Key] = set()
        self.complete = False
        # Where a group ended of which not every slot showed another row: ties in another order each time do that.
        self._hole: int | None = None
        self._cursor = 0

    @property
    def mark(self) -> tuple[object, ...]:
        """Changes with every progress."""
        return self.last, self.end, self.total, len(self.group), self.complete

    def restore(
        self,
        total: int | None,
        rising: bool | None,
        start: int,
        end: int,
        last: Moment | None,
        group: Iterable[Key],
    ) -> None:
        """Go on from where another one was."""
        self.total, self.rising, self.start, self.end, self.last = total, rising, start, end, last
        self.group = set(group)

    def join(self, piece: Slice) -> bool:
        """Take a slice into account; False where rows may lie between it and what was seen so far.

        Raises `Unsorted`.
        """
        if self.complete:
            return True
        if not piece.ids:
            self.complete = piece.offset == 0 and not piece.total
            return self.complete
        self._check_order(piece)
        first, last = piece.times[0], piece.times[-1]
        if self.last is None:
            return piece.offset == 0 and self._adopt(piece)
        same = piece.total is not None and piece.total == self.total and piece.epoch == self.epoch
        if same and piece.offset <= self.end:
            return self._extend(piece, first, last)
        if piece.offset == 0 or self._before(first, self.last):
            return self._behind(piece) or self._adopt(piece)
        return False

    def bridge(self, total: int | None) -> int:
        """The offset from which to read on where the next slice did not join, of a list that now tells this total."""
        if self._hole is not None:
            return self._cursor
        if total is not None and total == self.total:
            return self.end
        gone = max(0, self.total - total) if self.total is not None and total is not None else 0
        return max(0, self.start - 1 - gone)

    def _extend(self, piece: Slice, first: Moment, last: Moment) -> bool:
        """Add a slice of the same rows, adjacent or overlapping."""
        if piece.offset == self.end and self._before(first, self.last):
            raise Unsorted
        same = [key for key, time in zip(piece.ids, piece.times, strict=True) if time == self.last]
        self.group.update(same)
        if last == self.last:
            self.end = max(self.end, piece.end)
            if self._hole is not None:
                self._cursor = piece.end if piece.end < self._hole else self.start
                return self._closed(self._hole) and self._ended(piece)
            return self._ended(piece)
        if not self._before(first, self.last):
            if piece.offset < self.end and not same:
                raise Unsorted
            if not self._closed(piece.offset + len(same)):
                return False
        elif self._behind(piece):
            return True
        return self._adopt(piece)

    def _behind(self, piece: Slice) -> bool:
        """Whether a slice says nothing new, unless it is that the list ends before what is covered already."""
        if not self._before(piece.times[-1], self.last):
            return False
        self.complete = piece.total is not None and piece.end >= piece.total
        return True

    def _adopt(self, piece: Slice) -> bool:
        """Go on from a slice that is known to join."""
        tail = piece.tail()
        self.total, self.epoch, self.end = piece.total, piece.epoch, piece.end
        self.last, self.start = piece.times[-1], piece.offset + tail
        self.group = set(piece.ids[tail:])
        self._hole = None
        return self._ended(piece)

    def _ended(self, piece: Slice) -> bool:
        if piece.total is not None and piece.end >= piece.total:
            self.complete = self._closed(piece.total)
            return self.complete
        return True

    def _closed(self, end: int) -> bool:
        """Whether each slot of the group, which ends here, has shown a row of its own."""
        if len(self.group) == end - self.start:
            self._hole = None
            return True
        if self._hole is None:
            # From one row before: a page that has the whole group and both its neighbours needs no further proof.
            self._hole, self._cursor = end, max(0, self.start - 1)
        return False

    def _before(self, one: Moment, other: Moment | None) -> bool:
        if self.rising is None or other is None:
            return False
        return bool(one < other) if self.rising else bool(one > other)

    def _check_order(self, piece: Slice) -> None:
        times = list(piece.times)
        if len(times) != len(piece.ids):
            raise Unsorted
        rises, falls = times == sorted(times), times == sorted(times, reverse=True)
        if rises and falls:
            return
        if not (rises or falls) or self.rising is (not rises):
            raise Unsorted
        self.rising = rises


class Union:
    """The rows seen of a list that only shrinks, in whatever order it comes, while it told one and the same total."""

    def __init__(self) -> None:
        self.ids: set[Key] = set()
        self.total: int | None = None
        self.epoch = 0
        self.changes = -1

    @property
    def mark(self) -> tuple[object, ...]:
        """Changes with every row that was not seen before, and wherever the list moves."""
        return len(self.ids), self.total, self.changes

    @property
    def complete(self) -> bool:
        """Whether that many different rows were seen as there are."""
        return self.total is not None and len(self.ids) == self.total

    def add(self, piece: Slice) -> bool:
        """Take a slice into account; False where the list has moved and what was seen before counts no longer."""
        moved = (piece.total, piece.epoch) != (self.total, self.epoch)
        if moved:
            self.ids.clear()
            self.total, self.epoch = piece.total, piece.epoch
            self.changes += 1
        self.ids.update(piece.ids)
        return not moved or self.changes == 0
