"""Identical reads in progress are sent once, and each caller keeps its own deadline, cancellation and error."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from attrs import evolve

from ecwid_async import Ecwid, Event, InvalidToken, NotFound, NotSentInTime, OutcomeUnknown, RetryPolicy, Timeout
from ecwid_async.models import ProductDraft
from ecwid_async.tokens import MemoryTokens
from ecwid_async.transport import CachePolicy, MemoryCache, make_response
from ecwid_async.wire import EventKind, Headers, Lane, Options, Request
from tests.transport.cache.model_server import STORE_ID, TOKEN, Server, client

ORDER = Request(method="GET", path="/orders/A", options=Options(operation="GET /orders/{orderId}", repeatable=True))


def without_kept_responses() -> MemoryCache:
    return MemoryCache(CachePolicy({}))


async def settle() -> None:
    """Let all other tasks run until they wait."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


async def test_a_thousand_callers_send_one_request() -> None:
    server = Server()
    release = server.hold()
    async with client(server, cache=without_kept_responses()) as ecwid:
        calls = [asyncio.create_task(_read_product(ecwid)) for _ in range(1000)]
        await settle()
        release.set()
        names = await asyncio.gather(*calls)
    assert server.count == 1
    assert set(names) == {"version 0"}


async def _read_product(ecwid: Ecwid) -> str | None:
    # Each visitor's request creates a store of its own.
    return (await ecwid.store(STORE_ID, TOKEN).products.get(1)).name


async def test_a_read_that_has_ended_is_not_shared_with_later_callers() -> None:
    server = Server()
    async with client(server, cache=without_kept_responses()) as ecwid:
        await _read_product(ecwid)
        await _read_product(ecwid)
    assert server.count == 2


def different_reads(ecwid: Ecwid) -> list[Callable[[], Awaitable[object]]]:
    store = ecwid.store(STORE_ID, TOKEN)
    language = Headers((("Accept-Language", "de"),))
    return [
        lambda: store.transport.send(ORDER),
        lambda: store.transport.send(evolve(ORDER, path="/orders/B")),
        lambda: store.transport.send(evolve(ORDER, params=(("lang", "de"),))),
        lambda: store.transport.send(evolve(ORDER, params=(("lang", "fr"),))),
        lambda: store.transport.send(evolve(ORDER, headers=language)),
        lambda: store.transport.send(evolve(ORDER, body=b"{}")),
        lambda: ecwid.store(STORE_ID, "secret_other").transport.send(ORDER),
        lambda: ecwid.store(STORE_ID + 1, TOKEN).transport.send(ORDER),
    ]


async def test_reads_that_differ_in_anything_are_not_shared() -> None:
    server = Server()
    release = server.hold()
    async with client(server, cache=without_kept_responses()) as ecwid, anyio.create_task_group() as tasks:
        reads = different_reads(ecwid)
        for read in reads * 3:
            tasks.start_soon(read)
        await settle()
        assert server.count == len(reads)
        release.set()


@pytest.mark.parametrize(
    "options",
    [{"fresh": True}, {"lane": Lane.BULK}],
    ids=str,
)
async def test_fresh_and_bulk_reads_are_not_shared(options: dict[str, Any]) -> None:
    server = Server()
    release = server.hold()
    request = evolve(ORDER, options=evolve(ORDER.options, **options))
    async with client(server, cache=without_kept_responses()) as ecwid, anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(ecwid.store(STORE_ID, TOKEN).transport.send, request)
        await settle()
        assert server.count == 3
        release.set()


async def test_a_call_and_a_list_without_cache_are_sent() -> None:
    server = Server()
    async with client(server, cache=MemoryCache()) as ecwid:
        store = ecwid.store(STORE_ID, TOKEN)
        for _ in range(2):
            await store.products.get(1)
            await store.products.get(1).without_cache()
            await store.products.search().all()
            await store.products.search(keyword="x").without_cache().first()
    assert server.count == 2 + 4


