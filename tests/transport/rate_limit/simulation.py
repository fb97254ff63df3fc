"""Simulated servers, sample requests and quarantines, and a virtual clock for the tests of rate limiting.

`LimitedServer` counts requests as a real server may (sliding log, fixed window, token bucket) and refuses with 429;
`run_virtually` runs a test under trio on a clock that jumps, so that minutes take milliseconds.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import trio
import trio.testing

from ecwid_async.sandbox.state import RateLimiter
from ecwid_async.transport.memory import make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quarantine, Quota, RateLimit
from ecwid_async.wire import Lane, Options, Request, Response, StreamedResponse


def run_virtually(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run with a clock that jumps to the next timer whenever all tasks wait."""
    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def request(lane: Lane = Lane.BULK, *, cost: int = 1, deadline: float | None = None) -> Request:
    options = Options(operation="GET /products", repeatable=True, lane=lane, cost=cost, deadline=deadline)
    return Request(method="GET", path="/products", options=options)


def quarantine(store_id: int = 1003, *, message: str | None = None) -> Quarantine:
    now = datetime.now(UTC)
    return Quarantine(
        store_id=store_id,
        status=403,
        code="INVALID_API_TOKEN",
        message=message,
        request_id="ab12cd34",
        since=now,
        until=now + timedelta(seconds=Quota().probe_interval),
    )


class LimitedServer:
    """A server with a rate limit. It counts a request on arrival: after a delay, and some time before the response."""

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
        raise AssertionError("no test streams from this server")
        yield

    async def aclose(self) -> None:
        """Nothing to close."""


def rate_limit_over(server: Any, limiter: MemoryLimiter | None = None, **settings: Any) -> RateLimit:
    return RateLimit(server, limiter or MemoryLimiter(clock=trio.current_time), token="secret_x", **settings)


async def bulk_work(rate_limit: RateLimit, until: float, workers: int = 20) -> None:
    async def work() -> None:
        while trio.current_time() < until:
            await rate_limit.send(request())

    async with trio.open_nursery() as nursery:
        for _ in range(workers):
            nursery.start_soon(work)
