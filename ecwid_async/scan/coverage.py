"""The proof that a list was read completely although it changed meanwhile. Sends no requests.

It rests on two facts:

- *A page is a snapshot.* In a list in order of creation, it holds everything strictly between its first and its last
  item.
- *A total is a version.* If items can leave a list and none can enter it, two pages with the same total show the same
  items, and are as good as one larger page.

Pages with different totals must overlap by more than the items of one second. If two don't, the gap between them is
read again.

A part in no order is read in sweeps from its beginning to its end, until they have found everything:
`UnorderedCoverage` under one total, `ShrinkingCoverage` while items leave. The proof of the latter: let ``S(t)`` be the
items of the part at the time ``t``. None can enter it, so ``S(t)`` only shrinks. Take the pages of a sweep and of all
sweeps after it, and let ``t`` be when the first of them was read. Each item on them was in ``S(t)``, because it was in
the part later. The number of items in ``S(t)`` is the highest total on the pages of that sweep: the page that was read
at ``t`` is one of them, and totals only fall. So if the pages show as many different items, they show all of ``S(t)``.
It doesn't matter which items left, or why, or whether that can be found out. Only an item that leaves before any of the
pages shows it prevents this proof, and each later sweep is another beginning.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from attrs import field, frozen

from ecwid_async.scan.assumptions import ItemId

__all__ = ["NotInCreationOrder", "OrderedCoverage", "ShrinkingCoverage", "Slice", "UnorderedCoverage"]

UnixSeconds: TypeAlias = int
"""When an item was created, in Unix seconds."""


class NotInCreationOrder(Exception):
    """The items are not in order of creation, or too many of one second are in no order."""


@frozen
class Slice:
    """The items of a page: their offset in a list of `total` items, their ids, and their times of creation.

    `times` is shorter than `ids` if some items have no time. Equal totals have different epochs if the total changed
    between them.
    """

    offset: int
    total: int | None
    ids: Sequence[ItemId] = field(repr=False)
    times: Sequence[UnixSeconds] = field(repr=False)
    epoch: int = 0

    @property
    def end(self) -> int:
        """The offset of the next slice."""
        return self.offset + len(self.ids)

    def last_second_index(self) -> int:
        """Return the index of the first item that was created in the same second as the last."""
        last, index = self.times[-1], len(self.times) - 1
        while index and self.times[index - 1] == last:
            index -= 1
        return index


class OrderedCoverage:
    """How far a list in order of creation has been read without a gap.

    Every item created before the second `last` (after it, in a descending list) has been seen. The items created in
    that second are its group: `group` are those seen so far, and the first is at index `start` of the list with this
    `total`. `end` is the offset after the last slice. `rising` is None until the direction of the list is known.
    """

    def __init__(self, *, rising: bool | None = None) -> None:
        self.rising = rising
        self.total: int | None = None
        self.epoch = 0
        self.start = self.end = 0
        self.last: UnixSeconds | None = None
        self.group: set[ItemId] = set()
        self.complete = False
        # The end of the group while some of its items are missing, because the server reorders equal times.
        self._open_group_end: int | None = None
        self._group_offset = 0

    @property
    def version(self) -> tuple[object, ...]:
        """A value that changes whenever the coverage grows."""
        return self.last, self.end, self.total, len(self.group), self.complete

    @property
    def group_size(self) -> int:
        """The number of items that were created in the second `last`, as far as it is known."""
        end = self.end if self._open_group_end is None else self._open_group_end
        return max(len(self.group), end - self.start)

    def restore(
        self,
        total: int | None,
        rising: bool | None,
        start: int,
        end: int,
        last: UnixSeconds | None,
        group: Iterable[ItemId],
    ) -> None:
        """Continue from the state of an earlier coverage."""
        self.total, self.rising, self.start, self.end, self.last = total, rising, start, end, last
        self.group = set(group)

    def join(self, piece: Slice) -> bool:
        """Add a slice. Return False if there may be a gap between it and the slices before.

        Raises `NotInCreationOrder`.
        """
        if self.complete:
            return True
        if not piece.ids:
            self.complete = piece.offset == 0 and not piece.total
            return self.complete
        self._check_order(piece)
        first, last = piece.times[0], piece.times[-1]
        if self.last is None:
            return piece.offset == 0 and self._continue_from(piece)
        same_version = piece.total is not None and piece.total == self.total and piece.epoch == self.epoch
        if same_version and piece.offset <= self.end:
            return self._extend(piece, first, last)
        if piece.offset == 0 or self._precedes(first, self.last):
            return self._skip_covered(piece) or self._continue_from(piece)
        return False

    def next_offset(self, total: int | None) -> int:
        """Return the offset to read next after a slice did not join, in a list that now reports this total."""
        if self._open_group_end is not None:
            return self._group_offset
        if total is not None and total == self.total:
            return self.end
        removed = max(0, self.total - total) if self.total is not None and total is not None else 0
        return max(0, self.start - 1 - removed)

    def _extend(self, piece: Slice, first: UnixSeconds, last: UnixSeconds) -> bool:
        """Add a slice of the same version, adjacent or overlapping."""
        if piece.offset == self.end and self._precedes(first, self.last):
            raise NotInCreationOrder
        same_second: list[ItemId] = []
        if not self._precedes(self.last, first):
            same_second = [key for key, time in zip(piece.ids, piece.times, strict=True) if time == self.last]
            self.group.update(same_second)
        if last == self.last:
            self.end = max(self.end, piece.end)
            if self._open_group_end is not None:
                self._group_offset = piece.end if piece.end < self._open_group_end else self.start
                return self._close_group(self._open_group_end) and self._check_end(piece)
            return self._check_end(piece)
        if not self._precedes(first, self.last):
            if piece.offset < self.end and not same_second:
                raise NotInCreationOrder
            if not self._close_group(piece.offset + len(same_second)):
                return False
        elif self._skip_covered(piece):
            return True
        return self._continue_from(piece)

    def _skip_covered(self, piece: Slice) -> bool:
        """Return whether a slice ends before `last`, so that it adds nothing. It may still end the list."""
        if not self._precedes(piece.times[-1], self.last):
            return False
        self.complete = piece.total is not None and piece.end >= piece.total
        return True

    def _continue_from(self, piece: Slice) -> bool:
        """Continue from a slice that is known to join."""
        group_index = piece.last_second_index()
        self.total, self.epoch, self.end = piece.total, piece.epoch, piece.end
        self.last, self.start = piece.times[-1], piece.offset + group_index
        self.group = set(piece.ids[group_index:])
        self._open_group_end = None
        return self._check_end(piece)

    def _check_end(self, piece: Slice) -> bool:
        """Complete the coverage if the list ends here. Return False if items of the last group are missing."""
        if piece.total is not None and piece.end >= piece.total:
            self.complete = self._close_group(piece.total)
            return self.complete
        return True

    def _close_group(self, end: int) -> bool:
        """Return whether all items of the group were seen, now that its end is known. If not, it stays open."""
        if len(self.group) == end - self.start:
            self._open_group_end = None
            return True
        if self._open_group_end is None:
            # Start one item before: a page with the whole group and both its neighbours needs no further proof.
            self._open_group_end, self._group_offset = end, max(0, self.start - 1)
        return False

    def _precedes(self, one: UnixSeconds | None, other: UnixSeconds | None) -> bool:
        """Return whether one time is strictly before another, in the direction of the list."""
        if self.rising is None or one is None or other is None:
            return False
        return one < other if self.rising else one > other

    def _check_order(self, piece: Slice) -> None:
        """Raise `NotInCreationOrder` for a slice in no order, or in the other direction; set an unknown direction."""
        times = list(piece.times)
        if len(times) != len(piece.ids):
            raise NotInCreationOrder
        if times[0] == times[-1] and len(set(times)) == 1:
            return
        rises = times[0] < times[-1]
        if self.rising is (not rises) or times != sorted(times, reverse=not rises):
            raise NotInCreationOrder
        self.rising = rises


class UnorderedCoverage:
    """The items seen of a list in any order, as long as its total stays the same."""

    def __init__(self) -> None:
        self.ids: set[ItemId] = set()
        self.total: int | None = None
        self.epoch = 0
        self.changes = -1
        """How often the total has changed."""

    @property
    def version(self) -> tuple[object, ...]:
        """A value that changes with every new item and every change of the total."""
        return len(self.ids), self.total, self.changes

    @property
    def complete(self) -> bool:
        """Whether as many different items were seen as the total counts."""
        return self.total is not None and len(self.ids) == self.total

    def add(self, piece: Slice) -> bool:
        """Add a slice. Return False if the total has changed, which discards the earlier slices."""
        moved = (piece.total, piece.epoch) != (self.total, self.epoch)
        if moved:
            self.ids.clear()
            self.total, self.epoch = piece.total, piece.epoch
            self.changes += 1
        self.ids.update(piece.ids)
        return not moved or self.changes == 0

    def begin_sweep(self) -> None:
        """Begin another sweep: it counts together with the earlier ones."""


class ShrinkingCoverage:
    """The items seen of a list in any order, while items leave it and none enters: see the proof above.

    For each item, only the last sweep that showed it is stored: the pages from any sweep on show those items whose last
    sweep is that one or a later one.
    """

    def __init__(self) -> None:
        self.total: int | None = None
        self.epoch = 0
        self.changes = -1
        """How often the total has changed."""
        self.complete = False
        """Whether everything was seen that was in the list when one of the sweeps began."""
        self._discard()

    def _discard(self) -> None:
        self._last_sweep: dict[ItemId, int] = {}
        self._items: list[int] = [0]
        """For each sweep, the number of items that it was the last to show."""
        self._highest_totals: list[int] = [-1]

    @property
    def version(self) -> tuple[object, ...]:
        """A value that changes with every new item and every change of the total."""
        return len(self._last_sweep), self.total, self.changes

    def begin_sweep(self) -> None:
        """Begin another sweep. No page of an earlier sweep may be added after this."""
        self._items.append(0)
        self._highest_totals.append(-1)

    def add(self, piece: Slice) -> bool:
        """Add a slice. Return False if the total has changed; if it has risen, this discards the earlier slices."""
        total = piece.total or 0
        moved = (total, piece.epoch) != (self.total, self.epoch)
        if moved and piece.epoch != self.epoch:
            self._discard()
        self.total, self.epoch = total, piece.epoch
        self.changes += moved
        sweep, last_sweep = len(self._items) - 1, self._last_sweep
        for key in piece.ids:
            before = last_sweep.get(key)
            if before != sweep:
                last_sweep[key] = sweep
                self._items[sweep] += 1
                if before is not None:
                    self._items[before] -= 1
        self._highest_totals[sweep] = max(self._highest_totals[sweep], total)
        self.complete = self._shows_everything()
        return not moved or self.changes == 0

    def _shows_everything(self) -> bool:
        items = 0
        for items_of_sweep, total in zip(reversed(self._items), reversed(self._highest_totals), strict=True):
            items += items_of_sweep
            if items == total:
                return True
        return False
