"""Windows of time in which a list is read: of creation times, or of update times. Sends no requests."""

from typing import Final

from ecwid_async.scan.assumptions import TOTAL_EXCEEDS_ITEMS, Bounds, BrokenAssumption
from ecwid_async.scan.coverage import Slice, UnorderedCoverage
from ecwid_async.scan.item_times import YEARS
from ecwid_async.scan.passes import MAX_IDLE_SWEEPS

__all__ = ["CreationWindow", "UpdateWindow"]

# The share of a page that a narrowed window should fill.
_FILL: Final = 0.66


class CreationWindow:
    """Items in any order, created from `low` to `high`: read in sweeps until one total counts exactly those seen.

    If the window moves it is halved at `middle` instead. `head` is the first page of the whole list, if all of its
    items belong to this window.
    """

    def __init__(self, low: int | None = None, high: int | None = None, head: Slice | None = None) -> None:
        self.low = low
        self.high = high
        self.middle: int | None = None
        """The second at which to halve the window, once that is decided."""
        self._head = head
        self._seen = UnorderedCoverage()
        self._times: set[int] = set()
        self._sweeps = self._idle = 0
        self._version: tuple[object, ...] = ()
        if head is not None:
            self.add(head)

    @property
    def bounds(self) -> Bounds:
        """The query parameters of the window."""
        limits = {"createdFrom": self.low, "createdTo": self.high}
        return tuple((name, str(moment)) for name, moment in limits.items() if moment is not None)

    @property
    def complete(self) -> bool:
        """Whether everything in the window was seen."""
        return self._seen.complete

    @property
    def total(self) -> int | None:
        """The number of items in the window."""
        return self._seen.total

    def halves(self) -> "tuple[CreationWindow, CreationWindow]":
        """Return the earlier and the later half. They overlap by a second: bounds may be inclusive or exclusive."""
        if self.middle is None:
            raise RuntimeError("a window is halved once `middle` is known")
        return CreationWindow(self.low, self.middle), CreationWindow(self.middle - 1, self.high)

    def begin_sweep(self) -> tuple[int, int | None]:
        """Return the offset at which the next sweep begins, and the total of the window if it is known."""
        self._version = self._seen.version
        return (0, self._seen.total) if self._head is None else (self._head.end, None)

    def add(self, piece: Slice) -> bool:
        """Add a slice and return whether the sweep continues."""
        unchanged = self._seen.add(piece)
        self._times.update(piece.times)
        return unchanged and not self._seen.complete

    def end_sweep(self, *, moved: bool) -> None:
        """Decide how to continue: by another sweep, or by halves if `middle` is set; `moved` is that of the list part.

        Raises `BrokenAssumption` if the total stays above the number of items.
        """
        first, self._sweeps = not self._sweeps, self._sweeps + 1
        head, self._head = self._head, None
        if head is not None and self._seen.changes and not moved:
            # The head counted other items after all, which does not mean that these move.
            self._seen = UnorderedCoverage()
            return
        if self.complete:
            return
        # Both halves have to be smaller, whether bounds are inclusive or not.
        lowest, highest = max(self.low or 1, 1), self.high or YEARS[-1]
        moments = sorted(moment for moment in self._times if lowest <= moment <= highest)
        if (not first or self._seen.changes) and moments and moments[-1] - moments[0] > 2:
            self.middle = min(max(moments[len(moments) // 2], moments[0] + 2), moments[-1] - 1)
            return
        self._idle = self._idle + 1 if self._seen.version == self._version else 0
        if self._idle == MAX_IDLE_SWEEPS:
            raise BrokenAssumption(TOTAL_EXCEEDS_ITEMS)


class UpdateWindow:
    """Items updated since `low`: narrowed from above until one page holds them all."""

    def __init__(self, low: int) -> None:
        self.low = low
        self.high: int | None = None
        self._step = 1

    @property
    def bounds(self) -> Bounds:
        """The query parameters of the window."""
        since = ("updatedFrom", str(self.low))
        return (since,) if self.high is None else (since, ("updatedTo", str(self.high)))

    @property
    def narrowest(self) -> bool:
        """Whether the window can't be narrowed further."""
        return self.high is not None and self.high <= self.low + 2

    def narrow(self, moments: list[int], size: int, total: int) -> int:
        """Lower `high` so that the window holds about two thirds of a page, and return it.

        `moments` are the update times on its first page, which holds `size` of `total` items. If they are all later
        than `high`, it is lowered by steps that double.
        """
        ordered = sorted(moments)
        cut = ordered[int(len(ordered) * _FILL * size / total)] if ordered else self.low
        if self.high is not None and cut >= self.high:
            cut = self.high - self._step
        cut = max(self.low + 2, cut)
        self._step = self._step * 2 if self.high is not None and cut == self.high - self._step else 1
        self.high = cut
        return cut

    def following(self) -> "UpdateWindow":
        """Return the next window. It overlaps by a second: bounds may be inclusive or exclusive."""
        return UpdateWindow(self.low if self.high is None else self.high - 1)
