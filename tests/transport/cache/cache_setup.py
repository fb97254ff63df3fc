"""Caches in memory and on Redis whose clocks a test moves, and what is kept in them."""

import itertools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ecwid_async.transport import Cache, CachePolicy, MemoryCache
from ecwid_async.transport.cache import ReadKey
from ecwid_async.transport.memory import make_response
from ecwid_async.wire import Response

if TYPE_CHECKING:
    from tests.transport.rate_limit.redis_server import RedisServer

__all__ = ["KEY", "Time", "body", "cache_on", "keep"]

KEY = ReadKey(1003, "token hash", "request hash")
_numbers = itertools.count()


class Time:
    """A clock that a test moves. On Redis, it is added to the server's own."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return 1000.0 + self.passed


def memory_cache(clock: Time, policy: CachePolicy | None = None) -> MemoryCache:
    return MemoryCache(policy, clock=clock)


def cache_on(server: "RedisServer", clock: Time, policy: CachePolicy | None = None, **settings: Any) -> Any:
    """A `RedisCache` with a client and a key prefix of its own."""
    from ecwid_async.transport import RedisCache

    settings.setdefault("prefix", f"{{cache test {next(_numbers)}}}")
    # Generous, since a busy machine must not look like an outage.
    settings.setdefault("timeout", 10.0)
    return RedisCache(
        server.client(),
        policy,
        clock_offset=lambda: clock.passed,
        clock=lambda: time.monotonic() + clock.passed,
        **settings,
    )


async def keep(
    cache: Cache,
    key: ReadKey = KEY,
    text: str = "kept",
    *,
    age: float = 0.0,
    seconds: float = 60.0,
    is_search: bool = False,
    meanwhile: Callable[[], Any] | None = None,
) -> None:
    """Read and keep a response, and let something happen between its request and its response."""
    generation = (await cache.look_up(key, 0)).generation
    if meanwhile is not None:
        await meanwhile()
    response = make_response(text.encode(), headers={"Date": "Mon, 30 Nov 2026 12:00:00 GMT"})
    await cache.keep(key, generation, response, age=age, seconds=seconds, is_search=is_search)


async def body(cache: Cache, key: ReadKey = KEY, max_age: float = 60.0) -> str | None:
    """The body of the kept response; None if there is none."""
    response: Response | None = (await cache.look_up(key, max_age)).response
    return None if response is None else response.body.decode()