async def test_without_cache_stays_with_a_call_that_is_bound_elsewhere() -> None:
    async with client(Server(), cache=MemoryCache()) as ecwid:
        store = ecwid.store(STORE_ID, TOKEN)
        call = store.products.get(1).without_cache()
        assert store.send(call).request.options.fresh


@pytest.mark.parametrize("kind", ["task", "scope"])
async def test_the_last_caller_to_leave_cancels_the_request(kind: str) -> None:
    server = Server()
    server.hold()
    async with client(server, cache=without_kept_responses()) as ecwid:
        scopes: list[anyio.CancelScope] = []

        async def call() -> None:
            with anyio.CancelScope() as scope:
                scopes.append(scope)
                await _read_product(ecwid)

        tasks = [asyncio.create_task(call()) for _ in range(3)]
        await settle()
        for leaving, (task, scope) in enumerate(zip(tasks, scopes, strict=True)):
            assert server.cancelled == 0, f"{leaving} of 3 have left"
            if kind == "task":
                task.cancel()
            else:
                scope.cancel()
            await asyncio.wait([task])
        # Its connection is free once the caller has left.
        assert (server.count, server.cancelled) == (1, 1)


@pytest.mark.parametrize("kind", ["task", "scope"])
async def test_the_last_caller_waits_until_the_request_is_over(kind: str) -> None:
    """Otherwise the client might be closed while the request still uses a connection."""
    server = Server()
    server.hold()
    server.clean_up = anyio.Event()
    async with client(server, cache=without_kept_responses()) as ecwid:
        scope = anyio.CancelScope()

        async def call() -> None:
            with scope:
                await _read_product(ecwid)

        task = asyncio.create_task(call())
        await settle()
        if kind == "task":
            task.cancel()
        else:
            scope.cancel()
        await settle()
        assert (server.cancelled, task.done()) == (1, False)
        server.clean_up.set()
        await asyncio.wait([task])


async def test_the_first_caller_can_leave_without_harm_to_others() -> None:
    server = Server()
    release = server.hold()
    async with client(server, cache=without_kept_responses()) as ecwid:
        first = asyncio.create_task(_read_product(ecwid))
        await settle()
        second = asyncio.create_task(_read_product(ecwid))
        await settle()
        first.cancel()
        await asyncio.wait([first])
        release.set()
        assert await second == "version 0"
    assert (server.count, server.cancelled) == (1, 0)


async def test_a_read_that_all_callers_left_is_not_joined() -> None:
    server = Server()
    server.hold()
    async with client(server, cache=without_kept_responses()) as ecwid:
        first = asyncio.create_task(_read_product(ecwid))
        await settle()
        first.cancel()
        server.gate, server.clean_up = None, anyio.Event()
        await settle()
        assert server.cancelled == 1
        assert await _read_product(ecwid) == "version 0"
        server.clean_up.set()
        await asyncio.wait([first])
    assert (server.count, server.cancelled) == (2, 1)


def on_virtual_clock(main: Callable[[], Awaitable[None]]) -> None:
    trio, testing = pytest.importorskip("trio"), pytest.importorskip("trio.testing")
    trio.run(main, clock=testing.MockClock(autojump_threshold=0))


def test_each_caller_keeps_its_own_deadline() -> None:
    server = Server()
    ended: list[tuple[float, str]] = []

    async def main() -> None:
        release = server.hold()
        async with client(server, cache=without_kept_responses()) as ecwid, anyio.create_task_group() as tasks:

            async def call(seconds: float | None) -> None:
                product = ecwid.store(STORE_ID, TOKEN).products.get(1)
                try:
                    await product.with_timeout(seconds)
                except Timeout:
                    ended.append((anyio.current_time() - start, "timeout"))
                else:
                    ended.append((anyio.current_time() - start, "response"))

            start = anyio.current_time()
            for seconds in (5, 2, None, 20):
                tasks.start_soon(call, seconds)
            await anyio.sleep(10)
            release.set()

    on_virtual_clock(main)
    assert sorted(ended) == [(2, "timeout"), (5, "timeout"), (10, "response"), (10, "response")]
    assert (server.count, server.cancelled) == (1, 0)
    assert server.requests[0].options.deadline is None


