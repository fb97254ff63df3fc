"""Pages are requested in parallel within bounds, empty ones repeatedly, with all fields and items that a scan needs."""

import asyncio
from collections.abc import Callable

import anyio
import pytest

from ecwid_async.calls import Channel
from ecwid_async.codec import Codec
from ecwid_async.errors import DecodeError, ScanDrifted
from ecwid_async.scan.assumptions import BrokenAssumption, ListPart
from ecwid_async.scan.plans import plan_for
from ecwid_async.scan.progress import Progress
from ecwid_async.scan.requests import PageRequests, page_request
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Lane, Options, Request, Response, StreamedResponse

OPERATION = "GET /products"
REQUEST = Request(method="GET", path="/products", options=Options(operation=OPERATION))


def products(offset: int, total: int = 9, count: int = 3) -> Response:
    return make_response({"total": total, "items": [{"id": offset + nth} for nth in range(count)]})


class Delays:
    """A transport that answers each offset after its own delay."""

    def __init__(self, delays: dict[int, float]) -> None:
        self.delays = delays
        self.running = self.max_running = 0
        self.running_at_response: list[int] = []

    async def send(self, request: Request) -> Response:
        self.running += 1
        self.max_running = max(self.max_running, self.running)
        offset = int(dict(request.params)["offset"])
        await anyio.sleep(self.delays.get(offset, 0))
        self.running_at_response.append(self.running)
        self.running -= 1
        return products(offset)

    def stream(self, request: Request) -> StreamedResponse:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


async def offsets_of(
    transport: Delays, offsets: list[int], *, concurrency: int, ordered: bool, known: bool = True
) -> list[int]:
    requests = PageRequests(
        REQUEST,
        Channel(transport, Codec()),
        Progress(OPERATION),
        limit=3,
        concurrency=concurrency,
        ordered=ordered,
    )
    async with anyio.create_task_group() as requests.tasks:
        part = ListPart(latest_total=9 if known else None)
        return [page.offset async for page in requests.get_many(part, iter(offsets))]


class Turns(Delays):
    """A transport that answers these offsets one after the other, each when all that follows from the last is done."""

    def __init__(self, offsets: list[int]) -> None:
        super().__init__({})
        self.turns = {offset: anyio.Event() for offset in offsets}

    async def send(self, request: Request) -> Response:
        await self.turns[int(dict(request.params)["offset"])].wait()
        return await super().send(request)

    async def take_turns(self) -> None:
        for turn in self.turns.values():
            await anyio.wait_all_tasks_blocked()
            turn.set()


@pytest.mark.parametrize(("ordered", "arriving"), [(False, [3, 6, 0]), (True, [0, 3, 6])])
async def test_pages_arrive_in_the_order_of_their_responses_or_of_their_offsets(
    ordered: bool, arriving: list[int]
) -> None:
    transport = Turns([3, 6, 0])
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(transport.take_turns)
        assert await offsets_of(transport, [0, 3, 6], concurrency=3, ordered=ordered) == arriving


async def test_no_more_pages_are_requested_at_once_than_the_concurrency() -> None:
    transport = Delays({})
    await offsets_of(transport, list(range(0, 60, 3)), concurrency=4, ordered=False)
    assert transport.max_running == 4


async def test_a_read_that_is_left_early_requests_nothing_more_and_leaves_no_task() -> None:
    transport = Delays({})
    requests = PageRequests(REQUEST, Channel(transport, Codec()), Progress(OPERATION), limit=3, concurrency=4)
    with anyio.fail_after(30):  # the group waits for tasks that have not ended
        async with anyio.create_task_group() as requests.tasks:
            pages = requests.get_many(ListPart(latest_total=60), iter(range(0, 60, 3)))
            assert [(await anext(pages)).offset for _ in range(3)] == [0, 3, 6]
            await pages.aclose()
    assert len(transport.running_at_response) == 4


async def test_requests_of_a_read_that_was_left_early_count_for_the_next_ones() -> None:
    transport = Delays(dict.fromkeys(range(3, 60, 3), 0.01))
    requests = PageRequests(REQUEST, Channel(transport, Codec()), Progress(OPERATION), limit=3, concurrency=4)
    async with anyio.create_task_group() as requests.tasks:
        part = ListPart(latest_total=60)
        for _ in range(3):
            pages = requests.get_many(part, iter(range(0, 60, 3)))
            assert (await anext(pages)).offset == 0
            await pages.aclose()
        assert (await requests.get(part, 3)).offset == 3
    assert transport.max_running == 4


