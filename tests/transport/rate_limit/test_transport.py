"""The limiter against servers that count in three ways, over minutes of a made-up clock."""

import asyncio
import gc
import itertools
import math
import pickle
import random
import statistics
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import trio
import trio.testing
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import Ecwid, RetryPolicy
from ecwid_async.errors import APIError, ConfigError, InvalidToken, RateLimited, StoreSuspended, Timeout
from ecwid_async.sandbox.state import FixedWindow, RateLimiter, SlidingLog, TokenBucket
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import (
    MemoryLimiter,
    Quarantine,
    Quota,
    RateLimit,
    Wait,
    memory,
    queue,
    token_key,
)
from ecwid_async.transport.rate_limit.pacing import BULK_SHARE
from ecwid_async.transport.rate_limit.queue import _queues
from ecwid_async.transport.retry import Retry
from ecwid_async.wire import Event, EventKind, Headers, Lane, Options, Request, Response, StreamedResponse

SHAPES: list[type[RateLimiter]] = [SlidingLog, FixedWindow, TokenBucket]
WINDOWS = 5


def virtually(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run with a clock that jumps to whatever is waited for next."""
    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def request(lane: Lane = Lane.BULK, *, cost: int = 1, deadline: float | None = None) -> Request:
    options = Options(operation="GET /products", repeatable=True, lane=lane, cost=cost, deadline=deadline)
    return Request(method="GET", path="/products", options=options)


class Server:
    """Counts a request when it arrives, which is a while after it was sent and before its answer is there."""

    def __init__(self, limit: RateLimiter, *, seed: int = 1, slowest: float = 0.3) -> None:
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
            return make_response(status=429, headers={"Retry-After": str(int(wait) + 1)})
        self.served.append(now)
        await trio.sleep(self.random.uniform(0.01, self.slowest))
        return make_response({})

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        raise AssertionError("nobody streams here")
        yield

    async def aclose(self) -> None:
        """Nothing to close."""


def governed(server: Any, state: MemoryLimiter | None = None, **settings: Any) -> RateLimit:
    return RateLimit(server, state or MemoryLimiter(clock=trio.current_time), token="secret_x", **settings)


async def bulk_work(govern: RateLimit, until: float, workers: int = 20) -> None:
    async def work() -> None:
        while trio.current_time() < until:
            await govern.send(request())

    async with trio.open_nursery() as nursery:
        for _ in range(workers):
            nursery.start_soon(work)


@pytest.mark.parametrize("slowest", [0.02, 0.3, 2.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_bulk_calls_use_the_quota_up_without_one_429(shape: type[RateLimiter], slowest: float) -> None:
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
def test_interactive_calls_go_first_and_bulk_takes_the_rest(shape: type[RateLimiter]) -> None:
    async def main() -> tuple[Server, list[float], int]:
        server = Server(shape())
        govern = governed(server)
        waits: list[float] = []
        until = trio.current_time() + WINDOWS * 60
        sent = Counter[str]()

        async def interactive() -> None:
            while trio.current_time() < until:
                before = trio.current_time()
                await govern._wait_in_queue(request(Lane.INTERACTIVE))
                waits.append(trio.current_time() - before)
                await server.send(request())
                await govern._limiter.release(govern._key, govern._store, 1)
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
def test_a_thousand_calls_at_once_meet_no_429(shape: type[RateLimiter], lane: Lane) -> None:
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
        busy = MemoryTransport([make_response(status=429, headers={"Retry-After": "30"}), *[make_response({})] * 5])
        free = MemoryTransport(lambda _: make_response({}))
        state = MemoryLimiter(clock=trio.current_time)
        one = governed(busy, state, events=told.append)
        start = trio.current_time()
        assert (await one.send(request(Lane.INTERACTIVE))).status == 429
        await RateLimit(free, state, token="secret_other").send(request())
        assert trio.current_time() == start
        async with trio.open_nursery() as nursery:
            for lane in (*Lane, *Lane):
                nursery.start_soon(one.send, request(lane))
        assert trio.current_time() >= start + 30
        throttled = [event for event in told if event.kind is EventKind.THROTTLED]
        assert [(event.status, event.seconds) for event in throttled] == [(429, 30.0)]

    virtually(main)


def quarantine(status: int = 403, code: str = "INVALID_API_TOKEN", store_id: int = 1) -> Quarantine:
    now = datetime.now(UTC)
    return Quarantine(
        store_id=store_id,
        status=status,
        code=code,
        message=None,
        request_id="ab12cd34",
        since=now,
        until=now + timedelta(seconds=Quota().probe_interval),
    )


@pytest.mark.parametrize(
    ("status", "code", "kind", "other_tokens"),
    [(403, "INVALID_API_TOKEN", InvalidToken, False), (402, "STORE_IS_SUSPENDED", StoreSuspended, True)],
)
def test_what_can_not_work_is_asked_once_and_then_once_in_a_while(
    status: int, code: str, kind: type[APIError], other_tokens: bool
) -> None:
    async def main() -> None:
        answers = [make_response({"errorCode": code}, status=status)]
        server = MemoryTransport(lambda _: answers[-1])
        state = MemoryLimiter(clock=trio.current_time)
        govern = governed(server, state, store_id=1)
        assert (await govern.send(request())).status == status
        for _ in range(50):
            with pytest.raises(kind) as caught:
                await govern.send(request())
            assert (caught.value.status, caught.value.code, caught.value.outcome) == (status, code, "not_sent")
        assert len(server.requests) == 1

        answers.append(make_response({"errorCode": code}, status=status))
        await trio.sleep(Quota().probe_interval + 1)
        ended: list[object] = []

        async def call() -> None:
            try:
                ended.append((await govern.send(request())).status)
            except kind:
                ended.append(None)

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(call)
        assert sorted(map(str, ended)) == [str(status), *["None"] * 9], "one probe, and the others fail fast meanwhile"
        assert len(server.requests) == 2

        answers.append(make_response({}))
        await trio.sleep(Quota().probe_interval + 1)
        assert [(await govern.send(request())).status for _ in range(2)] == [200, 200]
        assert await state.quarantines() == []

    virtually(main)


@pytest.mark.parametrize(
    ("code", "other_token", "other_store"),
    [
        ("INVALID_API_TOKEN", True, True),
        ("STORE_IS_SUSPENDED", False, True),
    ],
)
def test_quarantine_is_of_a_token_for_a_store_or_of_a_store(code: str, other_token: bool, other_store: bool) -> None:
    """A token that is refused for another store goes on working where it belongs."""

    async def main() -> None:
        state = MemoryLimiter(clock=trio.current_time)
        refused = MemoryTransport(lambda _: make_response({"errorCode": code}, status=403))
        served = MemoryTransport(lambda _: make_response({}))
        await RateLimit(refused, state, token="secret_x", store_id=1004).send(request())
        for token, store_id, works in [
            ("secret_x", 1004, False),
            ("secret_y", 1004, other_token),
            ("secret_x", 1003, other_store),
            ("secret_y", 1003, True),
        ]:
            govern = RateLimit(served, state, token=token, store_id=store_id)
            if works:
                assert (await govern.send(request())).status == 200
                # What works proves nothing of the other one.
                continue
            with pytest.raises((InvalidToken, StoreSuspended)):
                await govern.send(request())

    virtually(main)


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
        server = MemoryTransport(lambda _: make_response({"errorCode": code}, status=status))
        govern = governed(server)
        for _ in range(3):
            await govern.send(request())
        assert len(server.requests) == 3

    virtually(main)


def test_the_ceiling_holds_over_all_tokens_and_serves_each_store_in_turn() -> None:
    async def main() -> None:
        quota = Quota(ceiling=20.0, burst=5)
        state = MemoryLimiter(quota, clock=trio.current_time)
        served: list[tuple[float, str]] = []

        def serve(name: str) -> MemoryTransport:
            def reply(_: Request) -> Response:
                served.append((trio.current_time(), name))
                return make_response({})

            return MemoryTransport(reply)

        until = trio.current_time() + 60
        async with trio.open_nursery() as nursery:
            for number in range(10):
                name = f"store {number}"
                govern = RateLimit(serve(name), state, token=name, quota=quota)
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
        govern = governed(MemoryTransport(lambda _: make_response({})))
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
        state = MemoryLimiter(clock=trio.current_time)
        server = Server(SlidingLog())
        govern = governed(server, state)
        with trio.move_on_after(1.0):
            async with trio.open_nursery() as nursery:
                for _ in range(10_000):
                    nursery.start_soon(govern.send, request())
        assert _queues.get() == {}
        (token,) = state._tokens.values()
        assert token.in_progress == 0
        assert token.held == sum(cost for _, cost in token.releases) <= 30
        started = trio.current_time()
        assert (await govern.send(request())).status == 200
        assert trio.current_time() - started < 2

    virtually(main)


def test_a_call_that_would_miss_its_deadline_in_the_queue_fails_at_once_unsent() -> None:
    async def main() -> None:
        server = MemoryTransport([make_response(status=429, headers={"Retry-After": "30"})])
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
        server = MemoryTransport(
            [make_response(status=429, headers={"Retry-After": "30"}), make_response({}), make_response({})]
        )
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
        state = MemoryLimiter(Quota(requests=3, reserve=1, burst=10), clock=trio.current_time)
        govern = RateLimit(MemoryTransport(lambda r: Timeout("late", request=r)), state, token="t", quota=state.quota)
        started = trio.current_time()
        for _ in range(4):
            with pytest.raises(Timeout):
                await govern.send(request(Lane.INTERACTIVE))
        assert 60 <= trio.current_time() - started < 61

    virtually(main)


def test_a_call_counts_as_many_requests_as_it_says() -> None:
    async def main() -> None:
        state = MemoryLimiter(clock=trio.current_time)
        govern = governed(MemoryTransport(lambda _: make_response({})), state)
        await govern.send(request(cost=500))
        started = trio.current_time()
        await govern.send(request(cost=500))
        assert trio.current_time() - started >= 50
        with pytest.raises(ValueError, match="counts as 700 requests never fits into the 588 of a window"):
            await govern.send(request(cost=700))

    virtually(main)


def test_a_batch_takes_its_slots_and_does_not_hold_up_the_call_after_it() -> None:
    async def main() -> None:
        govern = governed(MemoryTransport(lambda _: make_response({})))
        started = trio.current_time()
        await govern.send(request(Lane.INTERACTIVE, cost=500))
        for _ in range(10):
            await govern.send(request(Lane.INTERACTIVE))
        assert trio.current_time() == started

    virtually(main)


def test_tokens_nobody_uses_are_forgotten_but_quarantine_is_not() -> None:
    async def main() -> None:
        state = MemoryLimiter(Quota(ceiling=1e9), clock=trio.current_time)
        for number in range(500):
            assert await state.acquire(f"token {number}", "store", Lane.INTERACTIVE, 1) is None
            await state.release(f"token {number}", "store", 1)
        await state.quarantine("bad", "store", quarantine())
        assert len(state._tokens) == 500
        await trio.sleep(61)
        for number in range(200):
            await state.acquire(f"new {number}", "store", Lane.BULK, 1)
        assert len(state._tokens) <= 200
        assert isinstance(await state.acquire("bad", "store", Lane.BULK, 1), Quarantine)

    virtually(main)


def test_a_clock_that_stood_still_is_made_up_for_but_not_in_a_burst() -> None:
    async def main() -> None:
        state = MemoryLimiter(clock=trio.current_time)
        assert await state.acquire("t", "store", Lane.BULK, 1) is None
        await trio.sleep(50)
        admitted = 0
        while await state.acquire("t", "store", Lane.BULK, 1) is None:
            admitted += 1
        assert admitted <= 4

    virtually(main)


def test_memory_of_an_idle_token_is_small() -> None:
    import tracemalloc

    async def main() -> float:
        state = MemoryLimiter(Quota(ceiling=1e9), clock=trio.current_time)
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for number in range(1000):
            key = token_key(str(number))
            await state.acquire(key, "store", Lane.INTERACTIVE, 1)
            await state.release(key, "store", 1)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (after - before) / 1000

    assert virtually(main) < 4096


async def test_a_stream_counts_from_its_head() -> None:
    state = MemoryLimiter()
    govern = RateLimit(MemoryTransport([make_response(b"%PDF")]), state, token="t")
    async with govern.stream(evolve(request(), path="/invoice-pdf")) as response:
        (token,) = state._tokens.values()
        assert (token.in_progress, token.held) == (0, 1)
        assert [chunk async for chunk in response.chunks] == [b"%PDF"]
    assert Headers() == response.headers


ODD_WAITS = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["9" * 5000, "-1", "1e400", "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 GMT"]),
)


@pytest.mark.chaos
@given(asked=ODD_WAITS, date=ODD_WAITS)
def test_whatever_a_429_asks_for_closes_the_gate_for_a_second_at_least_and_a_day_at_most(asked: str, date: str) -> None:
    async def main() -> None:
        headers = {"Retry-After": asked.encode(), "Date": date.encode()}
        refusal = Response(429, Headers(tuple((name.encode(), value) for name, value in headers.items())), b"")
        state = MemoryLimiter(clock=trio.current_time)
        await governed(MemoryTransport([refusal]), state).send(request())
        found = await state.acquire(token_key("secret_x"), "store", Lane.BULK, 1)
        assert isinstance(found, Wait)
        assert 1.0 <= found.seconds <= 86_400.0
        assert found.closed_for == 0.0

    virtually(main)


# Patience: what a call waits because of 429s is bounded, wherever it waits.


def retrying(server: Any, state: MemoryLimiter, *, throttle_timeout: float = 300.0, **settings: Any) -> Retry:
    govern = governed(server, state, throttle_timeout=throttle_timeout, **settings)
    return Retry(govern, policy=RetryPolicy(throttle_timeout=throttle_timeout))


def test_after_a_429_for_a_day_the_next_call_fails_at_once_and_says_since_when_and_until_when() -> None:
    async def main() -> None:
        server = MemoryTransport([make_response(status=429, headers={"Retry-After": "80000"})])
        chain = retrying(server, MemoryLimiter(clock=trio.current_time))
        assert (await chain.send(request())).status == 429
        await trio.sleep(10)
        before = trio.current_time()
        with pytest.raises(
            RateLimited, match=r"was not sent: the server responded with 429 at .* UTC .* until .* UTC"
        ) as caught:
            await chain.send(request())
        assert trio.current_time() == before
        assert (caught.value.outcome, caught.value.retry_after, caught.value.attempts) == ("not_sent", 79990.0, 0)
        assert "300 s" in str(caught.value)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
        assert len(server.requests) == 1

    virtually(main)


def test_those_who_wait_already_are_turned_away_at_once_where_the_gate_closes_for_long() -> None:
    async def main() -> None:
        script = [
            make_response(status=429, headers={"Retry-After": "20"}),
            make_response(status=429, headers={"Retry-After": "80000"}),
        ]
        server = MemoryTransport([*script, *[make_response({})] * 100])
        govern = governed(server, MemoryLimiter(clock=trio.current_time))
        start = trio.current_time()
        assert (await govern.send(request())).status == 429
        ended: list[float] = []

        async def call() -> None:
            with suppress(RateLimited):
                await govern.send(request())
            ended.append(trio.current_time() - start)

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(call)
        assert ended == [20.0] * 10
        assert len(server.requests) == 2

    virtually(main)


WAITS_OF_429 = st.lists(st.sampled_from([None, 1, 5, 30, 100, 200, 299, 301, 80_000]), max_size=40)


@pytest.mark.chaos
@given(
    waits=WAITS_OF_429,
    lanes=st.lists(st.sampled_from(Lane), min_size=1, max_size=12),
    gaps=st.lists(st.sampled_from([0.0, 0.5, 20.0, 90.0]), min_size=12, max_size=12),
)
def test_no_call_waits_for_longer_than_its_patience_whatever_429s_there_are(
    waits: list[int | None], lanes: list[Lane], gaps: list[float]
) -> None:
    async def main() -> None:
        # Nothing but 429s makes a call wait here.
        quota = Quota(requests=10**6, burst=10**6, ceiling=10**6, window=1.0)
        script = iter(waits)

        def reply(_: Request) -> Response:
            wait = next(script, 0)
            if wait == 0:
                return make_response({})
            return make_response(status=429, headers={} if wait is None else {"Retry-After": str(wait)})

        state = MemoryLimiter(quota, clock=trio.current_time)
        chain = retrying(MemoryTransport(reply), state, quota=quota)
        took: list[float] = []

        async def call(lane: Lane) -> None:
            began = trio.current_time()
            with suppress(RateLimited):
                assert (await chain.send(request(lane))).status in (200, 429)
            took.append(trio.current_time() - began)

        async with trio.open_nursery() as nursery:
            for lane, gap in zip(lanes, gaps, strict=False):
                nursery.start_soon(call, lane)
                await trio.sleep(gap)
        assert len(took) == len(lanes)
        assert max(took) <= 300.0 + 1.0, "the pace takes a part of a second"
        assert not _queues.get({})

    virtually(main)


def test_a_call_that_was_refused_before_is_not_said_to_be_unsent() -> None:
    async def main() -> None:
        server = MemoryTransport([make_response(status=429, headers={"Retry-After": "100"})])
        state = MemoryLimiter(clock=trio.current_time)
        chain = retrying(server, state)
        raised: list[RateLimited] = []

        async def call() -> None:
            with pytest.raises(RateLimited) as caught:
                await chain.send(request())
            raised.append(caught.value)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(call)
            await trio.sleep(50)
            # As another process on Redis would.
            state._tokens[token_key("secret_x")].opens += 80_000
        assert raised[0].outcome == "refused"

    virtually(main)


# Quarantine: what is known, and how it is lifted.


def dead(code: str = "INVALID_API_TOKEN", message: str = "no such token", status: int = 403) -> MemoryTransport:
    return MemoryTransport(lambda _: make_response({"errorCode": code, "errorMessage": message}, status=status))


async def test_a_call_in_quarantine_says_that_nothing_was_sent_why_since_when_and_until_when() -> None:
    state = MemoryLimiter()
    govern = RateLimit(dead(), state, token="secret_x", store_id=1003)
    first = request()
    await govern.send(first)
    with pytest.raises(InvalidToken) as caught:
        await govern.send(request())
    (held,) = await state.quarantines()
    said = str(caught.value)
    assert "was not sent: this token of store 1003 has been in quarantine since" in said
    assert f"the server responded with 403 INVALID_API_TOKEN: no such token [request {first.id}]" in said
    assert f"{held.since:%Y-%m-%d %H:%M:%S} UTC" in said
    assert f"the next call is sent after {held.until:%Y-%m-%d %H:%M:%S} UTC" in said
    assert "clear(1003)" in said
    assert "server responded" not in said.split("in quarantine")[0]
    assert caught.value.outcome == "not_sent"
    assert caught.value.request_id != first.id
    assert held.until - held.since == timedelta(seconds=Quota().probe_interval)
    assert str(pickle.loads(pickle.dumps(caught.value))) == said


async def test_a_client_lists_its_quarantines_and_lifts_them() -> None:
    answers = {1003: dead(), 1004: dead("STORE_IS_SUSPENDED", "closed", 402)}
    network = MemoryTransport(lambda sent: answers[int(sent.path.split("/")[1])]._script(sent))  # type: ignore[operator]
    async with Ecwid(transport=network) as ecwid:
        assert await ecwid.quarantine() == []
        stores = [ecwid.store(store_id, "secret_token_of_store") for store_id in answers]
        for store in stores:
            for _ in range(2):
                with pytest.raises((InvalidToken, StoreSuspended)):
                    await store.profile.get()
        assert len(network.requests) == 2
        found = await ecwid.quarantine()
        assert [(one.store_id, one.reason) for one in found] == [
            (1003, "403 INVALID_API_TOKEN"),
            (1004, "402 STORE_IS_SUSPENDED"),
        ]
        assert all(one.since < one.until and one.since.tzinfo is UTC for one in found)
        assert "secret" not in repr(found)

        await ecwid.quarantine().clear(1003)
        assert [one.store_id for one in await ecwid.quarantine()] == [1004]
        with pytest.raises(InvalidToken):
            await stores[0].profile.get()
        assert len(network.requests) == 3
        await ecwid.quarantine().clear()
        assert await ecwid.quarantine() == []
    async with Ecwid(transport=network, quota=None) as ecwid:
        assert await ecwid.quarantine() == []
        await ecwid.quarantine().clear(1)


async def test_a_quarantine_keeps_no_body_and_no_token() -> None:
    token = "secret_abcdefghijklmnop"
    message = f"\x1b[31mtoken {token} is dead " + "x" * 100_000
    state = MemoryLimiter()
    for store_id in range(20):
        await RateLimit(dead(message=message), state, token=token, store_id=store_id).send(request())
    found = await state.quarantines()
    assert len(found) == 20
    assert all(len(one.message or "") <= 200 for one in found)
    assert token not in repr(found)
    assert "\x1b" not in (found[0].message or "")


async def test_the_number_of_quarantines_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_QUARANTINES", 100)
    state = MemoryLimiter()
    for number in range(250):
        await state.quarantine(f"token {number}", "store 1", quarantine(store_id=number))
    found = await state.quarantines()
    assert [one.store_id for one in found] == list(range(150, 250))


def test_a_probe_that_finds_no_room_is_not_used_up() -> None:
    async def main() -> None:
        state = MemoryLimiter(Quota(probe_interval=5.0), clock=trio.current_time)
        assert await state.acquire("t", "store", Lane.BULK, 1) is None
        await state.release("t", "store", 1, close_gate_for=30.0)
        await state.quarantine("t", "store", quarantine())
        await trio.sleep(6)
        assert isinstance(await state.acquire("t", "store", Lane.BULK, 1), Wait)
        await trio.sleep(25)
        assert await state.acquire("t", "store", Lane.BULK, 1) is None
        assert isinstance(await state.acquire("t", "store", Lane.BULK, 1), Quarantine)

    virtually(main)


# Bulk keeps its share, however many interactive calls there are.


class Busy:
    """Interactive calls of one token without an end, and when each request of either lane was served."""

    def __init__(self, exchange: float = 0.1) -> None:
        self.exchange = exchange
        self.served: dict[Lane, list[float]] = {lane: [] for lane in Lane}

    async def send(self, sent: Request) -> Response:
        self.served[sent.options.lane].append(trio.current_time())
        await trio.sleep(self.exchange)
        return make_response({})

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        raise AssertionError("nobody streams here")
        yield

    async def aclose(self) -> None:
        """Nothing to close."""


async def call_until(govern: RateLimit, until: float, lane: Lane, cost: int = 1) -> None:
    while (now := trio.current_time()) < until:
        with trio.move_on_after(until - now):
            await govern.send(request(lane, cost=cost))


@pytest.mark.parametrize("shape", SHAPES)
def test_interactive_and_bulk_calls_that_fill_the_quota_together_meet_no_429(shape: type[RateLimiter]) -> None:
    """What bulk calls are owed beside the pace is taken out of it."""

    async def main() -> None:
        server = Server(shape())
        govern = governed(server)
        until = trio.current_time() + 3 * 60
        async with trio.open_nursery() as nursery:
            for _ in range(60):
                nursery.start_soon(call_until, govern, until, Lane.INTERACTIVE)
            nursery.start_soon(bulk_work, govern, until, 10)
        assert server.refused == 0
        assert len(server.served) >= 0.97 * 600 * 3

    virtually(main)


def longest_gap(moments: list[float], start: float, end: float) -> float:
    marks = [start, *moments, end]
    return max(after - before for before, after in itertools.pairwise(marks))


def test_bulk_calls_keep_one_request_in_twenty_of_a_token() -> None:
    async def main() -> None:
        quota = Quota()
        server, state = Busy(), MemoryLimiter(quota, clock=trio.current_time)
        govern = governed(server, state)
        start = trio.current_time()
        async with trio.open_nursery() as nursery:
            for _ in range(200):
                nursery.start_soon(call_until, govern, start + 300, Lane.INTERACTIVE)
            await trio.sleep(30)
            nursery.start_soon(call_until, govern, start + 300, Lane.BULK)
        bulk, interactive = server.served[Lane.BULK], server.served[Lane.INTERACTIVE]
        assert longest_gap(bulk, start + 30, start + 300) <= (BULK_SHARE + quota.burst) * quota.interval + 0.2
        assert statistics.median(after - before for before, after in itertools.pairwise(bulk)) < 2.1
        assert len(bulk) >= 0.95 * 270 / (BULK_SHARE * quota.interval)
        assert len(interactive) >= 0.93 * 10 * 300, "and interactive calls keep all the rest"

    virtually(main)


def test_bulk_calls_keep_one_request_in_twenty_at_the_ceiling() -> None:
    """300 stores with interactive calls at the ceiling of the address left a bulk store none in 300 s."""

    async def main() -> None:
        quota = Quota(ceiling=20.0)
        server, state = Busy(), MemoryLimiter(quota, clock=trio.current_time)
        start = trio.current_time()
        async with trio.open_nursery() as nursery:
            for number in range(300):
                one = RateLimit(server, state, token=f"token {number}", quota=quota)
                nursery.start_soon(call_until, one, start + 300, Lane.INTERACTIVE)
            await trio.sleep(10)
            nursery.start_soon(call_until, governed(server, state, quota=quota), start + 300, Lane.BULK)
        bulk, interactive = server.served[Lane.BULK], server.served[Lane.INTERACTIVE]
        assert longest_gap(bulk, start + 10, start + 300) <= BULK_SHARE / quota.ceiling + 0.2
        assert len(bulk) + len(interactive) <= 300 * quota.ceiling + quota.burst + 20, "the ceiling holds"
        assert len(interactive) >= 0.9 * 300 * quota.ceiling

    virtually(main)


def test_a_batch_that_counts_as_many_gets_its_share_too() -> None:
    async def main() -> None:
        quota = Quota(requests=60, reserve=2, burst=4)
        server, state = Busy(), MemoryLimiter(quota, clock=trio.current_time)
        govern = governed(server, state, quota=quota)
        start, until = trio.current_time(), trio.current_time() + 2400
        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(call_until, govern, until, Lane.INTERACTIVE)
            await trio.sleep(60)
            nursery.start_soon(call_until, govern, until, Lane.BULK, 50)
        bulk = server.served[Lane.BULK]
        assert longest_gap(bulk, start + 60, bulk[-1]) <= 50 * BULK_SHARE * quota.interval + quota.window
        assert len(bulk) >= 2

    virtually(main)


@pytest.mark.chaos
@given(
    requests=st.integers(10, 40),
    reserve=st.integers(0, 9),
    burst=st.integers(0, 20),
    ceiling=st.sampled_from([2.0, 20.0, 1e6]),
    exchange=st.sampled_from([0.0, 0.1, 0.5, 3.0]),
    stores=st.integers(1, 4),
)
def test_no_load_of_interactive_calls_keeps_bulk_calls_waiting_for_longer_than_promised(
    requests: int, reserve: int, burst: int, ceiling: float, exchange: float, stores: int
) -> None:
    async def main() -> None:
        quota = Quota(requests=requests, reserve=reserve, burst=burst, ceiling=ceiling, window=10.0)
        server, state = Busy(exchange), MemoryLimiter(quota, clock=trio.current_time)
        governs = [RateLimit(server, state, token=f"token {number}", quota=quota) for number in range(stores)]
        start = trio.current_time()
        end = start + 5 * (BULK_SHARE + burst) * quota.interval
        async with trio.open_nursery() as nursery:
            for govern in governs:
                for _ in range(3 + int((exchange + 0.2) / quota.interval)):
                    nursery.start_soon(call_until, govern, end, Lane.INTERACTIVE)
            nursery.start_soon(call_until, governs[0], end, Lane.BULK)
        # Its own exchange comes on top, since one call follows another here, and that of those who hold the slots.
        promised = (BULK_SHARE + burst) * quota.interval + BULK_SHARE / ceiling + 2 * exchange
        assert longest_gap(server.served[Lane.BULK], start, end) <= promised + quota.interval + 0.1

    virtually(main)


def test_whoever_has_to_wait_for_its_own_gate_holds_up_nobody_at_the_ceiling() -> None:
    async def main() -> None:
        quota = Quota(ceiling=1.0, burst=1)
        state = MemoryLimiter(quota, clock=trio.current_time)
        free = MemoryTransport(lambda _: make_response({}))
        mine, other = (RateLimit(free, state, token=token, quota=quota) for token in ("mine", "other"))
        for _ in range(3):
            await RateLimit(free, state, token="third", quota=quota).send(request(Lane.INTERACTIVE))
        start = trio.current_time()
        ended: dict[str, float] = {}

        async def call(name: str, govern: RateLimit) -> None:
            await govern.send(request(Lane.INTERACTIVE))
            ended[name] = trio.current_time() - start

        async with trio.open_nursery() as nursery:
            nursery.start_soon(call, "mine", mine)
            await trio.testing.wait_all_tasks_blocked()
            state._tokens[token_key("mine")].closed = start
            state._tokens[token_key("mine")].opens = start + 200
            nursery.start_soon(call, "other", other)
        assert ended["other"] < 10
        assert ended["mine"] >= 200

    virtually(main)


def test_one_who_waits_sends_no_others_through_the_queues() -> None:
    async def main() -> None:
        state, another = MemoryLimiter(clock=trio.current_time), MemoryLimiter(clock=trio.current_time)
        server = MemoryTransport([make_response(status=429, headers={"Retry-After": "30"}), make_response({})])
        free = MemoryTransport(lambda _: make_response({}))
        busy = governed(server, state)
        await busy.send(request())

        class Idle(RateLimit):
            async def _wait_in_queue(self, _: Request) -> Quarantine | None:
                raise AssertionError("sent through the queues")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(busy.send, request())
            await trio.testing.wait_all_tasks_blocked()
            for used in (state, another):
                assert (await Idle(free, used, token="another").send(request())).status == 200

    virtually(main)


# Settings.

WRONG_COUNTS = [-1, 1.5, True, math.nan, math.inf, "12", None, 10**12]
WRONG_TIMES = [0, 0.0, -1.0, math.nan, math.inf, -math.inf, True, "60", None, 1e300]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("requests", value) for value in [*WRONG_COUNTS, 0]),
        *(("reserve", value) for value in WRONG_COUNTS),
        *(("burst", value) for value in WRONG_COUNTS),
        *(
            (name, value)
            for name in ("window", "ceiling", "probe_interval", "default_retry_after")
            for value in WRONG_TIMES
        ),
        ("requests", 12),
        ("reserve", 600),
    ],
)
def test_a_quota_that_can_not_be_kept_is_refused_with_what_is_allowed(field: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"{field if value != 12 else 'reserve'}.* give a (whole )?number"):
        Quota(**{field: value})


@pytest.mark.parametrize("quota", [Quota(requests=1, reserve=0, burst=0), Quota(requests=13), Quota(ceiling=0.001)])
async def test_the_smallest_quotas_work(quota: Quota) -> None:
    state = MemoryLimiter(quota)
    for lane in Lane:
        await state.acquire("t", lane, lane, 1)
    assert not await state.quarantines()


# Cancellation, threads and forks.


def test_many_threads_make_states_and_use_them_at_once() -> None:
    errors: list[BaseException] = []

    def work() -> None:
        async def main() -> None:
            for _ in range(50):
                state = MemoryLimiter()
                govern = RateLimit(MemoryTransport(lambda _: make_response({})), state, token="t")
                await govern.send(request(Lane.INTERACTIVE))
                for other in list(memory._limiters):
                    other.forget_in_progress()

        try:
            asyncio.run(main())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


class Stepping:
    """Sends in several steps, so that there are moments to cancel at."""

    def __init__(self, status: int) -> None:
        self.status = status

    async def send(self, _: Request) -> Response:
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        return make_response({"errorCode": "INVALID_API_TOKEN"}, status=self.status)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        response = await self.send(request)
        yield StreamedResponse(response.status, response.headers, chunks())
        await anyio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        """Nothing to close."""


async def chunks() -> AsyncIterator[bytes]:
    yield b"x"


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("status", [200, 403, 429])
async def test_a_call_that_is_cancelled_at_any_await_holds_no_slot(status: int, streamed: bool, native: bool) -> None:
    for steps in range(12):
        state = MemoryLimiter(Quota(burst=1, requests=20, window=0.2, reserve=1))
        govern = RateLimit(Stepping(status), state, token="t", store_id=1, quota=state.quota)

        async def one(govern: RateLimit, scope: anyio.CancelScope) -> None:
            with scope, suppress(InvalidToken):
                if streamed:
                    async with govern.stream(request()) as response:
                        await anyio.lowlevel.checkpoint()
                        assert response.status == status
                else:
                    await govern.send(request())

        scopes = [anyio.CancelScope() for _ in range(4)]
        tasks = [asyncio.create_task(one(govern, scope)) for scope in scopes]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task, scope in zip(tasks, scopes, strict=True):
            task.cancel() if native else scope.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        (token,) = state._tokens.values() or [memory._TokenState(1.0)]
        assert token.in_progress == 0
        assert token.held == sum(cost for _, cost in token.releases)
        assert not _queues.get({})
        assert not [place for place in queue.waiting if place[0] == id(state)]