def test_the_last_deadline_cancels_the_request() -> None:
    server = Server()

    async def main() -> None:
        server.hold()
        async with client(server, cache=without_kept_responses()) as ecwid, anyio.create_task_group() as tasks:

            async def call(seconds: float) -> None:
                with pytest.raises(Timeout) as raised:
                    await ecwid.store(STORE_ID, TOKEN).products.get(1).with_timeout(seconds)
                assert not isinstance(raised.value, NotSentInTime)

            for seconds in (5, 2, 20):
                tasks.start_soon(call, seconds)
            await anyio.sleep(19)
            assert server.cancelled == 0

    on_virtual_clock(main)
    assert (server.count, server.cancelled) == (1, 1)


async def test_a_read_whose_deadline_has_passed_is_not_sent() -> None:
    server = Server()
    async with client(server, cache=without_kept_responses()) as ecwid:
        with pytest.raises(NotSentInTime):
            await ecwid.store(STORE_ID, TOKEN).products.get(1).with_timeout(0)
    assert server.count == 0


async def test_each_caller_gets_an_error_of_its_own() -> None:
    server = Server()
    release = server.hold()
    server.respond = lambda _: make_response({"errorMessage": "gone"}, status=404)
    async with client(server, cache=without_kept_responses()) as ecwid:
        calls = [asyncio.create_task(_read_product(ecwid)) for _ in range(3)]
        await settle()
        release.set()
        errors = await asyncio.gather(*calls, return_exceptions=True)
    assert server.count == 1
    assert [type(error) for error in errors] == [NotFound] * 3
    assert len({id(error) for error in errors}) == 3


async def test_each_caller_gets_a_transport_error_of_its_own_with_its_cause() -> None:
    server = Server()
    release = server.hold()

    def fail(request: Request) -> Exception:
        error = OutcomeUnknown("no complete response", request=request)
        error.__cause__ = ConnectionResetError("reset")
        return error

    server.respond = fail
    retry = RetryPolicy(attempts=1)
    async with client(server, cache=without_kept_responses(), retry=retry) as ecwid:
        calls = [asyncio.create_task(_read_product(ecwid)) for _ in range(3)]
        await settle()
        release.set()
        errors = await asyncio.gather(*calls, return_exceptions=True)
    assert server.count == 1
    assert len({id(error) for error in errors}) == 3
    for error in errors:
        assert isinstance(error, OutcomeUnknown)
        assert isinstance(error.__cause__, ConnectionResetError)
        assert len(traceback.extract_tb(error.__traceback__)) < 20
        assert TOKEN not in "".join(traceback.format_exception(error))


