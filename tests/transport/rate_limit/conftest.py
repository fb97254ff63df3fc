"""Fixtures with a Redis server. They import it when they run, since Redis may not be installed."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.transport.rate_limit.redis_server import Group, RedisServer

_numbers = itertools.count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator["RedisServer"]:
    """A Redis server that the tests of a module share."""
    from tests.transport.rate_limit.redis_server import RedisServer

    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def group(server: "RedisServer") -> AsyncIterator["Group"]:
    """Limiters with a key prefix of their own."""
    from tests.transport.rate_limit.redis_server import Group

    group = Group(server, f"{{test {next(_numbers)}}}")
    yield group
    for client in group.clients:
        await client.aclose()


@pytest.fixture
def unstable_server(tmp_path: Path) -> Iterator["RedisServer"]:
    """A Redis server that the test stops and starts."""
    from tests.transport.rate_limit.redis_server import RedisServer

    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()
