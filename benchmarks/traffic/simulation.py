"""A simulated server that counts requests in one of three ways, and clients under the limiter, on a virtual clock."""

import itertools
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import trio
import trio.testing
from attrs import frozen

from benchmarks.harness.sampling import p99
from benchmarks.traffic.requests import make_request
from ecwid_async.sandbox.state import FixedWindow, RateLimiter, SlidingLog, TokenBucket
from ecwid_async.transport.memory import make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quarantine, RateLimit, Wait
from ecwid_async.wire import Lane, Request, Response, StreamedResponse

__all__ = ["SERVER_LIMITERS", "Outcome", "simulate"]

SERVER_LIMITERS: Final[dict[str, Callable[[], RateLimiter]]] = {
    "sliding log": SlidingLog,
    "fixed window": FixedWindow,
    "token bucket of 60": TokenBucket,
}
_WINDOW: Final = 60.0
_QUOTA: Final = 600
_BULK_WORKERS: Final = 60


@frozen
class Outcome:
    """Result of a simulation: bulk calls in percent of the quota, 429s, and the p99 of interactive waits in ms."""

    bulk_share: float
    refused: float
    wait_p99: float


def simulate(server_limiter: RateLimiter, windows: int, seed: int, *, interactive: bool) -> Outcome:
    """Send bulk calls for some windows of the limit, with an interactive call per second if `interactive`."""
    run = partial(_simulate, server_limiter, windows, seed, interactive=interactive)
    return trio.run(run, clock=trio.testing.MockClock(autojump_threshold=0))


async def _simulate(server_limiter: RateLimiter, windows: int, seed: int, *, interactive: bool) -> Outcome:
    server = _Server(server_limiter, seed)
    limiter = _RecordingLimiter(clock=trio.current_time)
    rate_limit = RateLimit(server, limiter, token="benchmark")
    end = trio.current_time() + windows * _WINDOW
    waits: list[float] = []

    async def send_bulk_calls() -> None:
        while trio.current_time() < end:
            await rate_limit.send(make_request())

    async def send_interactive_calls() -> None:
        for number in itertools.count():
            await trio.sleep_until(end - windows * _WINDOW + number)
            if trio.current_time() >= end:
                return
            start = trio.current_time()
            await rate_limit.send(make_request(Lane.INTERACTIVE))
            waits.append(limiter.admitted_at - start)

    async with trio.open_nursery() as nursery:
        for _ in range(_BULK_WORKERS):
            nursery.start_soon(send_bulk_calls)
        if interactive:
            nursery.start_soon(send_interactive_calls)
    return _evaluate(server, waits, end, windows)


def _evaluate(server: "_Server", waits: Sequence[float], end: float, windows: int) -> Outcome:
    bulk = sum(lane is Lane.BULK and time < end for time, lane in server.served)
    return Outcome(
        bulk_share=100 * bulk / (_QUOTA * windows), refused=float(server.refused), wait_p99=1000 * p99(waits)
    )


class _Server:
    """Counts a request when it arrives; requests and responses take 10 to 300 ms each."""

    def __init__(self, limiter: RateLimiter, seed: int) -> None:
        self._limiter = limiter
        self._delay = partial(random.Random(seed).uniform, 0.01, 0.3)
        self.served: list[tuple[float, Lane]] = []
        self.refused = 0

    async def send(self, request: Request) -> Response:
        await trio.sleep(self._delay())
        now = trio.current_time()
        wait = self._limiter.admit(now, _QUOTA)
        if not wait:
            self.served.append((now, request.options.lane))
        self.refused += bool(wait)
        await trio.sleep(self._delay())
        return make_response(status=429, headers={"Retry-After": str(int(wait) + 1)}) if wait else make_response({})

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        raise AssertionError(f"this benchmark does not stream: {request}")
        yield

    async def aclose(self) -> None:
        pass


class _RecordingLimiter(MemoryLimiter):
    """Records the time when the last interactive call was admitted."""

    admitted_at = 0.0

    async def acquire(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        result = await super().acquire(key, store, lane, cost)
        if result is None and lane is Lane.INTERACTIVE:
            self.admitted_at = trio.current_time()
        return result
