"""Fixtures with a Redis server. They import it when they run, since Redis may not be installed."""

import itertools
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.transport.rate_limit.redis_server import Group, RedisServer

_numbers = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator["RedisServer"]:
    """A Redis server that the tests of a module share."""
    from tests.transport.rate_limit.redis_server import RedisServer

    server = RedisServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
async def group(server: "RedisServer") -> AsyncIterator["Group"]:
    """Limiters with a key prefix of their own."""
    from tests.transport.rate_limit.redis_server import Group

    group = Group(server, f"{{test {next(_numbers)}}}")
    yield group
    for client in group.clients:
        await client.aclose()


@pytest.fixture
def unstable_server() -> Iterator["RedisServer"]:
    """A Redis server that the test stops and starts."""
    from tests.transport.rate_limit.redis_server import RedisServer

    server = RedisServer()
    server.start()
    yield server
    server.close()