class _NeedsTwo(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


@pytest.mark.parametrize(("error", "count"), [(LookupError("of a program"), 3), (_NeedsTwo("can't ", "be copied"), 1)])
async def test_each_caller_gets_an_error_of_its_own_also_of_other_libraries(error: Exception, count: int) -> None:
    server = Server()
    release = server.hold()
    server.respond = lambda _: error
    async with client(server, cache=without_kept_responses()) as ecwid:
        calls = [asyncio.create_task(_read_product(ecwid)) for _ in range(3)]
        await settle()
        release.set()
        errors = await asyncio.gather(*calls, return_exceptions=True)
    assert len({id(each) for each in errors}) == count
    assert {(type(each), str(each)) for each in errors} == {(type(error), str(error))}


async def test_the_retries_of_a_shared_read_are_those_of_one_call() -> None:
    server = Server()
    release = server.hold()
    statuses = iter([503, 503, 200])
    server.respond = lambda _: make_response({"id": 1, "name": "at last"}, status=next(statuses))
    retry = RetryPolicy(base_delay=0.0)
    async with client(server, cache=without_kept_responses(), retry=retry) as ecwid:
        calls = [asyncio.create_task(_read_product(ecwid)) for _ in range(10)]
        await settle()
        release.set()
        assert set(await asyncio.gather(*calls)) == {"at last"}
    assert server.count == 3


visitor: ContextVar[str] = ContextVar("visitor", default="nobody")


async def test_a_shared_read_has_no_context_of_a_caller() -> None:
    server = Server()
    seen: list[str] = []
    server.respond = lambda _: seen.append(visitor.get()) or make_response({"id": 1})  # type: ignore[func-returns-value]
    async with client(server, cache=without_kept_responses()) as ecwid:
        visitor.set("Ann")
        await _read_product(ecwid)
    assert seen == ["nobody"]


async def test_a_shared_read_that_is_cancelled_by_somebody_else_is_begun_anew() -> None:
    server = Server()
    server.hold()
    async with client(server, cache=without_kept_responses()) as ecwid:
        before = asyncio.all_tasks()
        caller = asyncio.create_task(_read_product(ecwid))
        await settle()
        (shared,) = asyncio.all_tasks() - before - {caller}
        server.gate = None
        shared.cancel()
        assert await caller == "version 0"
    assert server.count == 2


def test_reads_of_several_event_loops_are_not_shared() -> None:
    server = Server()
    ecwid = client(server, cache=without_kept_responses())
    for _ in range(2):
        asyncio.run(_read_product(ecwid))
    assert server.count == 2


async def test_callers_share_the_token_of_a_source() -> None:
    server = Server()
    release = server.hold()
    async with client(server, cache=MemoryCache(), tokens=MemoryTokens({STORE_ID: TOKEN})) as ecwid:

        async def read() -> str | None:
            return (await ecwid.store(STORE_ID).products.get(1)).name

        calls = [asyncio.create_task(read()) for _ in range(100)]
        await settle()
        release.set()
        await asyncio.gather(*calls)
        await read()
    assert server.count == 1


async def test_events_tell_who_was_served_by_whom() -> None:
    server, events = Server(), list[Event]()
    release = server.hold()
    async with client(server, events, cache=MemoryCache()) as ecwid:
        calls = [asyncio.create_task(_read_product(ecwid)) for _ in range(3)]
        await settle()
        release.set()
        await asyncio.gather(*calls)
        await _read_product(ecwid)
    kinds = [event.kind for event in events]
    assert kinds.count(EventKind.CACHE_MISS) == 1
    assert kinds.count(EventKind.COALESCED) == 2
    assert kinds.count(EventKind.CALL_STARTED) == kinds.count(EventKind.CALL_ENDED) == 1
    assert kinds[-1] is EventKind.CACHE_HIT
    assert {event.store_id for event in events} == {STORE_ID}
    (hit,) = [event for event in events if event.kind is EventKind.CACHE_HIT]
    assert hit.status == 200
    assert hit.seconds is not None
    assert hit.seconds >= 0


async def test_the_lookup_of_a_write_in_doubt_goes_past_the_cache() -> None:
    server = Server()
    async with client(server, cache=MemoryCache(CachePolicy(lag=0)), retry=RetryPolicy(attempts=1)) as ecwid:
        store = ecwid.store(STORE_ID, TOKEN)
        seen: list[Request] = []

        def respond(request: Request) -> Any:
            seen.append(request)
            return (
                OutcomeUnknown("reset", request=request) if request.method == "POST" else make_response({"items": []})
            )

        server.respond = respond
        with pytest.raises(OutcomeUnknown) as raised:
            await store.products.create(ProductDraft(name="Tea", sku="T1"))
        await raised.value.resolve()
        await raised.value.resolve()
    assert [request.method for request in seen] == ["POST", "GET", "GET"]
    assert all(request.options.fresh for request in seen[1:])


async def test_a_refused_token_is_reported_to_all_callers() -> None:
    server = Server()
    release = server.hold()
    server.respond = lambda _: make_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
    async with client(server, cache=MemoryCache()) as ecwid:
        calls = [asyncio.create_task(_read_product(ecwid)) for _ in range(3)]
        await settle()
        release.set()
        errors = await asyncio.gather(*calls, return_exceptions=True)
    assert server.count == 1
    assert [type(error) for error in errors] == [InvalidToken] * 3
