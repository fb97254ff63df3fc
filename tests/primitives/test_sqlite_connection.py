"""Connections to SQLite survive whatever happens to the tasks and the event loop that use them."""

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest

pytest.importorskip("aiosqlite")

from ecwid_async.primitives.sqlite_connection import FileConnection, connect

JOIN_SECONDS = 30


def test_a_connection_is_closed_even_if_its_event_loop_ends_during_a_statement(tmp_path):
    path = tmp_path / "test.db"
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("CREATE TABLE numbers (n)")
    started, release = threading.Event(), threading.Event()
    connections: list[FileConnection] = []

    def hold() -> int:
        started.set()
        release.wait(JOIN_SECONDS)
        return 1

    async def main() -> None:
        connection = await connect(path, timeout=1)
        connections.append(connection)
        await connection.create_function("hold", 0, hold)
        statement = asyncio.ensure_future(connection.execute("INSERT INTO numbers SELECT hold()"))
        await asyncio.to_thread(started.wait)
        statement.cancel()
        connection.stop()

    asyncio.run(main())
    release.set()
    (connection,) = connections
    connection._thread.join(JOIN_SECONDS)
    assert not connection._thread.is_alive()
    with closing(sqlite3.connect(path, timeout=0)) as plain, plain:
        plain.execute("INSERT INTO numbers VALUES (2)")
        assert plain.execute("SELECT n FROM numbers").fetchall() == [(2,)]


def test_a_missing_file_is_not_created(tmp_path):
    async def main() -> None:
        with pytest.raises(sqlite3.OperationalError):
            await connect(tmp_path / "missing.db", timeout=1)

    asyncio.run(main())
    assert list(tmp_path.iterdir()) == []
