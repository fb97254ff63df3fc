"""Limiters on a Redis server."""

import itertools
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.transport.rate_limit.redis_server import Group, RedisServer

_numbers = itertools.count()


@pytest.fixture
async def group(server: "RedisServer") -> AsyncIterator["Group"]:
    """Limiters with a key prefix of their own."""
    from tests.transport.rate_limit.redis_server import Group

    group = Group(server, f"{{test {next(_numbers)}}}")
    yield group
    for client in group.clients:
        await client.aclose()
