"""Reading a list without times in passes, until two in a row found the same ids. Sends no requests."""

from typing import Final

from ecwid_async.scan.assumptions import TOTAL_EXCEEDS_ITEMS, BrokenAssumption, ItemId
from ecwid_async.scan.coverage import Slice, UnorderedCoverage

__all__ = ["MAX_IDLE_SWEEPS", "MAX_SWEEPS", "RepeatedPasses"]

MAX_SWEEPS: Final = 60
"""How often a list is read from its beginning before the scan gives up."""

MAX_IDLE_SWEEPS: Final = 16
"""How many sweeps in a row may find nothing new. If the server reorders the list each time, a few prove little."""


class RepeatedPasses:
    """The ids found by passes over a list. `first` is its first page, which begins the first pass.

    A pass has as many sweeps as it takes to find all items of one total.
    """

    def __init__(self, first: Slice) -> None:
        self.agree = False
        """Whether two passes in a row found the same ids, and every page's total is their number."""
        self._seen = UnorderedCoverage()
        self._seen.add(first)
        self._begin = first.end
        self._previous_ids: set[ItemId] | None = None
        self._idle_sweeps = 0
        self._version: tuple[object, ...] = ()

    @property
    def total(self) -> int | None:
        """The total of the current pass."""
        return self._seen.total

    def begin_sweep(self) -> tuple[int, int | None]:
        """Return the offset at which the next sweep begins, and the total of the list if it is known."""
        self._version = self._seen.version
        begin, self._begin = self._begin, 0
        return begin, self._seen.total

    def add(self, piece: Slice) -> bool:
        """Add a slice and return whether the sweep continues."""
        unchanged = self._seen.add(piece)
        return unchanged and not self._seen.complete

    def end_sweep(self) -> None:
        """End a sweep, and compare the passes if it completed one.

        Raises `BrokenAssumption` if the total stays above the number of items.
        """
        seen = self._seen
        self._idle_sweeps = self._idle_sweeps + 1 if seen.version == self._version and not seen.complete else 0
        if self._idle_sweeps == MAX_IDLE_SWEEPS:
            raise BrokenAssumption(TOTAL_EXCEEDS_ITEMS)
        if seen.complete:
            self.agree = self._previous_ids == seen.ids
            self._previous_ids = seen.ids
        elif seen.changes:
            self._previous_ids = None
        if not self.agree and (seen.complete or seen.changes):
            self._seen = UnorderedCoverage()
