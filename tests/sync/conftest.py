"""Databases for the tests of the mirror."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest

pytest.importorskip("sqlalchemy", reason="needs the extra `sync`")

from ecwid_async.sync.database import Database
from tests.postgresql import PostgreSQL, postgresql_server, postgresql_url  # noqa: F401  # fixtures

OpenDatabase: TypeAlias = Callable[..., Awaitable[Database]]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: each test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def open_database(database_url: str) -> AsyncIterator[OpenDatabase]:
    """Opens the database as another process would, and closes it after the test."""
    async with AsyncExitStack() as stack:

        async def open_it(**options: Any) -> Database:
            return await stack.enter_async_context(await Database.open(database_url, **options))

        yield open_it


@pytest.fixture
async def database(open_database: OpenDatabase) -> Database:
    """An open database."""
    return await open_database()
