"""Caches in memory and on a Redis server."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from ecwid_async.transport import Cache
from tests.transport.cache.cache_setup import Time, cache_on, memory_cache

if TYPE_CHECKING:
    from tests.transport.rate_limit.redis_server import RedisServer


@pytest.fixture(scope="module")
def server() -> Iterator["RedisServer"]:
    """A Redis server that the tests of a module share."""
    from tests.transport.rate_limit.redis_server import RedisServer

    server = RedisServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def clock() -> Time:
    """The clock of the test's caches."""
    return Time()


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest, clock: Time) -> AsyncIterator[Cache]:
    """A cache of each kind."""
    if request.param == "memory":
        yield memory_cache(clock)
        return
    cache = cache_on(request.getfixturevalue("server"), clock)
    yield cache
    await cache._look_up_script.registered_client.aclose()


@pytest.fixture
def unstable_server() -> Iterator["RedisServer"]:
    """A Redis server that the test stops and starts."""
    from tests.transport.rate_limit.redis_server import RedisServer

    server = RedisServer()
    server.start()
    yield server
    server.close()