async def test_a_read_starts_no_more_tasks_than_the_concurrency() -> None:
    tasks: set[object] = set()

    class Recorder(Delays):
        async def send(self, request: Request) -> Response:
            tasks.add(asyncio.current_task())
            return await super().send(request)

    transport = Recorder({})
    assert await offsets_of(transport, list(range(0, 60, 3)), concurrency=4, ordered=True) == list(range(0, 60, 3))
    assert len(tasks) == 4


async def test_the_first_page_is_requested_alone_if_the_total_is_unknown() -> None:
    transport = Delays({0: 0.01})
    await offsets_of(transport, [0, 3, 6], concurrency=3, ordered=True, known=False)
    assert transport.running_at_response[0] == 1


def make_requests(handler: Callable[[Request], Response]) -> tuple[PageRequests, Progress, MemoryTransport]:
    transport, progress = MemoryTransport(handler), Progress(OPERATION)
    return PageRequests(REQUEST, Channel(transport, Codec()), progress, limit=3), progress, transport


async def test_a_page_is_requested_with_the_bounds_of_its_part() -> None:
    requests, progress, transport = make_requests(lambda _: products(6))
    page = await requests.get(ListPart((("updatedTo", "5"),)), 6)
    assert transport.requests[0].params == (("updatedTo", "5"), ("offset", "6"), ("limit", "3"))
    assert (page.offset, page.total, page.epoch) == (6, 9, 0)
    assert (progress.requests, requests.budget.initial_total) == (1, 9)


async def test_an_empty_page_that_reports_items_is_requested_again() -> None:
    bodies = iter([products(0, count=0), products(0)])
    requests, progress, _ = make_requests(lambda _: next(bodies))
    assert b'"id":2' in (await requests.get(ListPart())).body
    assert progress.requests == 2


async def test_a_page_that_stays_empty_is_reported() -> None:
    requests, progress, _ = make_requests(lambda _: products(0, count=0))
    with pytest.raises(BrokenAssumption, match="should begin at item 4 of 9"):
        await requests.get(ListPart(), 3)
    assert progress.requests == 3


async def test_an_empty_page_is_not_believed_at_once_after_one_that_was_wrong() -> None:
    bodies = iter([products(0, count=0), products(0), *[products(0, total=0, count=0)] * 3])
    requests, progress, _ = make_requests(lambda _: next(bodies))
    await requests.get(ListPart())
    assert (await requests.get(ListPart())).total == 0
    assert progress.requests == 5


async def test_requests_end_with_the_budget_and_name_the_suspicion() -> None:
    requests, progress, _ = make_requests(lambda _: products(0))
    progress.requests = 400
    with pytest.raises(ScanDrifted, match="changed faster than it could be read"):
        await requests.get(ListPart())
    requests.budget.suspicion = "the filter is ignored"
    with pytest.raises(ScanDrifted, match="can't be proven complete: the filter is ignored"):
        await requests.get(ListPart())
    progress.done = requests.budget.initial_total = 1
    await requests.get(ListPart())


@pytest.mark.parametrize("total", [None, -1, 1 << 53, "many"])
async def test_a_total_that_is_not_a_number_of_items_is_an_error(total: object) -> None:
    requests, _, _ = make_requests(lambda _: make_response({"total": total, "items": []}))
    with pytest.raises(DecodeError, match="total"):
        await requests.get(ListPart())


def test_the_request_includes_hidden_items_and_the_order_of_creation() -> None:
    request, scan_only_fields = page_request(REQUEST, plan_for(OPERATION))
    assert request.params == (("sortBy", "ADDED_TIME_ASC"),)
    assert request.options.lane is Lane.BULK
    assert scan_only_fields == ()
    request, _ = page_request(REQUEST, plan_for("GET /carts"))
    assert request.params == (("showHidden", "true"),)


def test_selected_fields_get_those_that_the_scan_needs() -> None:
    selected = Request(
        method="GET", path="/products", params=(("responseFields", "items(id,name)"),), options=REQUEST.options
    )
    request, scan_only_fields = page_request(selected, plan_for(OPERATION))
    assert scan_only_fields == ("createTimestamp", "updateTimestamp")
    assert dict(request.params)["responseFields"] == "items(createTimestamp,updateTimestamp,id,name)"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("sortBy", "NAME_ASC", "leave sort_by out"), ("responseFields", "total", "must select fields of items")],
)
def test_a_request_that_a_scan_cannot_read_is_refused(name: str, value: str, message: str) -> None:
    request = Request(method="GET", path="/products", params=((name, value),), options=REQUEST.options)
    with pytest.raises(ValueError, match=message):
        page_request(request, plan_for(OPERATION))
