"""Requesting the pages of a list: several at once, within the budget, and empty ones repeatedly."""

from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextvars import Context, copy_context
from functools import cached_property
from typing import Final

import anyio
import anyio.abc
import anyio.lowlevel
from attrs import evolve, mutable

from ecwid_async.calls import Channel
from ecwid_async.codec import add_fields, format_selection, parse_selection
from ecwid_async.errors import DecodeError
from ecwid_async.primitives.loop_time import loop_time
from ecwid_async.scan.assumptions import BrokenAssumption, ListPart, RequestBudget
from ecwid_async.scan.page import Page
from ecwid_async.scan.plans import ListPlan
from ecwid_async.scan.progress import Progress
from ecwid_async.wire import Lane, Request, new_request, new_request_id

__all__ = ["PageRequests", "page_request"]

# How often a page is requested if it is empty although its total reports items there.
_EMPTY_TRIES: Final = 3
# Bytes. A longer body has items.
_MAX_EMPTY_PAGE: Final = 1024
_VALID_TOTALS: Final = range(1 << 53)


class PageRequests:
    """Requests pages of one list, and counts the requests.

    `limit` is the number of items requested for a page, `capacity` the number of items on a full page.
    """

    tasks: anyio.abc.TaskGroup
    """Runs the requests of `get_many`. Set when the scan is opened."""

    context: Context
    """That of the scan's beginning. Pages are requested ahead, which deadlines of later blocks must not end."""

    def __init__(
        self,
        request: Request,
        channel: Channel,
        progress: Progress,
        *,
        limit: int,
        concurrency: int = 1,
        ordered: bool = False,
    ) -> None:
        self.limit = self.capacity = limit
        self.budget = RequestBudget()
        self._request = request
        self._params = dict(request.params)
        self._channel = channel
        self._progress = progress
        self._operation = request.options.operation
        self._concurrency = concurrency
        self._ordered = ordered
        self._distrusts_empty_pages = False
        self.context = copy_context()

    async def get(self, part: ListPart, offset: int = 0) -> Page:
        """Return a page. Raises `BrokenAssumption` if it stays empty though its total reports items there."""
        contradicts_total = False
        for _ in range(_EMPTY_TRIES):
            async with self._slots:
                page = await self._get_once(part, offset)
            if len(page.body) > _MAX_EMPTY_PAGE or self._channel.codec.split_page(page.body, self._operation)[0]:
                return page
            # Another total doesn't explain an empty page that reported items. From now on, every empty page is
            # requested again.
            contradicts_total = contradicts_total or offset < page.total
            self._distrusts_empty_pages = self._distrusts_empty_pages or contradicts_total
            if not self._distrusts_empty_pages:
                break
        if contradicts_total:
            raise BrokenAssumption(f"a page was empty that should begin at item {offset + 1:,} of {page.total:,}")
        return page

    @cached_property
    def _slots(self) -> anyio.Semaphore:
        """Limits the requests at a time: those of a read that was left early still run when the next one begins."""
        return anyio.Semaphore(self._concurrency, fast_acquire=True)

    async def get_many(self, part: ListPart, offsets: Iterator[int]) -> AsyncGenerator[Page, None]:
        """Request the pages at these offsets, several at once. Yield them as they arrive, or in order if `ordered`."""
        queue = _Queue()
        # The end of the list is unknown until one page has reported the total.
        max_pending = 1 if part.latest_total is None else self._concurrency
        workers = 0
        try:
            while True:
                while len(queue.pending) < max_pending and (offset := next(offsets, None)) is not None:
                    queue.add(_PendingPage(offset))
                    if workers < len(queue.pending):
                        workers += 1
                        self.context.run(self._start_worker, part, queue)
                if not queue.pending:
                    return
                while (ready := queue.next_ready(ordered=self._ordered)) is None:
                    await queue.wait()
                if isinstance(ready.result, _Cancelled):
                    await anyio.lowlevel.checkpoint_if_cancelled()
                yield ready.unwrap()
                max_pending = self._concurrency
        finally:
            queue.close(workers)

    def _start_worker(self, part: ListPart, queue: "_Queue") -> None:
        self.tasks.start_soon(self._request_pages, part, queue)

    async def _request_pages(self, part: ListPart, queue: "_Queue") -> None:
        """Request the pages of a queue one after the other: a task for each page would cost more than its request."""
        try:
            while (page := await queue.get()) is not None:
                try:
                    page.result = await self.get(part, page.offset)
                except Exception as error:
                    page.result = error
                queue.arrived.set()
        except BaseException:
            queue.cancel()
            raise

    async def _get_once(self, part: ListPart, offset: int) -> Page:
        progress, budget = self._progress, self.budget
        if progress.requests >= budget.limit(progress.done):
            raise progress.drift_error(f"{budget.suspicion}, and the scan found no end" if budget.suspicion else "")
        params = {**self._params, **dict(part.bounds), "offset": str(offset), "limit": str(self.limit)}
        first = self._request
        request = new_request(
            first.method,
            first.path,
            tuple(params.items()),
            first.body,
            first.headers,
            first.options,
            new_request_id(),
        )
        progress.requests += 1
        sent = part.start_request(loop_time())
        response = await self._channel.exchange(request)
        # The items are parsed when they are read: a page that has left the processor's cache is slow to read.
        total = self._channel.codec.read_total(response.body, self._operation)
        if total is None or total not in _VALID_TOTALS:
            found = "none" if total is None else "another number"
            raise DecodeError(operation=self._operation, path="total", expected="a whole number", found=found)
        budget.initial_total = budget.initial_total or total
        epoch = part.record_total(sent, total, loop_time())
        return Page(part, epoch, offset, total, response.body, response.headers, response.duration)


