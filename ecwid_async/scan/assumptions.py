"""The assumptions that a scan makes about a server, and the checks of each. Sends no requests.

- A page is a snapshot. It holds no item twice, its total counts all of its items, and it isn't empty if items are left.
- Filters filter.
- Nothing enters a part of the list that ends at a past update time. This requires that ``Date`` and the items' times
  come from one clock.

Some checks need requests of their own. `RequestBudget` limits the requests of a scan.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from attrs import field, mutable

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = [
    "END_HIDES_ITEMS",
    "LONG_AGO",
    "TOTAL_EXCEEDS_ITEMS",
    "Bounds",
    "BrokenAssumption",
    "ItemId",
    "ListPart",
    "RequestBudget",
    "SentRequest",
    "check_update_filter",
    "ignored_filter_message",
]

ItemId: TypeAlias = int | str
Bounds: TypeAlias = tuple[tuple[str, str], ...]
"""Query parameters that narrow a list."""

LONG_AGO: Final = 86_400
"""A time before any item was updated, in Unix seconds: a server that finds items up to then ignores the filter."""

END_HIDES_ITEMS: Final = "the list continues past the end that its total and its last page report"
TOTAL_EXCEEDS_ITEMS: Final = "the total counts items that no page holds, however often the list is read"

_BASE_REQUESTS: Final = 400
# More than the passes over a second with thousands of items.
_REQUESTS_PER_PAGE: Final = 32
# The tolerated share of items outside of the bounds: an item may be written while its page is read.
_TOLERATED_SHARE: Final = 0.25


class BrokenAssumption(Exception):
    """The server breaks an assumption. The message describes its behaviour."""


def ignored_filter_message(name: str) -> str:
    """Return the message for a filter that the server seems to ignore."""
    return (
        f"a page filtered by {name} held items of other times: either the server ignores the filter, or it filters by "
        "other times than its items report"
    )


@mutable
class RequestBudget:
    """How many requests a scan may send: a fixed number, and some for each page of items that it received.

    Received items count up to twice the number of items at the start. So a scan ends even if the server reports more
    items than it has, or if the list keeps growing.
    """

    initial_total: int = 0
    largest_page: int = 1
    """The number of items on the largest page so far."""
    suspicion: str = ""
    """The assumption that seems to be broken: the likely reason if the budget runs out."""

    def limit(self, items: int) -> int:
        """Return the maximum number of requests for a scan that has received this many items."""
        pages = -(-min(items, 2 * self.initial_total) // self.largest_page)
        return _BASE_REQUESTS + _REQUESTS_PER_PAGE * pages


@frozen
class SentRequest:
    """When a request was sent, and the state of its list part at that time."""

    at: float
    epoch: int
    lowest_total: int | None


@mutable
class ListPart:
    """A part of a list, narrowed by query parameters, and what its pages have reported so far.

    With a `lag`, items can leave the part but none can enter it. An item that left may still be found for `lag`
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
    _first_total: tuple[float, int] | None = field(default=None, init=False)
    _unmatched_pages: int = field(default=0, init=False)

    def start_request(self, now: float) -> SentRequest:
        """Return the state of the part before a request, to be passed to `record_total` with the response."""
        return SentRequest(now, self.epoch, self.lowest_total)

    def record_total(self, sent: SentRequest, total: int, now: float) -> int:
        """Record the total of a page and return the page's epoch. Call it in the order in which pages arrive.

        Raises `BrokenAssumption` if items entered a part that none can enter.
        """
        self.moved = self.moved or total != (self.latest_total if self.latest_total is not None else total)
        self.latest_total = total
        if self._first_total is None:
            self._first_total = (now, total)
        elif self.lag is not None and sent.at > self._first_total[0] + self.lag and total > self._first_total[1]:
            raise BrokenAssumption(
                "items entered a part of the list that ends before the scan began: either the server's `Date` and the "
                "times of its items are not one clock, or it ignores updatedTo, or its search lags by more than `lag`"
            )
        if sent.lowest_total is not None and total > sent.lowest_total:
            self.epoch += 1
            self.lowest_total = total
            return self.epoch
        if sent.epoch != self.epoch:
            # The server may have read this page before or after the total rose, so it matches no other page.
            self._unmatched_pages += 1
            return -self._unmatched_pages
        self.lowest_total = total if self.lowest_total is None else min(self.lowest_total, total)
        return self.epoch

    def check_page(self, offset: int, total: int, ids: Sequence[ItemId], capacity: int) -> None:
        """Check that a page is consistent; a full page holds `capacity` items. Raises `BrokenAssumption`."""
        size = len(ids)
        if size and len(set(ids)) < size:
            raise BrokenAssumption("a page held the same item twice, so another item may be on no page")
        if size and offset + size > total:
            raise BrokenAssumption(f"a page ended at item {offset + size:,} of {total:,}: the total counts too few")
        if offset + size == total:
            self.ends_with_full_page = size >= capacity

    def end_is_suspect(self, total: int, limit: int) -> bool:
        """Return whether the total may be capped: the list ends with a full page, or at a multiple of `limit`."""
        return total > 0 and (self.ends_with_full_page or total % limit == 0)

    def check_created(self, times: Sequence[int]) -> None:
        """Check that items were created within the bounds. Raises `BrokenAssumption`."""
        if name := self._violated_bound("createdFrom", "createdTo", times):
            raise BrokenAssumption(ignored_filter_message(name))

    def violated_update_bound(self, times: Sequence[int]) -> str:
        """Return the name of the update filter that seems to be ignored, or an empty string.

        A sign, not a proof: a server may count updates that the items' own times don't show.
        """
        return self._violated_bound("updatedFrom", "updatedTo", times)

    def record_latest_update(self, time: int | None) -> None:
        """Set `moved` if an item was updated later than the bound of the part."""
        high = self._bound("updatedTo")
        if time is not None and high is not None and time > high:
            self.moved = True

    def _violated_bound(self, low_name: str, high_name: str, times: Sequence[int]) -> str:
        low, high = self._bound(low_name), self._bound(high_name)
        # Bounds may be inclusive or exclusive, so allow a second.
        if low is not None and sum(time < low - 1 for time in times) > _TOLERATED_SHARE * len(times):
            return low_name
        if high is not None and sum(time > high + 1 for time in times) > _TOLERATED_SHARE * len(times):
            return high_name
        return ""

    def _bound(self, name: str) -> int | None:
        return next((int(value) for each, value in self.bounds if each == name), None)


def check_update_filter(times: Sequence[int], size: int, total: int, expected_total: int) -> None:
    """Check a page that was filtered by `updatedTo` with `LONG_AGO`, of a list with `expected_total` items.

    Raises `BrokenAssumption` if the filter was ignored. A server that filters may still return items without times, but
    not all items of the list.
    """
    if any(time > LONG_AGO + 1 for time in times) or (size and not times and total >= expected_total):
        raise BrokenAssumption(ignored_filter_message("updatedTo"))
