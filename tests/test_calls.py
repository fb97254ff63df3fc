"""A call is a coroutine that is sent once, wherever it is awaited."""

import asyncio
import gc
import inspect
import math
import pickle
import sys
import warnings
import weakref
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import anyio
import pytest

from ecwid_async import APIError, Call, DecodeError, Ecwid, NotFound, OutcomeUnknown
from ecwid_async.calls import Channel
from ecwid_async.codec import Codec
from ecwid_async.errors import ConfigError
from ecwid_async.models.base import Model, model
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Options, Request, Response


@model
class Row(Model):
    """An item of a list."""

    id: int | None = None
    price: Decimal | None = None


GET = Request(method="GET", path="/rows/7", options=Options(operation="GET /rows/{rowId}", repeatable=True))


class SlowTransport(MemoryTransport):
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


def always(data: object) -> MemoryTransport:
    return MemoryTransport(lambda _: make_response(data))


async def test_awaiting_a_call_sends_it_and_returns_the_result() -> None:
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


async def test_a_call_that_is_in_progress_cannot_be_awaited_again() -> None:
    transport = MemoryTransport(lambda _: make_response({"id": 7}))
    one = call(transport)
    task = asyncio.create_task(one)
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="already"):
        await one
    assert await task == Row(id=7)
    assert len(transport.requests) == 1


async def test_asyncio_and_anyio_take_a_call_as_a_coroutine() -> None:
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

    waiting = asyncio.create_task(call(SlowTransport(0)))
    assert not waiting.done()
    assert await waiting == Row(id=7)


async def test_a_task_shows_which_call_it_runs() -> None:
    task = asyncio.create_task(call(SlowTransport(0)))
    assert "coro=<GET /rows/{rowId}" in repr(task)
    await asyncio.sleep(0)
    assert "coro=<GET /rows/{rowId}" in repr(task)
    assert len(task.get_stack()) == 1
    await task


async def test_a_cancelled_call_stops_where_it_waits() -> None:
    transport = SlowTransport(60)
    task = asyncio.create_task(call(transport))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.cancelled


async def test_inspect_knows_whether_a_call_is_suspended() -> None:
    one: Any = call(SlowTransport(0))
    task = asyncio.create_task(one)
    await asyncio.sleep(0)
    assert inspect.getcoroutinestate(one) == inspect.CORO_SUSPENDED
    await task
    assert inspect.getcoroutinestate(one) == inspect.CORO_CLOSED


def test_a_cancelled_call_is_freed_without_the_garbage_collector() -> None:
    one = call(always({}))
    freed = weakref.ref(one)
    gc.disable()
    try:
        with suppress(asyncio.CancelledError):
            one.throw(asyncio.CancelledError())
        del one
        assert freed() is None
    finally:
        gc.enable()


def test_a_dropped_call_warns_as_a_coroutine_does() -> None:
    dropped = [call(always({}))]
    with pytest.warns(RuntimeWarning, match=r"<Call GET /rows/7> was never awaited"):
        dropped.clear()


def test_the_warning_names_each_line_that_drops_a_call() -> None:
    transport = always({})
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("default")  # as Python runs outside tests
        call(transport)  # type: ignore[unused-awaitable]  # dropped on purpose
        call(transport)  # type: ignore[unused-awaitable]  # on another line
    assert [warning.filename for warning in warned] == [__file__] * 2


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


@pytest.mark.parametrize("use", [lambda one: one, Call.response])
async def test_a_call_whose_task_is_cancelled_before_its_first_step_does_not_warn(
    use: Callable[[Call[Row]], Awaitable[object]],
) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        task = asyncio.ensure_future(use(call(always({}))))
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


def test_the_request_of_a_call_is_available_without_an_event_loop() -> None:
    request = call(always({})).request
    assert (request.method, request.path, request.options.operation) == ("GET", "/rows/7", "GET /rows/{rowId}")


async def test_an_unpickled_call_belongs_to_no_store() -> None:
    copy = pickle.loads(pickle.dumps(call(always({}))))
    with pytest.raises(RuntimeError, match=r"belongs to no store: send it with `await store.send\(call\)`"):
        await copy
    sandbox = always({"id": 7})
    async with Ecwid(transport=sandbox) as ecwid:
        assert await ecwid.store(1003, "secret_x").send(copy) == Row(id=7)
    assert sandbox.requests[0].path == "/1003/rows/7"


