"""Requesting the pages of a list: several at once, within the budget, empty ones again."""

from collections import deque
from collections.abc import AsyncGenerator, Iterator
from typing import Final

import anyio
import anyio.abc
from attrs import evolve, mutable

from ecwid_async.calls import Channel
from ecwid_async.codec import add_fields, format_selection, parse_selection
from ecwid_async.errors import DecodeError
from ecwid_async.scan.assumptions import BrokenAssumption, ListPart, RequestBudget
from ecwid_async.scan.page import Page
from ecwid_async.scan.plans import ListPlan
from ecwid_async.scan.progress import Progress
from ecwid_async.wire import Lane, Request, new_request_id

__all__ = ["PageRequests", "page_request"]

# How often a page is requested that is empty though its total reports items there.
_EMPTY_TRIES: Final = 3
# Bytes. The body of a page without items is shorter.
_EMPTY_PAGE: Final = 1024
_TOTALS: Final = range(1 << 53)


class PageRequests:
    """Requests pages of one list, and counts the requests.

    `limit` is the number of items requested for a page, `capacity` the number that a full page holds.
    """

    tasks: anyio.abc.TaskGroup
    """Runs the requests of `get_many`. Set when the scan is opened."""

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
        self._empty_pages_lie = False
        self._arrived = anyio.Event()

    async def get(self, part: ListPart, offset: int = 0) -> Page:
        """Return a page. Raises `BrokenAssumption` if it stays empty though its total reports items there."""
        lied = False
        for _ in range(_EMPTY_TRIES):
            page = await self._get_once(part, offset)
            if len(page.body) > _EMPTY_PAGE or self._channel.codec.split_page(page.body, self._operation)[0]:
                return page
            # An empty page that reported items is not put right by another total. From then on, no empty page is
            # believed at once.
            lied = lied or offset < page.total
            self._empty_pages_lie = self._empty_pages_lie or lied
            if not self._empty_pages_lie:
                break
        if lied:
            raise BrokenAssumption(f"a page was empty that should begin at item {offset + 1:,} of {page.total:,}")
        return page

    async def get_many(self, part: ListPart, offsets: Iterator[int]) -> AsyncGenerator[Page, None]:
        """Yield the pages at these offsets, requested several at once: in their order if that is wanted."""
        pending: deque[_PendingPage] = deque()
        # The end of the list is unknown until one page has reported the total.
        most = 1 if part.latest_total is None else self._concurrency
        while True:
            while len(pending) < most and (offset := next(offsets, None)) is not None:
                page = _PendingPage()
                pending.append(page)
                self.tasks.start_soon(self._get_into, page, part, offset)
            if not pending:
                return
            while (ready := self._ready(pending)) is None:
                self._arrived = anyio.Event()
                await self._arrived.wait()
            pending.remove(ready)
            yield ready.unwrap()
            most = self._concurrency

    def _ready(self, pending: "deque[_PendingPage]") -> "_PendingPage | None":
        for page in pending:
            if page.result is not None:
                return page
            if self._ordered:
                return None
        return None

    async def _get_into(self, pending: "_PendingPage", part: ListPart, offset: int) -> None:
        try:
            pending.result = await self.get(part, offset)
        except Exception as error:
            pending.result = error
        self._arrived.set()

    async def _get_once(self, part: ListPart, offset: int) -> Page:
        progress, budget = self._progress, self.budget
        if progress.requests >= budget.limit(progress.done):
            raise progress.drifted(f"{budget.suspicion}, and the scan found no end" if budget.suspicion else "")
        params = {**self._params, **dict(part.bounds), "offset": str(offset), "limit": str(self.limit)}
        request = evolve(self._request, params=tuple(params.items()), id=new_request_id())
        progress.requests += 1
        sent = part.note_sent(anyio.current_time())
        response = await self._channel.exchange(request)
        # The items are parsed when their turn comes: a page that has left the processor's cache is slow to read.
        total = self._channel.codec.read_total(response.body, self._operation)
        if total is None or total not in _TOTALS:
            found = "none" if total is None else "another number"
            raise DecodeError(operation=self._operation, path="total", expected="a whole number", found=found)
        budget.initial_total = budget.initial_total or total
        epoch = part.note_received(sent, total, anyio.current_time())
        return Page(part, epoch, offset, total, response.body, response.headers.get("Date", ""))


@mutable(eq=False)
class _PendingPage:
    """A requested page: None until it arrives or fails."""

    result: Page | Exception | None = None

    def unwrap(self) -> Page:
        if isinstance(self.result, Page):
            return self.result
        raise self.result or RuntimeError("the page has not arrived yet")


def page_request(request: Request, plan: ListPlan) -> tuple[Request, tuple[str, ...]]:
    """Return the request for a page with hidden items in order of creation, and the fields that only the scan needs.

    Raises `ValueError` for a request that is sorted already, or that selects no fields of items.
    """
    params = dict(request.params)
    if "sortBy" in params:
        raise ValueError("a scan reads in order of creation: leave sort_by out, or use search instead")
    if plan.sort:
        params["sortBy"] = plan.sort
    for name, value in plan.show_hidden:
        params.setdefault(name, value)
    strip: tuple[str, ...] = ()
    if "responseFields" in params:
        selection = dict(parse_selection(params["responseFields"]))
        if "items" not in selection:
            raise ValueError("response_fields of a scan must select fields of items, such as items(id,name)")
        wanted = selection["items"]
        if wanted is not None:
            strip = tuple(name for name in plan.required_fields if name not in wanted)
            selection["items"] = add_fields(wanted, plan.required_fields)
        params["responseFields"] = format_selection(selection)
    options = evolve(request.options, lane=Lane.BULK)
    return evolve(request, params=tuple(params.items()), options=options), strip
