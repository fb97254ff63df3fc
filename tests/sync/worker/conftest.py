"""A database with the tables of an empty mirror and of jobs."""

from collections.abc import AsyncIterator
from typing import Final

import pytest

pytest.importorskip("procrastinate", reason="needs the extra `worker`")

from ecwid_async.jobs import Connector, prepare_tables
from tests.postgresql import PostgreSQL
from tests.sync.conftest import create_tables

_EMPTY_TABLES: Final = """
DO $$ BEGIN
  EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(format('%I', relname), ', ') FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'ecwid_schema'
  );
END $$
"""


async def create_job_tables(url: str) -> None:
    """Create the tables of jobs."""
    from ecwid_async.sync.database import PostgreSQL as Backend
    from ecwid_async.sync.database import find_backend

    backend = find_backend(url)
    assert isinstance(backend, Backend)
    connector = Connector(backend, connections=1)
    await connector.open_async()
    try:
        await prepare_tables(connector)
    finally:
        await connector.close_async()


@pytest.fixture
async def url(postgresql_server: PostgreSQL) -> AsyncIterator[str]:
    """The URL of a database with empty tables of a mirror and of jobs, which are emptied after the test."""
    found = postgresql_server.url("workers")
    if await postgresql_server.find_database("workers"):
        await create_tables(found)
        await create_job_tables(found)
    yield found
    await postgresql_server.disconnect_all("workers")
    await postgresql_server.execute(_EMPTY_TABLES, "workers")
