"""The governor against servers that count in three ways, over minutes of a made-up clock."""

import gc
import random
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing
from attrs import evolve

from ecwid_async.errors import Timeout
from ecwid_async.sandbox.limits import FixedWindow, RateLimit, SlidingLog, TokenBucket
from ecwid_async.transport.governor import Govern, MemoryState, Quota, Verdict, _queues, token_key
from ecwid_async.transport.memory import MemoryTransport, answer
from ecwid_async.wire import Event, EventKind, Headers, Lane, Options, Request, Response, StreamedResponse

SHAPES: list[type[RateLimit]] = [SlidingLog, FixedWindow, TokenBucket]
WINDOWS = 5


def virtually(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run with a clock that jumps to whatever is waited for next."""
    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def request(lane: Lane = Lane.BULK, *, cost: int = 1, deadline: float | None = None) -> Request:
    options = Options(operation="GET /products", repeatable=True, lane=lane, cost=cost, deadline=deadline)
    return Request(method="GET", path="/products", options=options)


class Server:
    """Counts a request when it arrives, which is a while after it was sent and before its answer is there."""

    def __init__(self, limit: RateLimit, *, seed: int = 1, slowest: float = 0.3) -> None:
        self.limit = limit
        self.random = random.Random(seed)
        self.slowest = slowest
        self.served: list[float] = []
        self.refused = 0

    async def send(self, _: Request) -> Response:
        await trio.sleep(self.random.uniform(0.01, self.slowest))
        now = trio.current_time()
        wait = self.limit.admit(now, 600)
        if wait:
            self.refused += 1
            return answer(status=429, headers={"Retry-After": str(int(wait) + 1)})
        self.served.append(now)
        await trio.sleep(self.random.uniform(0.01, self.slowest))
        return answer({})

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        raise AssertionError("nobody streams here")
        yield

    async def aclose(self) -> None:
        """Nothing to close."""


def governed(server: Any, state: MemoryState | None = None, **settings: Any) -> Govern:
    return Govern(server, state or MemoryState(clock=trio.current_time), token="secret_x", **settings)


async def bulk_work(govern: Govern, until: float, workers: int = 20) -> None:
    async def work() -> None:
        while trio.current_time() < until:
            await govern.send(request())

    async with trio.open_nursery() as nursery:
        for _ in range(workers):
            nursery.start_soon(work)


@pytest.mark.parametrize("slowest", [0.02, 0.3, 2.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_bulk_calls_use_the_quota_up_without_one_429(shape: type[RateLimit], slowest: float) -> None:
    async def main() -> Server:
        server = Server(shape(), slowest=slowest)
        start = trio.current_time()
        await bulk_work(governed(server), start + WINDOWS * 60, workers=60)
        server.served = [moment for moment in server.served if moment < start + WINDOWS * 60]
        return server

    server = virtually(main)
    assert server.refused == 0
    # A slot is taken for the time of an exchange on top of its minute.
    lost = slowest / 60
    assert len(server.served) >= (0.97 - lost) * 600 * WINDOWS


@pytest.mark.parametrize("shape", SHAPES)
def test_interactive_calls_go_first_and_bulk_takes_the_rest(shape: type[RateLimit]) -> None:
    async def main() -> tuple[Server, list[float], int]:
        server = Server(shape())
        govern = governed(server)
        waits: list[float] = []
        until = trio.current_time() + WINDOWS * 60
        sent = Counter[str]()

        async def interactive() -> None:
            while trio.current_time() < until:
                before = trio.current_time()
                await govern._wait(request(Lane.INTERACTIVE))
                waits.append(trio.current_time() - before)
                await server.send(request())
                await govern._state.leave(govern._key, govern._store, 1)
                sent["interactive"] += 1
                await trio.sleep(max(0.0, before + 1 - trio.current_time()))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(bulk_work, govern, until)
            nursery.start_soon(interactive)
        return server, waits, len(server.served) - sent["interactive"]

    server, waits, bulk = virtually(main)
    assert server.refused == 0
    assert len(waits) >= WINDOWS * 60 - 1
    assert statistics.quantiles(waits, n=100)[98] < 0.25
    assert bulk >= 0.85 * 600 * WINDOWS


@pytest.mark.parametrize("lane", list(Lane))
@pytest.mark.parametrize("shape", SHAPES)
def test_a_thousand_calls_at_once_meet_no_429(shape: type[RateLimit], lane: Lane) -> None:
    async def main() -> Server:
        server = Server(shape())
        govern = governed(server)
        async with trio.open_nursery() as nursery:
            for _ in range(1000):
                nursery.start_soon(govern.send, request(lane))
        return server

    server = virtually(main)
    assert (server.refused, len(server.served)) == (0, 1000)


def test_a_429_closes_the_gate_for_everybody_on_that_token_and_for_nobody_else() -> None:
    async def main() -> None:
        told: list[Event] = []
        busy = MemoryTransport([answer(status=429, headers={"Retry-After": "30"}), *[answer({})] * 5])
        free = MemoryTransport(lambda _: answer({}))
        state = MemoryState(clock=trio.current_time)
        one = governed(busy, state, events=told.append)
        start = trio.current_time()
        assert (await one.send(request(Lane.INTERACTIVE))).status == 429
        await Govern(free, state, token="secret_other").send(request())
        assert trio.current_time() == start
        async with trio.open_nursery() as nursery:
            for lane in (*Lane, *Lane):
                nursery.start_soon(one.send, request(lane))
        assert trio.current_time() >= start + 30
        throttled = [event for event in told if event.kind is EventKind.THROTTLED]
        assert [(event.status, event.seconds) for event in throttled] == [(429, 30.0)]

    virtually(main)


@pytest.mark.parametrize(
    ("status", "code", "same_token", "same_store"),
    [(403, "INVALID_API_TOKEN", True, False), (402, "STORE_IS_SUSPENDED", False, True)],
)
def test_what_can_not_work_is_asked_once_and_then_once_in_a_while(
    status: int, code: str, same_token: bool, same_store: bool
) -> None:
    async def main() -> None:
        answers = [answer({"errorCode": code}, status=status)]
        server = MemoryTransport(lambda _: answers[-1])
        state = MemoryState(clock=trio.current_time)
        govern = governed(server, state, store_id=1)
        for _ in range(50):
            response = await govern.send(request())
            assert (response.status, code.encode() in response.body) == (status, True)
        assert len(server.requests) == 1

        others = {
            True: Govern(server, state, token="secret_x", store_id=2),
            False: Govern(server, state, token="new", store_id=1),
        }
        for by_token, other in others.items():
            before = len(server.requests)
            answers[-1:] = [answer({})]
            sent = (await other.send(request())).status == 200
            assert sent is not (same_token if by_token else same_store)
            assert len(server.requests) - before == int(sent)
            await state.condemn(token_key("secret_x") if same_token else "store 1", verdict(status, code))

        answers.append(answer({"errorCode": code}, status=status))
        before = len(server.requests)
        await trio.sleep(Quota().probation + 1)
        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(govern.send, request())
        assert len(server.requests) - before == 1, "one probe, and the others fail fast meanwhile"

        answers.append(answer({}))
        await trio.sleep(Quota().probation + 1)
        assert [(await govern.send(request())).status for _ in range(2)] == [200, 200]

    virtually(main)


def verdict(status: int, code: str) -> Verdict:
    return Verdict(status, b'{"errorCode":"%s"}' % code.encode())


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (402, "NOT_AVAILABLE_ON_CURRENT_PLAN"),
        (403, "INSUFFICIENT_APP_SCOPE"),
        (404, "ORDER_NOT_FOUND"),
        (409, "SKU_ALREADY_EXISTS"),
    ],
)
def test_any_other_refusal_is_about_one_call_only(status: int, code: str) -> None:
    async def main() -> None:
        server = MemoryTransport(lambda _: answer({"errorCode": code}, status=status))
        govern = governed(server)
        for _ in range(3):
            await govern.send(request())
        assert len(server.requests) == 3

    virtually(main)


def test_the_ceiling_holds_over_all_tokens_and_serves_each_store_in_turn() -> None:
    async def main() -> None:
        quota = Quota(ceiling=20.0, burst=5)
        state = MemoryState(quota, clock=trio.current_time)
        served: list[tuple[float, str]] = []

        def serve(name: str) -> MemoryTransport:
            def reply(_: Request) -> Response:
                served.append((trio.current_time(), name))
                return answer({})

            return MemoryTransport(reply)

        until = trio.current_time() + 60
        async with trio.open_nursery() as nursery:
            for number in range(10):
                name = f"store {number}"
                govern = Govern(serve(name), state, token=name, quota=quota)
                # The first store pushes thirty times as hard as the others.
                nursery.start_soon(bulk_work, govern, until, 30 if number == 0 else 1)
        counts = Counter(name for _, name in served)
        assert max(counts.values()) - min(counts.values()) <= 31
        moments = sorted(moment for moment, _ in served if moment < until)
        assert len(moments) >= 0.97 * 20 * 60
        for start, end in zip(moments, moments[25:], strict=False):
            assert end - start >= 1 - 1e-9, "never more than a second's worth and the slack in a second"

    virtually(main)


def test_calls_leave_in_the_order_in_which_they_came_and_a_cancelled_one_leaves_the_queue() -> None:
    async def main() -> None:
        order: list[int] = []
        govern = governed(MemoryTransport(lambda _: answer({})))
        cancelled = {3, 4, 7}

        async def call(number: int, scope: trio.CancelScope) -> None:
            with scope:
                await govern.send(request())
                order.append(number)

        async with trio.open_nursery() as nursery:
            await govern.send(request())
            for number in range(10):
                scope = trio.CancelScope()
                nursery.start_soon(call, number, scope)
                await trio.testing.wait_all_tasks_blocked()
                if number in cancelled:
                    scope.cancel()
        assert order == [number for number in range(10) if number not in cancelled]

    virtually(main)


def test_ten_thousand_cancelled_calls_leave_nothing_behind() -> None:
    async def main() -> None:
        state = MemoryState(clock=trio.current_time)
        server = Server(SlidingLog())
        govern = governed(server, state)
        with trio.move_on_after(1.0):
            async with trio.open_nursery() as nursery:
                for _ in range(10_000):
                    nursery.start_soon(govern.send, request())
        assert _queues.get() == {}
        (token,) = state._tokens.values()
        assert token.under_way == 0
        assert token.held == sum(cost for _, cost in token.frees) <= 30
        started = trio.current_time()
        assert (await govern.send(request())).status == 200
        assert trio.current_time() - started < 2

    virtually(main)


def test_a_call_that_would_miss_its_deadline_in_the_queue_fails_at_once_unsent() -> None:
    async def main() -> None:
        server = MemoryTransport([answer(status=429, headers={"Retry-After": "30"})])
        govern = governed(server)
        await govern.send(request())
        started = trio.current_time()
        with pytest.raises(Timeout, match="no room before the deadline; nothing was sent"):
            await govern.send(request(deadline=started + 10))
        assert trio.current_time() == started
        assert len(server.requests) == 1

    virtually(main)


def test_a_deadline_holds_also_behind_others_in_the_queue() -> None:
    async def main() -> None:
        server = MemoryTransport([answer(status=429, headers={"Retry-After": "30"}), answer({}), answer({})])
        govern = governed(server)
        await govern.send(request())
        started = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(govern.send, request())
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(Timeout, match="nothing was sent"):
                await govern.send(request(deadline=started + 10))
            assert trio.current_time() == started + 10
            nursery.start_soon(govern.send, request())
        assert trio.current_time() - started < 32
        assert len(server.requests) == 3
        assert not _queues.get()

    virtually(main)


def test_an_exchange_that_fails_gives_its_slot_back_after_a_minute_too() -> None:
    async def main() -> None:
        state = MemoryState(Quota(requests=3, reserve=1, burst=10), clock=trio.current_time)
        govern = Govern(MemoryTransport(lambda r: Timeout("late", request=r)), state, token="t", quota=state.quota)
        started = trio.current_time()
        for _ in range(4):
            with pytest.raises(Timeout):
                await govern.send(request(Lane.INTERACTIVE))
        assert 60 <= trio.current_time() - started < 61

    virtually(main)


def test_a_call_counts_as_many_requests_as_it_says() -> None:
    async def main() -> None:
        state = MemoryState(clock=trio.current_time)
        govern = governed(MemoryTransport(lambda _: answer({})), state)
        await govern.send(request(cost=500))
        started = trio.current_time()
        await govern.send(request(cost=500))
        assert trio.current_time() - started >= 50
        with pytest.raises(ValueError, match="counts as 700 requests never fits into the 588 of a window"):
            await govern.send(request(cost=700))

    virtually(main)


def test_a_batch_takes_its_slots_and_does_not_hold_up_the_call_after_it() -> None:
    async def main() -> None:
        govern = governed(MemoryTransport(lambda _: answer({})))
        started = trio.current_time()
        await govern.send(request(Lane.INTERACTIVE, cost=500))
        for _ in range(10):
            await govern.send(request(Lane.INTERACTIVE))
        assert trio.current_time() == started

    virtually(main)


def test_tokens_nobody_uses_are_forgotten_but_quarantine_is_not() -> None:
    async def main() -> None:
        state = MemoryState(Quota(ceiling=1e9), clock=trio.current_time)
        for number in range(500):
            assert await state.enter(f"token {number}", "store", Lane.INTERACTIVE, 1) is None
            await state.leave(f"token {number}", "store", 1)
        await state.condemn("bad", verdict(403, "INVALID_API_TOKEN"))
        assert len(state._tokens) == 500
        await trio.sleep(61)
        for number in range(200):
            await state.enter(f"new {number}", "store", Lane.BULK, 1)
        assert len(state._tokens) <= 200
        assert isinstance(await state.enter("bad", "store", Lane.BULK, 1), Verdict)

    virtually(main)


def test_a_clock_that_stood_still_is_made_up_for_but_not_in_a_burst() -> None:
    async def main() -> None:
        state = MemoryState(clock=trio.current_time)
        assert await state.enter("t", "store", Lane.BULK, 1) is None
        await trio.sleep(50)
        admitted = 0
        while await state.enter("t", "store", Lane.BULK, 1) is None:
            admitted += 1
        assert admitted <= 4

    virtually(main)


def test_memory_of_an_idle_token_is_small() -> None:
    import tracemalloc

    async def main() -> float:
        state = MemoryState(Quota(ceiling=1e9), clock=trio.current_time)
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for number in range(1000):
            key = token_key(str(number))
            await state.enter(key, "store", Lane.INTERACTIVE, 1)
            await state.leave(key, "store", 1)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (after - before) / 1000

    assert virtually(main) < 4096


async def test_a_stream_counts_from_its_head() -> None:
    state = MemoryState()
    govern = Govern(MemoryTransport([answer(b"%PDF")]), state, token="t")
    async with govern.stream(evolve(request(), path="/invoice-pdf")) as response:
        (token,) = state._tokens.values()
        assert (token.under_way, token.held) == (0, 1)
        assert [chunk async for chunk in response.chunks] == [b"%PDF"]
    assert Headers() == response.headers