@pytest.mark.parametrize("again", ["itself", "bound", "pickled"])
async def test_a_sent_call_cannot_be_sent_by_binding_it_again(again: str) -> None:
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


async def test_an_empty_response_to_a_delete_is_a_result_without_a_count() -> None:
    request = Request(method="DELETE", path="/rows/7", options=Options(operation="DELETE /rows/{rowId}"))
    for status in (200, 204):
        done = Call(request, Row, Channel(MemoryTransport([make_response(b"", status=status)]), Codec()))
        assert await done == Row()


async def test_a_successful_write_without_a_result_has_an_unknown_outcome() -> None:
    """Even if no transport has checked the body, as for a response inside a batch."""
    request = Request(method="POST", path="/rows", options=Options(operation="POST /rows", expects="object"))

    async def look_up(channel: Channel) -> Row:
        return await Call(GET, Row, channel)

    create = Call(request, Row, look_up=look_up)
    assert create.take_request() is request
    channel = Channel(always({"id": 8}), Codec(strict=True))
    for body in (b"", b"<html>"):
        with pytest.raises(OutcomeUnknown) as caught:
            create.read(make_response(body), channel)
        assert caught.value.outcome == "unknown"
        assert await caught.value.resolve() == Row(id=8)
    # A result with an unexpected shape means that the call was executed.
    with pytest.raises(DecodeError) as unreadable:
        create.read(make_response({"id": []}), channel)
    assert unreadable.value.outcome == "done"


async def test_response_returns_the_response_undecoded() -> None:
    transport = MemoryTransport([make_response({"id": 7}, headers={"Date": "today"})])
    response = await call(transport).response()
    assert (response.status, response.headers["date"], response.body) == (200, "today", b'{"id":7}')


async def test_an_unsuccessful_response_raises_its_error() -> None:
    uses: tuple[Callable[[Call[Row]], Awaitable[object]], ...] = (lambda one: one, Call.response)
    for use in uses:
        with pytest.raises(NotFound) as caught:
            await use(call(MemoryTransport([make_response({"errorMessage": "Row #7 not found"}, status=404)])))
        assert caught.value.message == "Row #7 not found"
        assert caught.value.request is GET


@pytest.mark.parametrize("status", [301, 302, 304])
async def test_a_redirect_is_an_error(status: int) -> None:
    with pytest.raises(APIError):
        await call(MemoryTransport([make_response(status=status)]))


async def test_a_member_of_the_response_can_be_the_result() -> None:
    wrapped = Call(GET, list[Row], Channel(always({"items": [{"id": 1}]}), Codec()), unwrap="items")
    assert await wrapped == [Row(id=1)]
    with pytest.raises(DecodeError, match="at items, found null"):
        await Call(GET, list[Row], Channel(always({}), Codec()), unwrap="items")


async def test_the_response_to_a_call_without_a_result_may_be_empty() -> None:
    done: Call[None] = Call(GET, type(None), Channel(MemoryTransport([make_response()]), Codec()))
    assert await done is None  # type: ignore[func-returns-value]


async def test_a_timeout_becomes_the_deadline_of_the_request() -> None:
    transport = always({"id": 7})
    before = anyio.current_time()
    await call(transport).with_timeout(5)
    deadline = transport.requests[0].options.deadline
    assert deadline is not None
    assert before + 5 <= deadline <= anyio.current_time() + 5


@pytest.mark.parametrize("seconds", [math.nan, True, "7", pytest.param(10**400, id="huge"), Decimal(7)])
async def test_an_invalid_timeout_is_refused(seconds: Any) -> None:
    transport = MemoryTransport([])
    call = Ecwid(transport=transport).store(1003, "secret_x").products.get(7)
    with pytest.raises(ConfigError, match=r"timeout is .*: give a number"):
        call.with_timeout(seconds)
    assert call.timeout is None
    call.close()


async def test_sending_a_call_to_a_store_can_be_cancelled_before_it_starts() -> None:
    store = Ecwid(transport=MemoryTransport([]), quota=None).store(1003, "secret_x")
    call = pickle.loads(pickle.dumps(store.orders.get("A")))
    task = asyncio.ensure_future(store.send(call))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