class _Cancelled(RuntimeError):
    """The scan was closed. If its own task was not cancelled, another task still reads it."""

    def __init__(self) -> None:
        super().__init__("the scan was closed while another task read it")


@mutable(eq=False)
class _PendingPage:
    """A page to request: its result is None until it arrives or fails."""

    offset: int
    result: Page | Exception | None = None

    def unwrap(self) -> Page:
        if isinstance(self.result, Page):
            return self.result
        raise self.result or RuntimeError("the page has not arrived yet")


class _Queue:
    """The pages of one `get_many`: those to request, and those requested or arrived that were not yielded yet."""

    def __init__(self) -> None:
        self.pending: deque[_PendingPage] = deque()
        self.arrived = anyio.Event()
        self._to_request: deque[_PendingPage] = deque()
        # How many workers may take a page, or end.
        self._turns = anyio.Semaphore(0, fast_acquire=True)

    def add(self, page: _PendingPage) -> None:
        self.pending.append(page)
        self._to_request.append(page)
        self._turns.release()

    async def get(self) -> _PendingPage | None:
        """Wait for a page to request. Return None if there is none any more."""
        await self._turns.acquire()
        return self._to_request.popleft() if self._to_request else None

    def next_ready(self, *, ordered: bool) -> _PendingPage | None:
        """Remove and return the first page that has a result; if `ordered`, only the first page."""
        for page in self.pending:
            if page.result is not None:
                self.pending.remove(page)
                return page
            if ordered:
                return None
        return None

    async def wait(self) -> None:
        """Wait until another page arrives."""
        self.arrived = anyio.Event()
        await self.arrived.wait()

    def cancel(self) -> None:
        """Let the pages fail that have not arrived."""
        for page in self.pending:
            page.result = page.result or _Cancelled()
        self.arrived.set()

    def close(self, workers: int) -> None:
        """Request no more pages, drop those that have arrived, and let this many workers end."""
        self._to_request.clear()
        self.pending.clear()
        for _ in range(workers):
            self._turns.release()


def page_request(request: Request, plan: ListPlan) -> tuple[Request, tuple[str, ...]]:
    """Add the order of creation, hidden items and required fields to a request.

    Returns the request for a page, and the fields that only the scan needs. Raises `ValueError` for a request that is
    sorted already, or that selects no fields of items.
    """
    params = dict(request.params)
    if "sortBy" in params:
        raise ValueError("a scan reads in order of creation: leave sort_by out, or use search instead")
    if plan.sort:
        params["sortBy"] = plan.sort
    for name, value in plan.show_hidden:
        params.setdefault(name, value)
    scan_only_fields: tuple[str, ...] = ()
    if "responseFields" in params:
        selection = dict(parse_selection(params["responseFields"]))
        if "items" not in selection:
            raise ValueError("response_fields of a scan must select fields of items, such as items(id,name)")
        wanted = selection["items"]
        if wanted is not None:
            scan_only_fields = tuple(name for name in plan.required_fields if name not in wanted)
            selection["items"] = add_fields(wanted, plan.required_fields)
        params["responseFields"] = format_selection(selection)
    options = evolve(request.options, lane=Lane.BULK)
    return evolve(request, params=tuple(params.items()), options=options), scan_only_fields
