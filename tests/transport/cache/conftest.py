"""Caches in memory and on a Redis server."""

from collections.abc import AsyncIterator

import pytest

from ecwid_async.transport import Cache
from tests.transport.cache.cache_setup import Time, cache_on, memory_cache


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
