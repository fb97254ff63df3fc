"""Reading the parts of a list one after the other, each with its proof.

A list with times is read in two parts. The *settled* items were last updated before the scan, by `lag` seconds or more
(``updatedTo``). Items can leave that part but never enter it, so its pages prove that they hold everything
(`coverage`), and nothing is read twice. An item that is written meanwhile moves to the *recent* items
(``updatedFrom``), which are read last, in windows of one page. Lists without times are read until two passes agree.
The assumptions behind this are checked on the way (`assumptions`).
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Final, Protocol

from attrs import evolve, frozen

from ecwid_async.scan.assumptions import (
    END_HIDES_ITEMS,
    LONG_AGO,
    Bounds,
    BrokenAssumption,
    ListPart,
    RequestBudget,
    check_update_filter,
    ignored_filter_message,
)
from ecwid_async.scan.coverage import NotInCreationOrder, OrderedCoverage, Slice
from ecwid_async.scan.delivery import Delivery
from ecwid_async.scan.item_times import all_seconds, latest_second, server_time
from ecwid_async.scan.items import ItemReader
from ecwid_async.scan.ordered import GapSearch, OrderedRead, overlapping_stride
from ecwid_async.scan.page import Page
from ecwid_async.scan.passes import MAX_SWEEPS, RepeatedPasses
from ecwid_async.scan.plans import ListPlan
from ecwid_async.scan.progress import Progress
from ecwid_async.scan.token import Position
from ecwid_async.scan.windows import MAX_WINDOW_SWEEPS, CreationWindow, UpdateWindow

__all__ = ["ListReader", "PageSource"]

# How often one gap is read again before the scan gives up.
_MAX_REREADS: Final = 400
# Pages. A second with more items than these is read in any order, which continues while items leave.
_LARGE_GROUP: Final = 20
# Pages overlap until this many requests have been sent since the last gap.
_OVERLAPPING_REQUESTS: Final = 16


class PageSource(Protocol):
    """A source of pages, such as `PageRequests`."""

    limit: int
    capacity: int
    budget: RequestBudget

    async def get(self, part: ListPart, offset: int = 0) -> Page:
        """Return the page at an offset."""

    def get_many(self, part: ListPart, offsets: Iterator[int]) -> AsyncGenerator[Page, None]:
        """Yield the pages at these offsets."""


class Sweep(Protocol):
    """A read of a list in any order, from its beginning to its end: `CreationWindow` and `RepeatedPasses`."""

    def begin_sweep(self) -> tuple[int, int | None]:
        """Return the first offset, and the total if it is known."""

    def add(self, piece: Slice) -> bool:
        """Add a slice and return whether the sweep continues."""


@frozen
class _Stage:
    """The part being read: of the plain list or of the items that it may omit, settled or recent, and how far."""

    omitted: bool
    settled: int
    recent_from: int | None
    coverage: OrderedCoverage


@frozen
class _Start:
    """The state before the settled items are read."""

    settled: int
    """The Unix second up to which updates count as settled."""
    coverage: OrderedCoverage | None
    """None if the first page is not in order of creation."""
    recent_from: int | None = None
    """Where to continue with the recent items, if the settled ones were read before."""
    ids_before: int | None = None
    """The number of ids seen outside of the settled items, if known."""
    first_slice: Slice | None = None
    """The first page of the whole list, if all its items are settled."""


class ListReader:
    """Reads a list part by part, and delivers each page: see `delivered_pages`.

    A page has been consumed once its items have been read. `params` are the query parameters of the list.
    Without `prove_recent`, the recent items are read once, page by page: the caller reads them again later.
    """

    def __init__(
        self,
        plan: ListPlan,
        pages: PageSource,
        items: ItemReader,
        progress: Progress,
        *,
        params: Mapping[str, str],
        fingerprint: str,
        lag: float,
        clock: Callable[[], float],
        resumed: Position | None = None,
        prove_recent: bool = True,
    ) -> None:
        self._plan = plan
        self._pages = pages
        self._items = items
        self._progress = progress
        self._updated_from, self._updated_to = (
            int(params[name]) if name in params else None for name in ("updatedFrom", "updatedTo")
        )
        self._fingerprint = fingerprint
        self._lag = lag
        self._clock = clock
        self._resumed = resumed
        self._prove_recent = prove_recent
        self._stage: _Stage | None = None
        self._last_gap = -_OVERLAPPING_REQUESTS
        """The number of requests when a gap was last read again."""

    async def read(self) -> None:
        """Read everything. Raises `ScanDrifted`, and `BrokenAssumption`."""
        resumed, omitted_filter = self._resumed, self._plan.may_omit
        settled = None if resumed is None else resumed.settled
        if resumed is None or not resumed.omitted:
            settled = await self._read_list(None, resumed, settled)
        if omitted_filter is not None and settled is not None and not self._items.omitted_seen:
            await self._read_list(omitted_filter, resumed if resumed is not None and resumed.omitted else None, settled)
            # While one of the lists was read, items may have moved to the other.
            await self._read_recent((), settled, settled - 1, omitted=True)

    async def _read_list(
        self, omitted_filter: tuple[str, str] | None, resumed: Position | None, settled: int | None
    ) -> int:
        """Read the plain list, or the items that it may omit. Return the second up to which updates are settled."""
        is_plain = omitted_filter is None
        bounds: Bounds = () if omitted_filter is None else (omitted_filter,)
        # A token from the first page of the omitted items must record that the plain list is done.
        self._stage = None
        if omitted_filter is not None and settled is not None:
            self._stage = _Stage(True, settled, None, OrderedCoverage())
        if resumed is not None:
            start = self._resume(resumed)
        else:
            first = await self._read_first_page(bounds, plain=is_plain)
            if settled is None:
                settled = max(1, int(server_time(first.date, self._clock) - self._lag))
            if first.holds_everything:
                await self._check_end(first.part, first.total)
                self._progress.proof = self._progress.proof or "one page, which is a snapshot"
                return settled
            if self._plan.created is None:
                await self._read_until_two_passes_agree(first)
                return settled
            start = self._start_after(first, settled, plain=is_plain)
        part = await self._read_settled(bounds, start, omitted=not is_plain)
        recent_from = start.settled - 1 if start.recent_from is None else start.recent_from
        moved = await self._read_recent(bounds, start.settled, recent_from, omitted=not is_plain)
        if part is not None and (moved or part.moved):
            await self._check_update_filter(part, bounds)
        return start.settled

    async def _read_first_page(self, bounds: Bounds, *, plain: bool) -> Page:
        first = await self._pages.get(ListPart(bounds))
        if plain:
            self._progress.total = first.total
        await self._deliver(first)
        return first

    def _start_after(self, first: Page, settled: int, *, plain: bool) -> _Start:
        """Begin the coverage with the first page, whose ``Date`` gave the server's time: it is a snapshot as well."""
        settled_items = sum(at <= settled for at in all_seconds(first.updated))
        ids_before = len(self._items.ids) - settled_items if plain else None
        first_slice = first.slice() if settled_items == first.size else None
        coverage = self._new_coverage()
        try:
            # Its total counts items that aren't settled, too.
            coverage.join(first.slice(with_total=False))
        except NotInCreationOrder:
            return _Start(settled, None, ids_before=ids_before, first_slice=first_slice)
        coverage.start = sum(at <= settled for at in all_seconds(first.updated[: coverage.start]))
        return _Start(settled, coverage, ids_before=ids_before, first_slice=first_slice)

    def _resume(self, position: Position) -> _Start:
        coverage = self._new_coverage()
        position.restore(coverage)
        for key in position.group:
            self._items.ids.add(key)
        self._items.resumed_at = position
        budget = self._pages.budget
        budget.initial_total = max(budget.initial_total, position.total or 0)
        return _Start(position.settled, coverage, position.recent_from)

    def _new_coverage(self) -> OrderedCoverage:
        return OrderedCoverage(rising=True if self._plan.sort else None)

    # Settled items, which can leave their part but never enter it.

    async def _read_settled(self, bounds: Bounds, start: _Start, *, omitted: bool) -> ListPart | None:
        """Read the settled items, unless they were read before the scan was resumed, and return their part."""
        part: ListPart | None = None
        coverage = start.coverage
        wanted = self._updated_from is None or self._updated_from <= start.settled
        if start.recent_from is None and wanted:
            until = str(min(start.settled, self._updated_to or start.settled))
            part = ListPart(
                (*bounds, ("updatedTo", until)), lag=self._lag, lowest_total=coverage.total if coverage else None
            )
            if coverage is not None:
                self._stage = _Stage(omitted, start.settled, None, coverage)
            if coverage is None or not await self._read_in_order(part, coverage, start):
                self._progress.proof = "as many different items as the total"
                await self._read_in_windows(part, start.first_slice)
        self._items.resumed_at = None
        return part

    async def _read_in_order(self, part: ListPart, coverage: OrderedCoverage, start: _Start) -> bool:
        """Read a part in order of creation. Return False if it is not in that order."""
        try:
            await self._cover(part, coverage, start.first_slice)
            if start.ids_before is not None and len(self._items.ids) - start.ids_before < (coverage.total or 0):
                # Small pages can look ordered by chance.
                raise NotInCreationOrder
        except NotInCreationOrder:
            self._stage = self._items.resumed_at = None
            return False
        await self._check_end(part, coverage.total or 0, coverage)
        self._progress.proof = "in order of creation, each page joined to the next by equal totals or by overlap"
        return True

    async def _cover(self, part: ListPart, coverage: OrderedCoverage, first_slice: Slice | None) -> None:
        """Read pages in parallel until the coverage is complete. Raises `NotInCreationOrder`."""
        read = OrderedRead(coverage, first_slice, self._pages.capacity)
        async with aclosing(self._pages.get_many(part, read.offsets(part, self._stride))) as pages:
            async for page in pages:
                await self._deliver(page)
                for piece in read.in_order(page.slice()):
                    while not coverage.join(piece):
                        await self._close_gap(part, coverage)
                if coverage.complete:
                    return
        while not coverage.complete:
            await self._close_gap(part, coverage)

    def _stride(self, group_size: int) -> int:
        calm = self._progress.requests - self._last_gap >= _OVERLAPPING_REQUESTS
        return self._pages.capacity if calm else overlapping_stride(self._pages.capacity, group_size)

    async def _close_gap(self, part: ListPart, coverage: OrderedCoverage) -> None:
        """Read around the end of the coverage until it has grown. Raises `NotInCreationOrder`."""
        if coverage.group_size > _LARGE_GROUP * self._pages.capacity:
            raise NotInCreationOrder
        search = GapSearch(coverage)
        for _ in range(_MAX_REREADS):
            page = await self._pages.get(part, search.offset(part.latest_total))
            self._progress.rereads += 1
            self._last_gap = self._progress.requests
            await self._deliver(page)
            if search.join(page.slice()):
                return
        raise self._progress.drift_error()

    async def _read_in_windows(self, part: ListPart, first_slice: Slice | None = None) -> None:
        """Read a part in any order, halved by creation time wherever it moves. Items can leave it but not enter."""
        windows = [CreationWindow(first_slice=first_slice, only_shrinks=part.lag is not None)]
        while windows:
            window = windows.pop()
            bounds = (*part.bounds, *window.bounds)
            narrowed = evolve(part, bounds=bounds, lowest_total=None, latest_total=None, epoch=0)
            await self._read_window(narrowed, window)
            part.moved = part.moved or narrowed.moved
            if not window.complete:
                earlier, later = window.halves()
                windows += later, earlier

    async def _read_window(self, part: ListPart, window: CreationWindow) -> None:
        """Read a window until it is complete, or must be halved."""
        for _ in range(MAX_WINDOW_SWEEPS):
            await self._sweep(part, window)
            window.end_sweep(moved=part.moved)
            if window.complete:
                if not window.bounds:
                    await self._check_end(part, window.total or 0)
                return
            if window.middle is not None:
                return
        raise self._progress.drift_error()

    # Lists without times.

    async def _read_until_two_passes_agree(self, first: Page) -> None:
        passes = RepeatedPasses(first.slice())
        for _ in range(MAX_SWEEPS):
            await self._sweep(first.part, passes)
            passes.end_sweep()
            if passes.agree:
                await self._check_end(first.part, passes.total or 0)
                self._progress.proof = "two passes found the same ids, as many as every page's total"
                return
        raise self._progress.drift_error()

    async def _sweep(self, part: ListPart, sweep: Sweep) -> None:
        """Read page after page, until the sweep is complete, the list ends, or it moves."""
        begin, part.latest_total = sweep.begin_sweep()
        async with aclosing(self._pages.get_many(part, self._offsets(part, begin))) as pages:
            async for page in pages:
                await self._deliver(page)
                piece = page.slice()
                part.check_created(piece.times)
                if not sweep.add(piece):
                    return

    def _offsets(self, part: ListPart, begin: int = 0) -> Iterator[int]:
        """Yield the offsets of a part's pages, to its end as the most recent page reported it."""
        offset = begin
        while part.latest_total is None or offset < part.latest_total:
            yield offset
            offset += self._pages.capacity

    # Recently updated items.

    async def _read_recent(self, bounds: Bounds, settled: int, since: int, *, omitted: bool) -> bool:
        """Read the items updated from `since` on, and return whether any were updated after `settled`.

        Each write moves an item forward in update time, so reading in windows of one page misses none.
        """
        if self._updated_to is not None and self._updated_to < settled:
            return False
        since = since if self._updated_from is None else max(self._updated_from, since)
        if not self._prove_recent:
            return await self._read_recent_once(bounds, settled, since, omitted=omitted)
        window = UpdateWindow(since)
        moved = False
        while True:
            self._stage = _Stage(omitted, settled, window.low, OrderedCoverage())
            page = await self._read_page(ListPart((*bounds, *window.bounds)))
            moved = moved or _has_update_after(settled, page)
            if page.holds_everything:
                # A capped total may be no larger than a page.
                await self._check_end(page.part, page.total)
                return moved
            while not page.holds_everything and not window.is_narrowest:
                page = await self._narrow(bounds, window, page)
            if not page.holds_everything:
                await self._read_in_windows(page.part)
            window = window.next_window(page.total)

    async def _read_recent_once(self, bounds: Bounds, settled: int, since: int, *, omitted: bool) -> bool:
        """Read the items updated from `since` on page by page, without a proof. Items that move can be missed."""
        self._stage = _Stage(omitted, settled, since, OrderedCoverage())
        part = ListPart((*bounds, ("updatedFrom", str(since))))
        moved = False
        async with aclosing(self._pages.get_many(part, self._offsets(part))) as pages:
            async for page in pages:
                await self._deliver(page)
                moved = moved or _has_update_after(settled, page)
        return moved

    async def _narrow(self, bounds: Bounds, window: UpdateWindow, page: Page) -> Page:
        """Narrow a window by its first page, and return the first page of the narrower one."""
        window.narrow(all_seconds(page.updated), page.size, page.total)
        narrower = await self._read_page(ListPart((*bounds, *window.bounds)))
        same_items = narrower.ids == page.ids and narrower.total == page.total
        if same_items and narrower.part.violated_update_bound(all_seconds(narrower.updated)):
            raise BrokenAssumption(ignored_filter_message("updatedTo"))
        return narrower

    # Checks that cost requests.

    async def _check_end(self, part: ListPart, total: int, coverage: OrderedCoverage | None = None) -> None:
        """Look past the end of a list whose total may be capped. Raises `BrokenAssumption`."""
        if not part.end_is_suspect(total, self._pages.limit):
            return
        if coverage is not None and coverage.last is not None and coverage.last > 0:
            # By creation time, because a server may also refuse offsets beyond its cap.
            bound = ("createdFrom" if coverage.rising else "createdTo", str(coverage.last))
            beyond, known = ListPart((*part.bounds, bound), lag=part.lag), len(self._items.ids)
            page = await self._read_page(beyond)
            if len(self._items.ids) > known:
                raise BrokenAssumption(END_HIDES_ITEMS)
            try:
                beyond.check_created(all_seconds(page.created))
            except BrokenAssumption:
                pass  # the filter is ignored, so look by offset
            else:
                return
        # `check_page` compares the total with the items of this page.
        await self._read_page(part, total)

    async def _check_update_filter(self, part: ListPart, bounds: Bounds) -> None:
        """Check that the server filters by ``updatedTo``: otherwise items could enter the settled part.

        Raises `BrokenAssumption`.
        """
        page = await self._read_page(ListPart((*bounds, ("updatedTo", str(LONG_AGO)))))
        check_update_filter(all_seconds(page.updated), page.size, page.total, part.latest_total or 0)

    # Delivery.

    async def _read_page(self, part: ListPart, offset: int = 0) -> Page:
        page = await self._pages.get(part, offset)
        await self._deliver(page)
        return page

    async def _deliver(self, page: Page) -> None:
        """Deliver a page, and check it once its items have been read."""
        page.position = self._position()
        await Delivery(page)
        page.body = b""
        part, size, budget = page.part, page.size, self._pages.budget
        part.check_page(page.offset, page.total, page.ids, self._pages.capacity)
        budget.largest_page = max(budget.largest_page, size)
        if size > 0 and page.offset + size < page.total:
            # A full page may hold fewer items than requested.
            self._pages.capacity = min(size, self._pages.limit)
        if part.lag is not None:
            part.record_latest_update(latest_second(page.updated))
        elif part.bounds and (ignored := part.violated_update_bound(all_seconds(page.updated))):
            budget.suspicion = ignored_filter_message(ignored)

    def _position(self) -> Position | None:
        """Return the position before which everything was delivered, None at the beginning of the list."""
        stage = self._stage
        if stage is None:
            return None
        return Position.of(
            stage.coverage,
            fingerprint=self._fingerprint,
            omitted=stage.omitted,
            omitted_seen=self._items.omitted_seen and not stage.omitted,
            settled=stage.settled,
            recent_from=stage.recent_from,
            done=self._progress.done,
        )


def _has_update_after(second: int, page: Page) -> bool:
    """Return whether an item of a page was updated after this second, or has no update time."""
    times = all_seconds(page.updated)
    return len(times) < page.size or max(times, default=second) > second
