"""Connections to a file of SQLite that can be closed in the middle of anything, as tasks can be cancelled anywhere."""

import asyncio
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

import aiosqlite

from ecwid_async.primitives.shielding import run_shielded

__all__ = ["FileConnection", "connect"]

_ROWS_PER_FETCH: Final = 64


def connect(path: Path, *, timeout: float) -> "FileConnection":
    """Return a connection, which opens the file when it is awaited. It waits `timeout` seconds for a lock.

    The file must exist.
    """
    # If the file was deleted meanwhile, a new and empty one must not take its place.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = FileConnection(
        lambda: sqlite3.connect(uri, uri=True, timeout=timeout, factory=_DriverConnection), _ROWS_PER_FETCH
    )
    # As SQLAlchemy does: a connection that was never closed must not keep the process.
    connection._thread.daemon = True
    return connection


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


class FileConnection(aiosqlite.Connection):
    """A connection that can be closed while another close is in progress.

    SQLAlchemy closes the connection of a task that is cancelled, and closes it once more if the task is cancelled
    again meanwhile. In aiosqlite, the second close can prevent the first one, and the file stays locked.
    """

    _stopped: "asyncio.Future[object] | None" = None

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
