"""Fixtures with a Redis server. They import it when they run, since Redis may not be installed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

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
def unstable_server() -> Iterator["RedisServer"]:
    """A Redis server that the test stops and starts."""
    from tests.transport.rate_limit.redis_server import RedisServer

    server = RedisServer()
    server.start()
    yield server
    server.close()
