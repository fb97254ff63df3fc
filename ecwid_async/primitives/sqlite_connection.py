"""Connections to a file of SQLite that can be closed in the middle of anything, as tasks can be cancelled anywhere."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, TypeAlias

import aiosqlite
import aiosqlite.core

from ecwid_async.primitives.pacing import ThreadPacing
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.primitives.write_ahead_log import use_write_ahead_log

__all__ = ["FileConnection", "connect"]

Row: TypeAlias = tuple[Any, ...]

_ROWS_PER_FETCH: Final = 64
_ROWS_AT_ONCE: Final = 64


def connect(path: Path, *, timeout: float) -> "FileConnection":
    """Return a connection, which opens the file when it is awaited. It waits `timeout` seconds for a lock.

    The file must exist.
    """
    # If the file was deleted meanwhile, a new and empty one must not take its place.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    return FileConnection(lambda: sqlite3.connect(uri, uri=True, timeout=timeout, factory=_DriverConnection))


class _DriverConnection(sqlite3.Connection):
    """A connection that ends its transaction when it is closed.

    SQLite itself does so only once all statements are finalized. Those of a task that was cancelled may live as long as
    its traceback, and lock the file.
    """

    def close(self) -> None:
        """Roll back and close."""
        with suppress(sqlite3.Error):
            self.rollback()
        super().close()


def _execute_all(connection: sqlite3.Connection, statements: Iterable[tuple[str, Sequence[Row]]]) -> None:
    pacing = ThreadPacing()
    for statement, rows in statements:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            pacing.rest()
            connection.executemany(statement, rows[start : start + _ROWS_AT_ONCE])


class _RequestQueue(SimpleQueue[Any]):
    """The requests to the thread of a connection, each with a future for its result."""

    def put_nowait(self, item: Any) -> None:
        """Add a request."""
        future, function = item
        super().put_nowait((None if future is None else _Reply(future), function))


class _Reply:
    """A future in the thread of a connection. Nobody waits for it any more once its event loop is closed.

    In aiosqlite, that would end the thread before it has closed the connection.
    """

    def __init__(self, future: "asyncio.Future[object]") -> None:
        self._future = future

    def get_loop(self) -> "_Reply":
        """Return what the thread takes for the event loop."""
        return self

    def call_soon_threadsafe(self, callback: Callable[..., object], reply: "_Reply", value: object) -> None:
        """Set the result or the exception of the future, unless its event loop is closed."""
        del reply
        with suppress(RuntimeError):
            self._future.get_loop().call_soon_threadsafe(callback, self._future, value)


class FileConnection(aiosqlite.Connection):
    """A connection that can be closed while another close is in progress.

    SQLAlchemy closes the connection of a task that is cancelled, and closes it once more if the task is cancelled
    again meanwhile. In aiosqlite, the second close can prevent the first one, and the file stays locked.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, _ROWS_PER_FETCH)
        self._stopped: asyncio.Future[object] | None = None
        self._tx = _RequestQueue()
        # A daemon, as in SQLAlchemy: a connection that was never closed must not keep the process.
        worker = aiosqlite.core._connection_worker_thread
        self._thread = Thread(target=worker, args=(self._tx,), daemon=True)

    @property
    def is_closing(self) -> bool:
        """Whether it is being closed, but its thread has not ended yet."""
        return self._stopped is not None and not self._stopped.done()

    async def _connect(self) -> "FileConnection":
        # A task that is cancelled meanwhile would leave a thread behind.
        try:
            await run_shielded(super()._connect)  # type: ignore[unused-awaitable]  # itself
        except BaseException:
            await run_shielded(self.close)
            raise
        return self

    async def use_write_ahead_log(self) -> None:
        """Switch the file to a write-ahead log, unless it has one."""
        await self._execute(use_write_ahead_log, self._conn)  # type: ignore[no-untyped-call]  # in its thread

    async def execute_all(self, statements: Iterable[tuple[str, Sequence[Row]]]) -> None:
        """Execute statements, each for a number of rows, with one hand-over to the thread of the connection.

        Between the rows, it makes room for requests to an app of this process, see `pacing`.
        """
        await self._execute(_execute_all, self._conn, statements)  # type: ignore[no-untyped-call]  # in its thread

    def __del__(self) -> None:
        # Of a connection that nobody closed. Aiosqlite would warn.
        if self._connection is not None:
            self.stop()

    def stop(self) -> "asyncio.Future[object] | None":
        """Close the connection once the statement in progress has ended, and stop its thread."""
        if self._running:
            self._stopped = super().stop()
        return self._stopped

    async def close(self) -> None:
        """Close the connection once the statement in progress has ended."""
        if (stopped := self.stop()) is not None:
            await asyncio.shield(stopped)
