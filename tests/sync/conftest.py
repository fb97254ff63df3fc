"""Databases for the tests of the mirror."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

pytest.importorskip("sqlalchemy", reason="needs the extra `sync`")

from ecwid_async.sync.database.database import Database
from tests.postgresql import PostgreSQL

OpenDatabase: TypeAlias = Callable[..., Awaitable[Database]]


async def create_tables(url: str) -> None:
    """Create the tables of a mirror."""
    async with await Database.open(url):
        pass


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database without tables: each test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a file with the tables of a mirror, which the first test creates."""
    return tmp_path_factory.mktemp("sqlite") / "template.db"


@pytest.fixture
async def sqlite_mirror_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of a file with empty tables."""
    if not sqlite_template.exists():
        await create_tables(f"sqlite:///{sqlite_template}")
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'shop.db')}"


# One statement: it empties the tables that a test has filled.
_EMPTY_TABLES: Final = """
DO $$ DECLARE name text; is_filled bool; BEGIN
  FOR name IN SELECT relname FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'ecwid_schema' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO is_filled;
    IF is_filled THEN EXECUTE format('TRUNCATE %I', name); END IF;
  END LOOP;
  ALTER SEQUENCE ecwid_due_numbers RESTART;
END $$
"""


@pytest.fixture
async def postgresql_mirror_url(postgresql_server: PostgreSQL) -> AsyncIterator[str]:  # a fixture
    """The URL of a database with empty tables, which are emptied after the test."""
    url = postgresql_server.url("mirror")
    if await postgresql_server.find_database("mirror"):
        await create_tables(url)
    yield url
    await postgresql_server.disconnect_all("mirror")
    await postgresql_server.execute(_EMPTY_TABLES, "mirror")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with the tables of an empty mirror: each test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_mirror_url")
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
