"""`RateLimit` closes the gate after a 429, and releases slots however a call ends."""

import asyncio
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import trio
import trio.testing
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import RetryPolicy
from ecwid_async.errors import InvalidToken, RateLimited, Timeout
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota, RateLimit, Wait, memory, queue, token_key
from ecwid_async.transport.rate_limit.queue import _queues
from ecwid_async.transport.retry import Retry
from ecwid_async.wire import Event, EventKind, Headers, Lane, Request, Response, StreamedResponse
from tests.transport.rate_limit.simulation import rate_limit_over, request, run_virtually


def test_a_429_closes_the_gate_for_all_calls_of_that_token_only() -> None:
    async def main() -> None:
        events: list[Event] = []
        busy = MemoryTransport([make_response(status=429, headers={"Retry-After": "30"}), *[make_response({})] * 5])
        free = MemoryTransport(lambda _: make_response({}))
        limiter = MemoryLimiter(clock=trio.current_time)
        one = rate_limit_over(busy, limiter, events=events.append)
        start = trio.current_time()
        assert (await one.send(request(Lane.INTERACTIVE))).status == 429
        await RateLimit(free, limiter, token="secret_other").send(request())
        assert trio.current_time() == start
        async with trio.open_nursery() as nursery:
            for lane in (*Lane, *Lane):
                nursery.start_soon(one.send, request(lane))
        assert trio.current_time() >= start + 30
        throttled = [event for event in events if event.kind is EventKind.THROTTLED]
        assert [(event.status, event.seconds) for event in throttled] == [(429, 30.0)]

    run_virtually(main)


def test_a_failed_exchange_frees_its_slot_after_a_minute_too() -> None:
    async def main() -> None:
        limiter = MemoryLimiter(Quota(requests=3, reserve=1, burst=10), clock=trio.current_time)
        rate_limit = RateLimit(
            MemoryTransport(lambda r: Timeout("late", request=r)), limiter, token="t", quota=limiter.quota
        )
        started = trio.current_time()
        for _ in range(4):
            with pytest.raises(Timeout):
                await rate_limit.send(request(Lane.INTERACTIVE))
        assert 60 <= trio.current_time() - started < 61

    run_virtually(main)


def test_a_call_takes_as_many_slots_as_its_cost() -> None:
    async def main() -> None:
        limiter = MemoryLimiter(clock=trio.current_time)
        rate_limit = rate_limit_over(MemoryTransport(lambda _: make_response({})), limiter)
        await rate_limit.send(request(cost=500))
        started = trio.current_time()
        await rate_limit.send(request(cost=500))
        assert trio.current_time() - started >= 50
        with pytest.raises(ValueError, match="counts as 700 requests exceeds the 588 allowed per window"):
            await rate_limit.send(request(cost=700))

    run_virtually(main)


def test_a_batch_takes_its_slots_without_delaying_the_next_call() -> None:
    async def main() -> None:
        rate_limit = rate_limit_over(MemoryTransport(lambda _: make_response({})))
        started = trio.current_time()
        await rate_limit.send(request(Lane.INTERACTIVE, cost=500))
        for _ in range(10):
            await rate_limit.send(request(Lane.INTERACTIVE))
        assert trio.current_time() == started

    run_virtually(main)


async def test_a_stream_releases_its_slot_at_the_head_of_the_response() -> None:
    limiter = MemoryLimiter()
    rate_limit = RateLimit(MemoryTransport([make_response(b"%PDF")]), limiter, token="t")
    async with rate_limit.stream(evolve(request(), path="/invoice-pdf")) as response:
        (token,) = limiter._tokens.values()
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
@given(retry_after=ODD_WAITS, date=ODD_WAITS)
def test_any_retry_after_closes_the_gate_for_at_least_a_second_and_at_most_a_day(retry_after: str, date: str) -> None:
    async def main() -> None:
        headers = {"Retry-After": retry_after.encode(), "Date": date.encode()}
        refusal = Response(429, Headers(tuple((name.encode(), value) for name, value in headers.items())), b"")
        limiter = MemoryLimiter(clock=trio.current_time)
        await rate_limit_over(MemoryTransport([refusal]), limiter).send(request())
        found = await limiter.acquire(token_key("secret_x"), "store", Lane.BULK, 1)
        assert isinstance(found, Wait)
        assert 1.0 <= found.seconds <= 86_400.0
        assert found.closed_for == 0.0

    run_virtually(main)


