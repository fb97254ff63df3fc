"""What a scan assumes about a server, and the checks of it: the reasoning, without requests.

A page is one moment: it holds no row twice, its rows are among those that its total counts, and it is not empty where
rows are left. Filters filter. Nothing enters a part of the list that is closed by a time in the past, so that ``Date``
and the rows' times have to be one clock. What can't be checked on a page costs requests, and `Budget` ends those.
"""

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen, mutable

from ecwid_async.scan.coverage import Key

__all__ = ["IGNORED", "LONG_AGO", "Bounds", "Broken", "Budget", "Part", "Sent"]

Bounds = tuple[tuple[str, str], ...]
"""Parameters that narrow the list."""

LONG_AGO: Final = 86_400
"""In Unix seconds: no row was changed before that, so a server that finds one does not look at the time."""

IGNORED: Final = (
    "a page narrowed by {} held items of other times, so either the server does not filter by it, or the times of its "
    "items are not those by which it filters"
)

_BASE: Final = 400
_PER_PAGE: Final = 20
# Of the rows that tell a time: more of them outside of the bounds than an odd one that is just being written.
_STRAYS: Final = 0.25


class Broken(Exception):
    """The server does not do what a scan builds on. Says what it did instead."""


@mutable
class Budget:
    """How many requests a whole scan may send: so many for each page of rows, of which `size` were there at the start.

    Only rows that came count, and of those that were added meanwhile as many as there were: neither a server that
    claims more than it has nor a list that never stops growing earns a scan that goes on for ever.
    """

    size: int = 0
    page: int = 1
    """Rows on the largest page so far."""

    def most(self, rows: int) -> int:
        """Requests in all, for a scan that has met so many rows."""
        return _BASE + _PER_PAGE * -(-min(rows, 2 * self.size) // self.page)


@frozen
class Sent:
    """When a request was sent, and what was known of its part of the list then."""

    at: float
    epoch: int
    least: int | None


@mutable
class Part:
    """A part of a list, as its parameters narrow it, and what its pages said so far.

    With a `lag`, rows can leave it and none can enter it; what leaves may still be found for so many seconds.
    """

    bounds: Bounds = ()
    lag: float | None = None
    least: int | None = None
    """The lowest total in this epoch."""
    latest: int | None = None
    """The total of the page that came last."""
    epoch: int = 0
    """Counts how often the total has risen: equal totals of one epoch are those of the same rows."""
    moved: bool = False
    """Whether anything was seen that a list at rest does not do."""
    full: bool = False
    """Whether the list ends, by its total, where a page does that has no room for more."""
    _first: tuple[float, int] | None = field(default=None, init=False)
    _strangers: int = field(default=0, init=False)

    def sent(self, now: float) -> Sent:
        """To be kept with a request."""
        return Sent(now, self.epoch, self.least)

    def received(self, sent: Sent, total: int, now: float) -> int:
        """Take the total of a page into account, in the order in which pages come; gives the page's epoch.

        Raises `Broken` where rows entered though none can.
        """
        self.moved = self.moved or total != (self.latest if self.latest is not None else total)
        self.latest = total
        if self._first is None:
            self._first = (now, total)
        elif self.lag is not None and sent.at > self._first[0] + self.lag and total > self._first[1]:
            raise Broken(
                "rows came into a part of the list that was closed before the scan began, so either the server's "
                "`Date` and the times of its items are not one clock, or its filter by updatedTo does not hold, or a "
                "search is further behind than `lag`"
            )
        if sent.least is not None and total > sent.least:
            self.epoch += 1
            self.least = total
            return self.epoch
        if sent.epoch != self.epoch:
            # Cut before or after the total rose: like no other page.
            self._strangers += 1
            return -self._strangers
        self.least = total if self.least is None else min(self.least, total)
        return self.epoch

    def check_page(self, offset: int, total: int, ids: Sequence[Key], room: int) -> None:
        """Check what a page says of itself; `room` is how many rows fit on one. Raises `Broken`."""
        size = len(ids)
        if size and len(set(ids)) < size:
            raise Broken("a page held the same item twice, so that another one may have no place on any")
        if size and offset + size > total:
            raise Broken(f"a page ended at item {offset + size:,} of {total:,}: the total counts fewer than there are")
        if offset + size == total:
            self.full = size >= room

    def check_created(self, moments: Sequence[int]) -> None:
        """Check that rows were created within the bounds. Raises `Broken`."""
        if name := self._strayed("createdFrom", "createdTo", moments):
            raise Broken(IGNORED.format(name))

    def check_updated(self, moments: Sequence[int]) -> str:
        """The filter by the last change that seems not to hold, if one does; else an empty text.

        It is a sign and no proof: some servers may count changes that the items' own times do not.
        """
        return self._strayed("updatedFrom", "updatedTo", moments)

    def check_latest(self, moment: int | None) -> None:
        """Note it if a row was changed later than those of a closed part can be."""
        high = self._bound("updatedTo")
        if moment is not None and high is not None and moment > high:
            self.moved = True

    def _strayed(self, low_name: str, high_name: str, moments: Sequence[int]) -> str:
        low, high = self._bound(low_name), self._bound(high_name)
        # By more than the second that bounds may or may not hold.
        if low is not None and sum(moment < low - 1 for moment in moments) > _STRAYS * len(moments):
            return low_name
        if high is not None and sum(moment > high + 1 for moment in moments) > _STRAYS * len(moments):
            return high_name
        return ""

    def _bound(self, name: str) -> int | None:
        return next((int(value) for each, value in self.bounds if each == name), None)
