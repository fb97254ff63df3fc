"""Calls use up the quota without a 429, and bulk calls get their share beside interactive ones."""

import itertools
import statistics
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox.state import FixedWindow, RateLimiter, SlidingLog, TokenBucket
from ecwid_async.transport.memory import make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota, RateLimit
from ecwid_async.transport.rate_limit.pacing import BULK_SHARE
from ecwid_async.wire import Lane, Request, Response, StreamedResponse
from tests.transport.rate_limit.simulation import LimitedServer, bulk_work, rate_limit_over, request, run_virtually

SHAPES: list[type[RateLimiter]] = [SlidingLog, FixedWindow, TokenBucket]
WINDOWS = 5


@pytest.mark.parametrize("slowest", [0.02, 0.3, 2.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_bulk_calls_use_up_the_quota_without_a_429(shape: type[RateLimiter], slowest: float) -> None:
    async def main() -> LimitedServer:
        server = LimitedServer(shape(), slowest=slowest)
        start = trio.current_time()
        await bulk_work(rate_limit_over(server), start + WINDOWS * 60, workers=60)
        server.served = [moment for moment in server.served if moment < start + WINDOWS * 60]
        return server

    server = run_virtually(main)
    assert server.refused == 0
    # A slot is held for the exchange and a minute.
    lost = slowest / 60
    assert len(server.served) >= (0.97 - lost) * 600 * WINDOWS


@pytest.mark.parametrize("shape", SHAPES)
def test_interactive_calls_go_first_and_bulk_calls_use_the_rest(shape: type[RateLimiter]) -> None:
    async def main() -> tuple[LimitedServer, list[float], int]:
        server = LimitedServer(shape())
        rate_limit = rate_limit_over(server)
        waits: list[float] = []
        until = trio.current_time() + WINDOWS * 60
        sent = Counter[str]()

        async def interactive() -> None:
            while trio.current_time() < until:
                before = trio.current_time()
                await rate_limit._wait_in_queue(request(Lane.INTERACTIVE))
                waits.append(trio.current_time() - before)
                await server.send(request())
                await rate_limit._limiter.release(rate_limit._key, rate_limit._store, 1)
                sent["interactive"] += 1
                await trio.sleep(max(0.0, before + 1 - trio.current_time()))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(bulk_work, rate_limit, until)
            nursery.start_soon(interactive)
        return server, waits, len(server.served) - sent["interactive"]

    server, waits, bulk = run_virtually(main)
    assert server.refused == 0
    assert len(waits) >= WINDOWS * 60 - 1
    assert statistics.quantiles(waits, n=100)[98] < 0.25
    assert bulk >= 0.85 * 600 * WINDOWS


@pytest.mark.parametrize("lane", list(Lane))
@pytest.mark.parametrize("shape", SHAPES)
def test_a_thousand_concurrent_calls_cause_no_429(shape: type[RateLimiter], lane: Lane) -> None:
    async def main() -> LimitedServer:
        server = LimitedServer(shape())
        rate_limit = rate_limit_over(server)
        async with trio.open_nursery() as nursery:
            for _ in range(1000):
                nursery.start_soon(rate_limit.send, request(lane))
        return server

    server = run_virtually(main)
    assert (server.refused, len(server.served)) == (0, 1000)


class RecordingServer:
    """A server without a limit that records when it served each request, by lane."""

    def __init__(self, exchange: float = 0.1) -> None:
        self.exchange = exchange
        self.served: dict[Lane, list[float]] = {lane: [] for lane in Lane}

    async def send(self, sent: Request) -> Response:
        self.served[sent.options.lane].append(trio.current_time())
        await trio.sleep(self.exchange)
        return make_response({})

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        raise AssertionError("no test streams from this server")
        yield

    async def aclose(self) -> None:
        """Nothing to close."""


async def call_until(rate_limit: RateLimit, until: float, lane: Lane, cost: int = 1) -> None:
    while (now := trio.current_time()) < until:
        with trio.move_on_after(until - now):
            await rate_limit.send(request(lane, cost=cost))


@pytest.mark.parametrize("shape", SHAPES)
def test_interactive_and_bulk_calls_together_use_up_the_quota_without_a_429(shape: type[RateLimiter]) -> None:
    """The guaranteed share of bulk calls is part of the pace, not on top of it."""

    async def main() -> None:
        server = LimitedServer(shape())
        rate_limit = rate_limit_over(server)
        until = trio.current_time() + 3 * 60
        async with trio.open_nursery() as nursery:
            for _ in range(60):
                nursery.start_soon(call_until, rate_limit, until, Lane.INTERACTIVE)
            nursery.start_soon(bulk_work, rate_limit, until, 10)
        assert server.refused == 0
        assert len(server.served) >= 0.97 * 600 * 3

    run_virtually(main)


def longest_gap(moments: list[float], start: float, end: float) -> float:
    marks = [start, *moments, end]
    return max(after - before for before, after in itertools.pairwise(marks))


def test_bulk_calls_are_guaranteed_one_request_in_twenty_of_a_token() -> None:
    async def main() -> None:
        quota = Quota()
        server, limiter = RecordingServer(), MemoryLimiter(quota, clock=trio.current_time)
        rate_limit = rate_limit_over(server, limiter)
        start = trio.current_time()
        async with trio.open_nursery() as nursery:
            for _ in range(200):
                nursery.start_soon(call_until, rate_limit, start + 300, Lane.INTERACTIVE)
            await trio.sleep(30)
            nursery.start_soon(call_until, rate_limit, start + 300, Lane.BULK)
        bulk, interactive = server.served[Lane.BULK], server.served[Lane.INTERACTIVE]
        assert longest_gap(bulk, start + 30, start + 300) <= (BULK_SHARE + quota.burst) * quota.interval + 0.2
        assert statistics.median(after - before for before, after in itertools.pairwise(bulk)) < 2.1
        assert len(bulk) >= 0.95 * 270 / (BULK_SHARE * quota.interval)
        assert len(interactive) >= 0.93 * 10 * 300, "and interactive calls get all the rest"

    run_virtually(main)


def test_bulk_calls_are_guaranteed_one_request_in_twenty_at_the_ceiling() -> None:
    """Without a share, interactive calls of 300 stores at the ceiling left a bulk store no request in 300 s."""

    async def main() -> None:
        quota = Quota(ceiling=20.0)
        server, limiter = RecordingServer(), MemoryLimiter(quota, clock=trio.current_time)
        start = trio.current_time()
        async with trio.open_nursery() as nursery:
            for number in range(300):
                one = RateLimit(server, limiter, token=f"token {number}", quota=quota)
                nursery.start_soon(call_until, one, start + 300, Lane.INTERACTIVE)
            await trio.sleep(10)
            nursery.start_soon(call_until, rate_limit_over(server, limiter, quota=quota), start + 300, Lane.BULK)
        bulk, interactive = server.served[Lane.BULK], server.served[Lane.INTERACTIVE]
        assert longest_gap(bulk, start + 10, start + 300) <= BULK_SHARE / quota.ceiling + 0.2
        assert len(bulk) + len(interactive) <= 300 * quota.ceiling + quota.burst + 20, "the ceiling holds"
        assert len(interactive) >= 0.9 * 300 * quota.ceiling

    run_virtually(main)


def test_an_expensive_batch_gets_its_share_too() -> None:
    async def main() -> None:
        quota = Quota(requests=60, reserve=2, burst=4)
        server, limiter = RecordingServer(), MemoryLimiter(quota, clock=trio.current_time)
        rate_limit = rate_limit_over(server, limiter, quota=quota)
        start, until = trio.current_time(), trio.current_time() + 2400
        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(call_until, rate_limit, until, Lane.INTERACTIVE)
            await trio.sleep(60)
            nursery.start_soon(call_until, rate_limit, until, Lane.BULK, 50)
        bulk = server.served[Lane.BULK]
        assert longest_gap(bulk, start + 60, bulk[-1]) <= 50 * BULK_SHARE * quota.interval + quota.window
        assert len(bulk) >= 2

    run_virtually(main)


@pytest.mark.chaos
@given(
    requests=st.integers(10, 40),
    reserve=st.integers(0, 9),
    burst=st.integers(0, 20),
    ceiling=st.sampled_from([2.0, 20.0, 1e6]),
    exchange=st.sampled_from([0.0, 0.1, 0.5, 3.0]),
    stores=st.integers(1, 4),
)
def test_no_interactive_load_delays_bulk_calls_beyond_the_promise(
    requests: int, reserve: int, burst: int, ceiling: float, exchange: float, stores: int
) -> None:
    async def main() -> None:
        quota = Quota(requests=requests, reserve=reserve, burst=burst, ceiling=ceiling, window=10.0)
        server, limiter = RecordingServer(exchange), MemoryLimiter(quota, clock=trio.current_time)
        rate_limits = [RateLimit(server, limiter, token=f"token {number}", quota=quota) for number in range(stores)]
        start = trio.current_time()
        end = start + 5 * (BULK_SHARE + burst) * quota.interval
        async with trio.open_nursery() as nursery:
            for rate_limit in rate_limits:
                for _ in range(3 + int((exchange + 0.2) / quota.interval)):
                    nursery.start_soon(call_until, rate_limit, end, Lane.INTERACTIVE)
            nursery.start_soon(call_until, rate_limits[0], end, Lane.BULK)
        # Plus its own exchange, since one call follows another here, and the exchanges that hold the slots.
        promised = (BULK_SHARE + burst) * quota.interval + BULK_SHARE / ceiling + 2 * exchange
        assert longest_gap(server.served[Lane.BULK], start, end) <= promised + quota.interval + 0.1

    run_virtually(main)