def retrying(server: Any, limiter: MemoryLimiter, *, throttle_timeout: float = 300.0, **settings: Any) -> Retry:
    rate_limit = rate_limit_over(server, limiter, throttle_timeout=throttle_timeout, **settings)
    return Retry(rate_limit, policy=RetryPolicy(throttle_timeout=throttle_timeout))


def test_after_a_429_for_a_day_the_next_call_fails_at_once_and_says_until_when() -> None:
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

    run_virtually(main)


WAITS_OF_429 = st.lists(st.sampled_from([None, 1, 5, 30, 100, 200, 299, 301, 80_000]), max_size=40)


@pytest.mark.chaos
@given(
    waits=WAITS_OF_429,
    lanes=st.lists(st.sampled_from(Lane), min_size=1, max_size=12),
    gaps=st.lists(st.sampled_from([0.0, 0.5, 20.0, 90.0]), min_size=12, max_size=12),
)
def test_no_call_waits_for_429s_beyond_its_throttle_timeout(
    waits: list[int | None], lanes: list[Lane], gaps: list[float]
) -> None:
    async def main() -> None:
        # Only 429s make a call wait here.
        quota = Quota(requests=10**6, burst=10**6, ceiling=10**6, window=1.0)
        script = iter(waits)

        def reply(_: Request) -> Response:
            wait = next(script, 0)
            if wait == 0:
                return make_response({})
            return make_response(status=429, headers={} if wait is None else {"Retry-After": str(wait)})

        limiter = MemoryLimiter(quota, clock=trio.current_time)
        chain = retrying(MemoryTransport(reply), limiter, quota=quota)
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
        assert max(took) <= 300.0 + 1.0, "the pace takes a fraction of a second"
        assert not _queues.get({})

    run_virtually(main)


def test_a_call_refused_earlier_is_not_reported_as_unsent() -> None:
    async def main() -> None:
        server = MemoryTransport([make_response(status=429, headers={"Retry-After": "100"})])
        limiter = MemoryLimiter(clock=trio.current_time)
        chain = retrying(server, limiter)
        raised: list[RateLimited] = []

        async def call() -> None:
            with pytest.raises(RateLimited) as caught:
                await chain.send(request())
            raised.append(caught.value)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(call)
            await trio.sleep(50)
            # As another process that shares the quota on Redis would.
            limiter._tokens[token_key("secret_x")].opens_at += 80_000
        assert raised[0].outcome == "refused"

    run_virtually(main)


class SteppingTransport:
    """A transport that sends in several steps, so that there are points to cancel at."""

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
async def test_a_call_cancelled_at_any_await_holds_no_slot(status: int, streamed: bool, native: bool) -> None:
    for steps in range(12):
        limiter = MemoryLimiter(Quota(burst=1, requests=20, window=0.2, reserve=1))
        rate_limit = RateLimit(SteppingTransport(status), limiter, token="t", store_id=1, quota=limiter.quota)

        async def one(rate_limit: RateLimit, scope: anyio.CancelScope) -> None:
            with scope, suppress(InvalidToken):
                if streamed:
                    async with rate_limit.stream(request()) as response:
                        await anyio.lowlevel.checkpoint()
                        assert response.status == status
                else:
                    await rate_limit.send(request())

        scopes = [anyio.CancelScope() for _ in range(4)]
        tasks = [asyncio.create_task(one(rate_limit, scope)) for scope in scopes]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task, scope in zip(tasks, scopes, strict=True):
            task.cancel() if native else scope.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        (token,) = limiter._tokens.values() or [memory._TokenState(1.0)]
        assert token.in_progress == 0
        assert token.held == sum(cost for _, cost in token.releases)
        assert not _queues.get({})
        assert not [key for key in queue.waiting_calls if key[0] == id(limiter)]
