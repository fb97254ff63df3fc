"""Windows of creation times, or of update times, in which a list is read. Sends no requests."""

from typing import Final

from ecwid_async.scan.assumptions import TOTAL_EXCEEDS_ITEMS, Bounds, BrokenAssumption
from ecwid_async.scan.coverage import ShrinkingCoverage, Slice, UnorderedCoverage
from ecwid_async.scan.item_times import VALID_SECONDS
from ecwid_async.scan.passes import MAX_IDLE_SWEEPS

__all__ = ["MAX_WINDOW_SWEEPS", "CreationWindow", "UpdateWindow"]

MAX_WINDOW_SWEEPS: Final = 30
"""How often a window is read from its beginning before the scan gives up."""

# The share of a page that a narrowed window should fill.
_FILL_SHARE: Final = 0.66
# With a larger one, the narrowed window would reach the latest time on the first page of any list.
_MAX_FILL_SHARE: Final = 1000.0


class CreationWindow:
    """Items in any order, created from `low` to `high` (Unix seconds).

    The window is read in sweeps until as many items were seen as one total counts. If it moves, it is halved at
    `middle` instead, unless it is too narrow. `only_shrinks` is whether no item can enter it. `first_slice` is the
    first page of the whole list, if all of its items belong to this window.
    """

    def __init__(
        self,
        low: int | None = None,
        high: int | None = None,
        first_slice: Slice | None = None,
        *,
        only_shrinks: bool = False,
    ) -> None:
        self.low = low
        self.high = high
        self._only_shrinks = only_shrinks
        self.middle: int | None = None
        """The second at which to halve the window, None if it isn't to be halved."""
        self._first_slice = first_slice
        self._seen = self._new_coverage()
        self._times: set[int] = set()
        self._sweeps = self._idle_sweeps = 0
        self._version: tuple[object, ...] = ()
        if first_slice is not None:
            self.add(first_slice)

    @property
    def bounds(self) -> Bounds:
        """The query parameters of the window."""
        limits = {"createdFrom": self.low, "createdTo": self.high}
        return tuple((name, str(time)) for name, time in limits.items() if time is not None)

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
            raise RuntimeError("the window has no `middle` at which to halve it")
        only_shrinks = self._only_shrinks
        return (
            CreationWindow(self.low, self.middle, only_shrinks=only_shrinks),
            CreationWindow(self.middle - 1, self.high, only_shrinks=only_shrinks),
        )

    def begin_sweep(self) -> tuple[int, int | None]:
        """Return the offset at which the next sweep begins, and the total of the window if it is known."""
        self._version = self._seen.version
        self._seen.begin_sweep()
        return (0, self._seen.total) if self._first_slice is None else (self._first_slice.end, None)

    def add(self, piece: Slice) -> bool:
        """Add a slice and return whether the sweep continues."""
        unchanged = self._seen.add(piece)
        self._times.update(piece.times)
        if self._seen.complete:
            return False
        # A window that moves is halved if possible. Otherwise, the sweep goes on if it still counts.
        return unchanged or (self._only_shrinks and self._first_slice is None and self._halfway() is None)

    def end_sweep(self, *, moved: bool) -> None:
        """Decide whether to sweep again or to halve the window: then `middle` is set.

        `moved` is the list part's. Raises `BrokenAssumption` if the total stays above the number of items.
        """
        is_first_sweep, self._sweeps = not self._sweeps, self._sweeps + 1
        first_slice, self._first_slice = self._first_slice, None
        if first_slice is not None and self._seen.changes and not moved:
            # The total of the first slice counted items outside of the window, so its change isn't a sign of moves.
            self._seen = self._new_coverage()
            return
        if self.complete:
            return
        if not is_first_sweep or self._seen.changes:
            self.middle = self._halfway()
            if self.middle is not None:
                return
        self._idle_sweeps = self._idle_sweeps + 1 if self._seen.version == self._version else 0
        if self._idle_sweeps == MAX_IDLE_SWEEPS:
            raise BrokenAssumption(TOTAL_EXCEEDS_ITEMS)

    def _halfway(self) -> int | None:
        """Return the second at which to halve the window, None if it is too narrow."""
        # Both halves must be smaller than the window, whether bounds are inclusive or not.
        lowest, highest = max(self.low or 1, 1), self.high or VALID_SECONDS[-1]
        times = sorted(time for time in self._times if lowest <= time <= highest)
        if not times or times[-1] - times[0] <= 2:
            return None
        return min(max(times[len(times) // 2], times[0] + 2), times[-1] - 1)

    def _new_coverage(self) -> UnorderedCoverage | ShrinkingCoverage:
        return ShrinkingCoverage() if self._only_shrinks else UnorderedCoverage()


class UpdateWindow:
    """Items updated since `low` (Unix seconds), narrowed from above until one page holds them all."""

    def __init__(self, low: int, fill_share: float = _FILL_SHARE) -> None:
        self.low = low
        self.high: int | None = None
        self._step = 1
        self._fill_share = fill_share
        self._target: float | None = None
        """The number of items that narrowing the window once should have left."""

    @property
    def bounds(self) -> Bounds:
        """The query parameters of the window."""
        since = ("updatedFrom", str(self.low))
        return (since,) if self.high is None else (since, ("updatedTo", str(self.high)))

    @property
    def is_narrowest(self) -> bool:
        """Whether the window can't be narrowed further."""
        return self.high is not None and self.high <= self.low + 2

    def narrow(self, times: list[int], size: int, total: int) -> int:
        """Lower `high` so that the window holds about two thirds of a page, and return it.

        `times` are the update times on its first page, which holds `size` of `total` items. If all are later than
        `high`, it is lowered in steps that double.
        """
        ordered = sorted(times)
        share = (self._fill_share if self.high is None else _FILL_SHARE) * size / total
        self._target = _FILL_SHARE * size if self.high is None else None
        high = ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else self.low
        if self.high is not None and high >= self.high:
            high = self.high - self._step
        high = max(self.low + 2, high)
        self._step = self._step * 2 if self.high is not None and high == self.high - self._step else 1
        self.high = high
        return high

    def next_window(self, size: int = 0) -> "UpdateWindow":
        """Return the next window. It overlaps by a second: bounds may be inclusive or exclusive.

        `size` is the number of items in this one. If the items were updated in the order of the list, its first page
        has the earliest times, and the window is narrower than needed: the next one is narrowed by less.
        """
        if self.high is None:
            return UpdateWindow(self.low)
        share = _FILL_SHARE
        if self._target is not None and size:
            share = min(max(share, self._fill_share * self._target / size), _MAX_FILL_SHARE)
        return UpdateWindow(self.high - 1, share)
