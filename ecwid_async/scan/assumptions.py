"""The assumptions that a scan makes about a server, and the checks of each. Sends no requests.

- A page is a snapshot. It holds no item twice, its items are among those that its total counts, and it isn't empty
  where items are left.
- Filters filter.
- Nothing enters a part of the list that ends at a past update time. This requires that ``Date`` and the items' times
  come from one clock.

Whatever can't be checked on a page costs requests, and `RequestBudget` limits those.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from attrs import field, frozen, mutable

__all__ = [
    "END_HIDES_ITEMS",
    "LONG_AGO",
    "TOTAL_EXCEEDS_ITEMS",
    "Bounds",
    "BrokenAssumption",
    "Key",
    "ListPart",
    "RequestBudget",
    "SentRequest",
    "check_update_filter",
    "filter_ignored",
]

Key: TypeAlias = int | str
Bounds: TypeAlias = tuple[tuple[str, str], ...]
"""Query parameters that narrow a list."""

LONG_AGO: Final = 86_400
"""Unix seconds before any item was updated: a server that finds items up to then ignores the filter."""

END_HIDES_ITEMS: Final = "the list continues past the end that its total and its last page report"
TOTAL_EXCEEDS_ITEMS: Final = "the total counts items that no page holds, however often the list is read"

_BASE_REQUESTS: Final = 400
_REQUESTS_PER_PAGE: Final = 20
# The share of a page's items outside of the bounds that is tolerated: an odd item may be being written just now.
_TOLERATED_SHARE: Final = 0.25


class BrokenAssumption(Exception):
    """The server breaks an assumption. The message says what it did instead."""


def filter_ignored(name: str) -> str:
    """Return the message for a filter that the server seems to ignore."""
    return (
        f"a page filtered by {name} held items of other times: either the server ignores the filter, or it filters by "
        "other times than its items report"
    )


@mutable
class RequestBudget:
    """How many requests a scan may send: a base, and a number for each page of items it received.

    Only received items count, and of those that were added during the scan as many as there were at its start. So
    neither a server that claims more items than it has nor a list that keeps growing makes a scan endless.
    """

    initial_total: int = 0
    largest_page: int = 1
    """The number of items on the largest page so far."""
    suspicion: str = ""
    """The assumption that seems not to hold: the likely reason if the budget is spent."""

    def limit(self, items: int) -> int:
        """Return the maximum number of requests for a scan that has received this many items."""
        pages = -(-min(items, 2 * self.initial_total) // self.largest_page)
        return _BASE_REQUESTS + _REQUESTS_PER_PAGE * pages


@frozen
class SentRequest:
    """When a request was sent, and the state of its part of the list at that time."""

    at: float
    epoch: int
    lowest_total: int | None


@mutable
class ListPart:
    """A part of a list, narrowed by query parameters, and what its pages have reported so far.

    With a `lag`, items can leave the part but none can enter it; one that left may still be found for that many
    seconds.
    """

    bounds: Bounds = ()
    lag: float | None = None
    lowest_total: int | None = None
    """The lowest total in this epoch."""
    latest_total: int | None = None
    """The total of the most recent page."""
    epoch: int = 0
    """How often the total has risen. Equal totals of one epoch count the same items."""
    moved: bool = False
    """Whether a page showed that items were written since the scan started."""
    ends_with_full_page: bool = False
    """Whether the page that ends the list, by its total, is full."""
    _first: tuple[float, int] | None = field(default=None, init=False)
    _unmatched_pages: int = field(default=0, init=False)

    def note_sent(self, now: float) -> SentRequest:
        """Return the state to pass to `note_received` with the response."""
        return SentRequest(now, self.epoch, self.lowest_total)

    def note_received(self, sent: SentRequest, total: int, now: float) -> int:
        """Take the total of a page into account, in the order of arrival, and return the page's epoch.

        Raises `BrokenAssumption` if items entered a part that none can enter.
        """
        self.moved = self.moved or total != (self.latest_total if self.latest_total is not None else total)
        self.latest_total = total
        if self._first is None:
            self._first = (now, total)
        elif self.lag is not None and sent.at > self._first[0] + self.lag and total > self._first[1]:
            raise BrokenAssumption(
                "items entered a part of the list that ends before the scan began: either the server's `Date` and the "
                "times of its items are not one clock, or it ignores updatedTo, or its search lags by more than `lag`"
            )
        if sent.lowest_total is not None and total > sent.lowest_total:
            self.epoch += 1
            self.lowest_total = total
            return self.epoch
        if sent.epoch != self.epoch:
            # Cut before or after the total rose, so it matches no other page.
            self._unmatched_pages += 1
            return -self._unmatched_pages
        self.lowest_total = total if self.lowest_total is None else min(self.lowest_total, total)
        return self.epoch

    def check_page(self, offset: int, total: int, ids: Sequence[Key], capacity: int) -> None:
        """Check that a page agrees with itself; a full page holds `capacity` items. Raises `BrokenAssumption`."""
        size = len(ids)
        if size and len(set(ids)) < size:
            raise BrokenAssumption("a page held the same item twice, so another item may be on no page")
        if size and offset + size > total:
            raise BrokenAssumption(f"a page ended at item {offset + size:,} of {total:,}: the total counts too few")
        if offset + size == total:
            self.ends_with_full_page = size >= capacity

    def end_is_suspect(self, total: int, limit: int) -> bool:
        """Return whether the list may continue past its end: a server's cap is a full page or a multiple of `limit`."""
        return total > 0 and (self.ends_with_full_page or total % limit == 0)

    def check_created(self, moments: Sequence[int]) -> None:
        """Check that items were created within the bounds. Raises `BrokenAssumption`."""
        if name := self._violated_bound("createdFrom", "createdTo", moments):
            raise BrokenAssumption(filter_ignored(name))

    def violated_update_bound(self, moments: Sequence[int]) -> str:
        """Return the name of the update filter that seems to be ignored, or an empty string.

        A sign, not a proof: a server may count updates that the items' own times don't show.
        """
        return self._violated_bound("updatedFrom", "updatedTo", moments)

    def note_latest_update(self, moment: int | None) -> None:
        """Note that the part moved if an item was updated later than its bound."""
        high = self._bound("updatedTo")
        if moment is not None and high is not None and moment > high:
            self.moved = True

    def _violated_bound(self, low_name: str, high_name: str, moments: Sequence[int]) -> str:
        low, high = self._bound(low_name), self._bound(high_name)
        # Bounds may be inclusive or exclusive: allow a second.
        if low is not None and sum(moment < low - 1 for moment in moments) > _TOLERATED_SHARE * len(moments):
            return low_name
        if high is not None and sum(moment > high + 1 for moment in moments) > _TOLERATED_SHARE * len(moments):
            return high_name
        return ""

    def _bound(self, name: str) -> int | None:
        return next((int(value) for each, value in self.bounds if each == name), None)


def check_update_filter(moments: Sequence[int], size: int, total: int, expected_total: int) -> None:
    """Check a page of items updated up to `LONG_AGO`, of a list with `expected_total` items.

    Raises `BrokenAssumption`. Items without times may be found by an honest server, but not all of them.
    """
    if any(moment > LONG_AGO + 1 for moment in moments) or (size and not moments and total >= expected_total):
        raise BrokenAssumption(filter_ignored("updatedTo"))
