"""Calls are sent once, from wherever they are awaited; pages end where the list ends."""

import asyncio
import gc
import math
import pickle
import sys
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from decimal import Decimal
from typing import Any

import anyio
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import APIError, Call, DecodeError, Ecwid, NotFound, OutcomeUnknown, Pages
from ecwid_async.calls import Channel
from ecwid_async.codec import Codec
from ecwid_async.errors import ConfigError
from ecwid_async.models.base import Model, model
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Headers, Options, Request, Response


@model
class Row(Model):
    """An item of a list."""

    id: int | None = None
    price: Decimal | None = None


GET = Request(method="GET", path="/rows/7", options=Options(operation="GET /rows/{rowId}", repeatable=True))
SEARCH = Request(method="GET", path="/rows", options=Options(operation="GET /rows", repeatable=True))


class Hanging(MemoryTransport):
    """Responds after a number of seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(lambda _: make_response({"id": 7}))
        self.seconds = seconds
        self.cancelled = False

    async def send(self, request: Request) -> Response:
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return await super().send(request)


def call(transport: MemoryTransport, **settings: str) -> Call[Row]:
    return Call(GET, Row, Channel(transport, Codec()), **settings)


def rows(transport: MemoryTransport, request: Request = SEARCH, **settings: int) -> Pages[Row]:
    return Pages(request, Row, Channel(transport, Codec()), **settings)


def always(data: object) -> MemoryTransport:
    return MemoryTransport(lambda _: make_response(data))


async def test_awaiting_a_call_sends_it_and_reads_the_answer() -> None:
    transport = always({"id": 7})
    assert await call(transport) == Row(id=7)
    assert [request.path for request in transport.requests] == ["/rows/7"]


async def test_a_call_is_sent_at_most_once() -> None:
    transport = always({"id": 7})
    one = call(transport)
    await one
    for again in (one, one.response()):
        with pytest.raises(RuntimeError, match="was already sent"):
            await again
    assert len(transport.requests) == 1


async def test_a_call_that_is_in_progress_can_not_be_awaited_again() -> None:
    transport = MemoryTransport(lambda _: make_response({"id": 7}))
    one = call(transport)
    task = asyncio.create_task(one)
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="already"):
        await one
    assert await task == Row(id=7)
    assert len(transport.requests) == 1


async def test_a_call_is_a_coroutine_for_everything_in_asyncio_and_anyio() -> None:
    transport = always({"id": 7})
    # Equal requests are different calls: gather would merge awaitables that compare equal.
    assert await asyncio.gather(call(transport), call(transport)) == [Row(id=7), Row(id=7)]
    assert await asyncio.create_task(call(transport)) == Row(id=7)
    assert await asyncio.ensure_future(call(transport)) == Row(id=7)
    assert await asyncio.shield(call(transport)) == Row(id=7)
    assert await asyncio.wait_for(call(transport), 5) == Row(id=7)
    async with asyncio.timeout(5):
        assert await call(transport) == Row(id=7)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(call(transport)) for _ in range(2)]
    assert [task.result() for task in tasks] == [Row(id=7), Row(id=7)]
    async with anyio.create_task_group() as anyio_group:
        anyio_group.start_soon(call, transport)
        handle = anyio_group.create_task(call(transport))
    assert handle.return_value == Row(id=7)
    assert len(transport.requests) == 11


def test_a_call_can_be_the_main_coroutine() -> None:
    assert asyncio.run(call(always({"id": 7}))) == Row(id=7)
    assert asyncio.run(call(always({"id": 7})), debug=True) == Row(id=7)
    for backend in ("asyncio", "trio"):
        assert anyio.run(call, always({"id": 7}), backend=backend) == Row(id=7)


def test_a_call_runs_in_a_thread_s_event_loop() -> None:
    async def main() -> Row:
        loop = asyncio.get_running_loop()
        waiting = await asyncio.to_thread(asyncio.run_coroutine_threadsafe, call(always({"id": 7})), loop)
        return await asyncio.wrap_future(waiting)

    assert asyncio.run(main()) == Row(id=7)


def test_a_call_runs_in_trio_s_nurseries() -> None:
    trio = pytest.importorskip("trio")
    transport = always({"id": 7})

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(call, transport)

    trio.run(main)
    assert len(transport.requests) == 1


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks come with Python 3.12")
async def test_a_call_can_be_an_eager_task() -> None:
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined,unused-ignore]
    eager = asyncio.create_task(call(always({"id": 7})))
    assert eager.done()
    assert eager.result() == Row(id=7)

    waiting = asyncio.create_task(call(Hanging(0)))
    assert not waiting.done()
    assert await waiting == Row(id=7)


async def test_a_task_shows_which_call_it_runs() -> None:
    task = asyncio.create_task(call(always({"id": 7})))
    assert "coro=<GET /rows/{rowId}" in repr(task)
    await task


async def test_a_cancelled_call_stops_where_it_waits() -> None:
    transport = Hanging(60)
    task = asyncio.create_task(call(transport))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.cancelled


def test_a_dropped_call_warns_as_a_coroutine_does() -> None:
    dropped = [call(always({}))]
    with pytest.warns(RuntimeWarning, match=r"<Call GET /rows/7> was never awaited"):
        dropped.clear()


async def test_a_used_call_does_not_warn() -> None:
    uses: list[Callable[[Call[Row]], object]] = [
        lambda c: c.request,
        lambda c: c.close(),
        pickle.dumps,
        lambda c: c.bind(Channel(always({}), Codec())).request,
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for use in uses:
            use(call(always({})))
        await call(always({}))
        await call(always({})).response()
        await Ecwid(transport=always({})).store(1003, "secret_x").send(call(always({})))
        pickle.loads(pickle.dumps(call(always({}))))
        gc.collect()


async def test_a_call_whose_task_is_cancelled_before_its_first_step_does_not_warn() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        task = asyncio.ensure_future(call(always({})))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        gc.collect()
    assert not warned


async def test_a_closed_call_is_not_sent() -> None:
    transport = always({"id": 7})

    def closed() -> Call[Row]:
        one = call(transport)
        one.close()
        one.close()
        assert not one.sent
        return one

    channel = Channel(transport, Codec())
    for again in (
        closed(),
        closed().response(),
        closed().bind(channel),
        pickle.loads(pickle.dumps(closed())).bind(channel),
    ):
        with pytest.raises(RuntimeError, match="was closed: build the call again"):
            await again
    with pytest.raises(RuntimeError, match="was closed"):
        closed().take_request()
    assert not transport.requests


def test_a_call_tells_its_request_without_an_event_loop() -> None:
    request = call(always({})).request
    assert (request.method, request.path, request.options.operation) == ("GET", "/rows/7", "GET /rows/{rowId}")


async def test_a_pickled_call_belongs_to_no_store_until_one_sends_it() -> None:
    copy = pickle.loads(pickle.dumps(call(always({}))))
    with pytest.raises(RuntimeError, match=r"belongs to no store: send it with `await store.send\(call\)`"):
        await copy
    sandbox = always({"id": 7})
    async with Ecwid(transport=sandbox) as ecwid:
        assert await ecwid.store(1003, "secret_x").send(copy) == Row(id=7)
    assert sandbox.requests[0].path == "/1003/rows/7"


@pytest.mark.parametrize("again", ["itself", "bound", "pickled"])
async def test_a_call_that_a_store_sent_stays_sent_wherever_it_is_bound(again: str) -> None:
    sandbox = always({"id": 7})
    async with Ecwid(transport=sandbox) as ecwid:
        store, other = ecwid.store(1003, "secret_x"), ecwid.store(1004, "secret_y")
        one = call(always({}))
        bound = one.bind(store._channel)
        await store.send(one)
        twice = {"itself": one, "bound": bound, "pickled": pickle.loads(pickle.dumps(one))}[again]
        assert twice.sent
        for target in (store, other):
            with pytest.raises(RuntimeError, match="was already sent"):
                await target.send(twice)
    assert len(sandbox.requests) == 1


async def test_a_write_answered_with_nothing_has_worked_without_a_count() -> None:
    request = Request(method="DELETE", path="/rows/7", options=Options(operation="DELETE /rows/{rowId}"))
    for status in (200, 204):
        done = Call(request, Row, Channel(MemoryTransport([make_response(b"", status=status)]), Codec()))
        assert await done == Row()


async def test_a_write_whose_success_is_no_result_may_have_worked() -> None:
    """Also where nothing below had looked at the body, as with an answer inside a batch."""
    request = Request(method="POST", path="/rows", options=Options(operation="POST /rows", expects="object"))

    async def look_up(channel: Channel) -> Row:
        return await Call(GET, Row, channel)

    create = Call(request, Row, look_up=look_up)
    assert create.take_request() is request
    through = Channel(always({"id": 8}), Codec(strict=True))
    for body in (b"", b"<html>"):
        with pytest.raises(OutcomeUnknown) as caught:
            create.read(make_response(body), through)
        assert caught.value.outcome == "unknown"
        assert await caught.value.resolve() == Row(id=8)
    # What is a result, and of another shape, was done.
    with pytest.raises(DecodeError) as odd:
        create.read(make_response({"id": []}), through)
    assert odd.value.outcome == "done"


async def test_the_raw_answer_is_at_hand() -> None:
    transport = MemoryTransport([make_response({"id": 7}, headers={"Date": "today"})])
    response = await call(transport).response()
    assert (response.status, response.headers["date"], response.body) == (200, "today", b'{"id":7}')


async def test_an_answer_that_is_no_success_raises_its_error() -> None:
    uses: tuple[Callable[[Call[Row]], Awaitable[object]], ...] = (lambda one: one, Call.response)
    for use in uses:
        with pytest.raises(NotFound) as caught:
            await use(call(MemoryTransport([make_response({"errorMessage": "Row #7 not found"}, status=404)])))
        assert caught.value.message == "Row #7 not found"
        assert caught.value.request is GET


@pytest.mark.parametrize("status", [301, 302, 304])
async def test_a_redirect_is_no_success(status: int) -> None:
    with pytest.raises(APIError):
        await call(MemoryTransport([make_response(status=status)]))


async def test_one_member_of_the_answer_can_be_what_is_read() -> None:
    wrapped = Call(GET, list[Row], Channel(always({"items": [{"id": 1}]}), Codec()), unwrap="items")
    assert await wrapped == [Row(id=1)]
    with pytest.raises(DecodeError, match="at items, found null"):
        await Call(GET, list[Row], Channel(always({}), Codec()), unwrap="items")


async def test_an_answer_nobody_reads_may_be_empty() -> None:
    done: Call[None] = Call(GET, type(None), Channel(MemoryTransport([make_response()]), Codec()))
    assert await done is None  # type: ignore[func-returns-value]


async def test_a_timeout_becomes_the_request_s_deadline() -> None:
    transport = always({"id": 7})
    before = anyio.current_time()
    await call(transport).with_timeout(5)
    deadline = transport.requests[0].options.deadline
    assert deadline is not None
    assert before + 5 <= deadline <= anyio.current_time() + 5


class Listing:
    """A server of a list: `total` rows, at most `most` in a page, and a hook between pages."""

    def __init__(self, total: int, *, most: int = 100, between: Callable[["Listing"], None] | None = None) -> None:
        self.rows = list(range(total))
        self.most = most
        self.between = between
        self.tells_total = True
        self.asked: list[tuple[int, int]] = []

    def __call__(self, request: Request) -> Response:
        params = dict(request.params)
        offset, limit = int(params["offset"]), int(params["limit"])
        self.asked.append((offset, limit))
        if self.between and len(self.asked) > 1:
            self.between(self)
        items = self.rows[offset : offset + min(limit, self.most)]
        envelope: dict[str, object] = {"items": [{"id": row} for row in items], "count": len(items), "offset": offset}
        return make_response(envelope | ({"total": len(self.rows)} if self.tells_total else {}))


def listing(server: Listing, **settings: int) -> Pages[Row]:
    return rows(MemoryTransport(server), **settings)


@pytest.mark.parametrize(
    ("total", "limit", "asked"),
    [
        (0, 10, [(0, 10)]),
        (9, 10, [(0, 10)]),
        (10, 10, [(0, 10)]),
        (20, 10, [(0, 10), (10, 10)]),
        (25, 10, [(0, 10), (10, 10), (20, 10)]),
    ],
)
async def test_a_list_ends_at_its_total_without_one_request_too_many(
    total: int, limit: int, asked: list[tuple[int, int]]
) -> None:
    server = Listing(total)
    assert [row.id async for row in listing(server, limit=limit)] == list(range(total))
    assert server.asked == asked


async def test_the_limit_is_always_sent_and_100_unless_stated() -> None:
    server = Listing(3)
    await listing(server).all()
    assert server.asked == [(0, 100)]


async def test_a_short_page_does_not_end_the_list() -> None:
    server = Listing(25, most=7)
    assert [row.id async for row in listing(server, limit=10)] == list(range(25))
    assert [offset for offset, _ in server.asked] == [0, 7, 14, 21]


async def test_rows_that_vanish_end_the_list_early_and_not_never() -> None:
    server = Listing(25, between=lambda listing: listing.rows.clear())
    assert [row.id async for row in listing(server, limit=10)] == list(range(10))
    assert len(server.asked) == 2


async def test_without_a_total_an_empty_page_is_the_end() -> None:
    server = Listing(20)
    server.tells_total = False
    assert len(await listing(server, limit=10).all()) == 20
    assert [offset for offset, _ in server.asked] == [0, 10, 20]


@given(
    total=st.integers(0, 60),
    most=st.integers(1, 20),
    limit=st.integers(1, 20),
    offset=st.integers(0, 70),
    told=st.booleans(),
)
def test_every_row_comes_once_whatever_the_server_s_page_size(
    total: int, most: int, limit: int, offset: int, told: bool
) -> None:
    server = Listing(total, most=most)
    server.tells_total = told
    found = asyncio.run(listing(server, limit=limit, offset=offset).all())
    assert [row.id for row in found] == list(range(total))[offset:]


async def test_pages_come_whole_as_models_plain_data_and_bytes() -> None:
    body = b'{"total":2,"items":[{"id":1,"price":0.10},{"id":2, "price":12}]}'
    transport = MemoryTransport(lambda _: Response(200, Headers(), body))
    (page,) = [page async for page in rows(transport).pages()]
    assert (page.items, page.total, page.offset) == (
        [Row(id=1, price=Decimal("0.10")), Row(id=2, price=Decimal(12))],
        2,
        0,
    )
    assert [item async for item in rows(transport).dicts()] == [
        {"id": 1, "price": Decimal("0.10")},
        {"id": 2, "price": 12},
    ]
    (raw,) = [page async for page in rows(transport).raw()]
    assert [bytes(item) for item in raw.items] == [b'{"id":1,"price":0.10}', b'{"id":2, "price":12}']
    assert (raw.total, raw.offset) == (2, 0)
    assert all(isinstance(item, msgspec.Raw) for item in raw.items)


async def test_first_and_count_ask_for_one_row() -> None:
    server = Listing(25)
    assert await listing(server).first() == Row(id=0)
    assert await listing(server).count() == 25
    assert await listing(server, offset=20).count() == 5
    assert await listing(Listing(0)).first() is None
    assert [limit for _, limit in server.asked] == [1, 1, 1]
    server.tells_total = False
    assert await listing(server, limit=10).count() == 25


async def test_each_iteration_starts_anew() -> None:
    pages = listing(Listing(3))
    assert await pages.all() == await pages.all()


async def test_every_page_request_has_an_id_of_its_own() -> None:
    transport = MemoryTransport(Listing(30))
    await rows(transport, limit=10).all()
    assert len({request.id for request in transport.requests}) == 3


@pytest.mark.parametrize(
    ("selection", "sent"),
    [
        ("items(id,total)", "total,count,offset,limit,items(id,total)"),
        ("total,items(id)", "count,offset,limit,total,items(id)"),
        ("count,items(options(name)),limit,offset,total", "count,items(options(name)),limit,offset,total"),
    ],
)
def test_a_selection_of_fields_keeps_what_paging_needs(selection: str, sent: str) -> None:
    request = Request(method="GET", path="/rows", params=(("responseFields", selection),), options=SEARCH.options)
    assert dict(rows(always({}), request).request.params)["responseFields"] == sent


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"items": 7}', b"<html>", b'{"items": [{"id": 1}'])
async def test_a_page_that_is_none_is_an_error_that_names_the_endpoint(body: bytes) -> None:
    def readings() -> Iterator[object]:
        transport = MemoryTransport(lambda _: Response(200, Headers(), body))
        yield rows(transport).all()
        yield anext(aiter(rows(transport).dicts()))
        yield anext(aiter(rows(transport).raw()))

    for reading in readings():
        with pytest.raises(DecodeError, match="GET /rows: expected"):
            await reading  # type: ignore[misc]


@pytest.mark.parametrize("settings", [{"limit": 0}, {"limit": -1}, {"offset": -1}])
def test_a_limit_or_offset_that_makes_no_sense_is_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"limit, .* is|offset, .* is"):
        rows(always({}), **settings)


@pytest.mark.parametrize("most", [1, 3, 10])
@pytest.mark.parametrize("rows_there", [3, 10, 40])
@pytest.mark.parametrize("total", [None, 10**9])
async def test_a_server_that_ignores_the_offset_is_an_error_and_not_a_list_without_end(
    total: int | None, rows_there: int, most: int
) -> None:
    def serve(request: Request) -> Response:
        items = [{"id": row} for row in range(rows_there)][:most]
        return make_response({"items": items} | ({} if total is None else {"total": total}))

    def readings(pages: Pages[Row]) -> list[Callable[[], AsyncIterator[object]]]:
        return [lambda: aiter(pages), pages.pages, pages.dicts, pages.raw]

    for nth in range(4):
        transport = MemoryTransport(serve)
        with pytest.raises(DecodeError, match="expected a list that ends at items, found the items of a page before"):
            _ = [item async for item in readings(rows(transport, limit=10))[nth]()]
        assert len(transport.requests) == 2


@pytest.mark.parametrize("period", [1, 2, 7, 30])
async def test_so_is_one_whose_pages_come_round_again(period: int) -> None:
    transport = MemoryTransport(
        lambda request: make_response({"items": [{"id": int(dict(request.params)["offset"]) % (period * 10)}] * 10})
    )
    with pytest.raises(DecodeError, match="a page before"):
        await rows(transport, limit=10).all()
    assert len(transport.requests) <= 4 * period + 2


async def test_so_is_a_total_that_always_keeps_ahead() -> None:
    def serve(request: Request) -> Response:
        offset = int(dict(request.params)["offset"])
        return make_response({"total": offset + 200, "items": [{"id": offset + nth} for nth in range(100)]})

    transport = MemoryTransport(serve)
    with pytest.raises(DecodeError, match="kept rising"):
        await rows(transport).all()
    assert len(transport.requests) <= 110


async def test_a_list_that_grows_at_its_front_shows_a_page_again_and_goes_on() -> None:
    def grow(listing: Listing) -> None:
        if len(listing.asked) < 4:
            listing.rows.insert(0, 100 + len(listing.asked))

    assert [row.id async for row in listing(Listing(6, between=grow), limit=1)] == [0, 0, 0, 1, 2, 3, 4, 5]


async def test_a_list_that_grows_to_less_than_twice_its_size_is_read_to_its_end() -> None:
    server = Listing(300, between=lambda listing: listing.rows.append(len(listing.rows)))
    assert len(await listing(server, limit=2).all()) > 300


async def test_a_page_may_be_emptied_by_its_reader() -> None:
    found = []
    async for page in listing(Listing(25), limit=10).pages():
        found += [page.items.pop() for _ in range(len(page.items))]
    assert sorted(row.id or 0 for row in found) == list(range(25))


@pytest.mark.parametrize("read", [aiter, Pages.dicts], ids=["items", "dicts"])
async def test_who_closes_a_list_of_items_closes_the_pages_below_at_once(
    read: Callable[[Pages[Row]], AsyncGenerator[object, None]],
) -> None:
    opened: list[AsyncGenerator[object, None]] = []
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=opened.append)
    try:
        items = read(listing(Listing(25), limit=10))
        await anext(items)
        await items.aclose()
    finally:
        sys.set_asyncgen_hooks(*hooks)
    assert len(opened) == 2
    assert all(generator.ag_frame is None for generator in opened)


@pytest.mark.parametrize("name", ["limit", "offset", "concurrency", "lag"])
@pytest.mark.parametrize("value", [-1, math.nan, math.inf, "7", True, Decimal(7)], ids=repr)
def test_what_can_not_be_counted_is_refused_where_a_list_is_asked_for(name: str, value: Any) -> None:
    products = Ecwid(transport=MemoryTransport([])).store(1003, "secret_x").products
    with pytest.raises(ConfigError, match=rf"{name}, .* is .*: give a (whole )?number of at least"):
        products.search(**{name: value}) if name in ("limit", "offset") else products.scan(**{name: value})


@pytest.mark.parametrize("seconds", [math.nan, True, "7", pytest.param(10**400, id="huge"), Decimal(7)])
async def test_what_is_no_time_is_no_timeout(seconds: Any) -> None:
    transport = MemoryTransport([])
    call = Ecwid(transport=transport).store(1003, "secret_x").products.get(7)
    with pytest.raises(ConfigError, match=r"timeout is .*: give a number"):
        call.with_timeout(seconds)
    assert call.timeout is None
    call.close()
