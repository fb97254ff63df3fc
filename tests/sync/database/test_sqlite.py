"""Connections to a file of SQLite that are closed in the middle of something."""

import asyncio
import sqlite3
from contextlib import closing, suppress

import anyio
import pytest
from sqlalchemy.engine import make_url

from ecwid_async.primitives.sqlite_connection import connect
from ecwid_async.sync.database.sqlite import SQLite


@pytest.fixture
def backend(sqlite_url):
    backend = SQLite(make_url(sqlite_url).set(drivername="sqlite+aiosqlite"))
    with closing(sqlite3.connect(backend.path)) as connection:
        connection.execute("CREATE TABLE numbers (number)")
        connection.execute("INSERT INTO numbers VALUES (1), (2)")
        connection.commit()
    return backend


def assert_unlocked(backend):
    with closing(sqlite3.connect(backend.path, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")


async def test_a_closed_connection_locks_nothing_though_a_statement_is_not_finished(backend):
    connection = await connect(backend.path, timeout=5)
    await connection.execute("BEGIN IMMEDIATE")
    cursor = await connection.execute("SELECT number FROM numbers")
    await cursor.fetchone()
    await connection.close()
    assert_unlocked(backend)


async def test_a_connection_can_be_closed_while_it_is_being_closed(backend):
    connection = await connect(backend.path, timeout=5)
    await connection.execute("BEGIN IMMEDIATE")
    connection.stop()
    await asyncio.wait_for(asyncio.gather(connection.close(), connection.close()), timeout=60)
    assert_unlocked(backend)


async def test_a_transaction_that_a_task_group_cancels_anywhere_locks_nothing(backend):
    engine = backend.new_engine(create=False)
    errors = []  # their tracebacks keep what the cancelled tasks have used

    async def write():
        try:
            async with engine.connect() as connection, connection.begin():
                await connection.exec_driver_sql("UPDATE numbers SET number = 3 RETURNING number")
                await connection.exec_driver_sql("SELECT number FROM numbers")
        except BaseException as error:
            errors.append(error)
            raise

    for turns in range(60):
        with suppress(BaseExceptionGroup):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(write)
                for _ in range(turns):
                    await asyncio.sleep(0)
                tasks.cancel_scope.cancel()
    await engine.dispose()
    # Each of these waits a second at most, and for nothing once the connections of the cancelled tasks are closed.
    for _ in range(60):
        await backend.wait_until_closed()
    assert_unlocked(backend)
