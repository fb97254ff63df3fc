"""A mirror in a file of SQLite."""

import asyncio
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.error_text import one_line
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.sync.database.backend import POOL, TransactionKind
from ecwid_async.sync.errors import DatabaseError, DatabaseFull, DatabaseLocked, DatabaseUnavailable

if TYPE_CHECKING:
    from ecwid_async.primitives.sqlite_connection import FileConnection

__all__ = ["SQLite"]

_BUSY_SECONDS: Final = 30
_CLOSE_SECONDS: Final = 1.0
_BEGIN: Final = "ecwid_begin"
# RETURNING, DROP COLUMN, and JSON functions in every build.
_OLDEST: Final = (3, 38)


class SQLite:
    """A file of SQLite in WAL mode, created readable only by its owner."""

    name: Literal["sqlite"] = "sqlite"
    now = "((julianday('now') - 2440587.5) * 86400.0)"
    has_one_writer = True
    columns_query = (
        "SELECT t.name AS table_name, c.name AS column_name, c.type AS column_type "
        "FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
    )

    def __init__(self, url: URL) -> None:
        path = url.database
        if url.host and not path:
            raise ConfigError(f"a URL of SQLite has three slashes before a relative path: sqlite:///{url.host}")
        if not path or path == ":memory:" or path.startswith("file:"):
            raise ConfigError(
                "a mirror in memory would be lost when the process ends: name a file, such as sqlite:///shop.db"
            )
        if url.query or url.host or url.username or url.password:
            raise ConfigError("a URL of SQLite has only a path: sqlite:///shop.db, or sqlite:////var/lib/shop.db")
        if sqlite3.sqlite_version_info < _OLDEST:
            raise ConfigError(
                f"a mirror needs SQLite {'.'.join(map(str, _OLDEST))} or later, and this Python has "
                f"{sqlite3.sqlite_version}: use another build of Python, or PostgreSQL"
            )
        self.url = url
        self.path = Path(path)
        self._opened: tuple[int, int] | None = None
        self._connections: WeakSet[FileConnection] = WeakSet()

    def new_engine(self, *, create: bool) -> AsyncEngine:
        """Return an engine, which has not connected yet. If `create` is set, create the file unless it exists."""
        if create:
            self._create_file()
        elif not self.path.exists():
            raise DatabaseUnavailable(f"there is no file {self.path}: check the path, or sync a store first")
        self._opened = self._find_file()
        # Imported here, so that a mirror on PostgreSQL needs no driver of SQLite.
        from ecwid_async.primitives.sqlite_connection import connect

        def connect_to_file() -> "FileConnection":
            connection = connect(self.path, timeout=_BUSY_SECONDS)
            self._connections.add(connection)
            return connection

        engine = create_async_engine(
            self.url,
            hide_parameters=True,
            async_creator=connect_to_file,
            **POOL,
        )
        event.listen(engine.sync_engine, "connect", _set_up_connection)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine

    def _create_file(self) -> None:
        if self.path.is_dir():
            raise ConfigError(f"{self.path} is a folder: name a file in it, such as sqlite:///{self.path / 'shop.db'}")
        # SQLite gives the files beside it the same permissions.
        try:
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            raise DatabaseUnavailable(
                f"can't create {self.path}: {error.strerror}. Create its folder, and let this user write to it."
            ) from None

    def options(self, kind: TransactionKind) -> dict[str, Any]:
        """Return the statement that begins such a transaction."""
        # A transaction that begins with a read and then writes fails at once if another one has written meanwhile.
        return {_BEGIN: "BEGIN" if kind == "read" else "BEGIN IMMEDIATE"}

    async def prepare(self, connection: AsyncConnection, kind: TransactionKind, lease_seconds: float) -> None:
        """Check that the file is still there: SQLite would go on writing to one that was deleted.

        There is nothing to lock, since a writing transaction excludes all others.
        """
        if kind != "read" and self._find_file() != self._opened:
            raise self._moved()

    async def wait_until_closed(self) -> None:
        """Wait for the connections that are being closed, which SQLAlchemy does not do in a cancelled task.

        One that waits for a lock is closed later.
        """
        closing = [
            asyncio.ensure_future(connection.close()) for connection in self._connections if connection.is_closing
        ]
        if closing:
            await asyncio.wait(closing, timeout=_CLOSE_SECONDS)

    def _find_file(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _moved(self) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            f"{self.path} was moved, deleted or replaced while it was open. Put it back, or start again: "
            "the next sync reads the store anew."
        )

    def explain(self, error: DBAPIError) -> DatabaseError:
        """Return the error to raise in place of the driver's."""
        if self._find_file() != self._opened:
            return self._moved()
        original = error.orig or error
        reason = f"{self.path}: {one_line(original)}"
        match getattr(original, "sqlite_errorcode", 0) & 0xFF:
            case sqlite3.SQLITE_FULL:
                return DatabaseFull(
                    f"{reason}. Free some space on the disk, and start the sync again; nothing is lost."
                )
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return DatabaseLocked(
                    f"{reason}. Another process has been writing to the file for {_BUSY_SECONDS} s: let it finish."
                )
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
                return DatabaseError(f"{reason}. Let this user write to the file and its folder (`chmod u+w`).")
            case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR:
                return DatabaseUnavailable(
                    f"{reason}. Check that the disk works and this user may read and write there."
                )
            case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
                return DatabaseError(
                    f"{reason}. Restore the file from a backup, or name another file; the next sync fills it."
                )
        return DatabaseError(f"{reason}. If somebody changed the tables, open the mirror again to see which.")


def _set_up_connection(connection: Any, _record: object) -> None:
    # SQLAlchemy begins transactions by the event below, instead of the driver before the first write.
    connection.isolation_level = None
    connection.run_async(_set_up_or_close)


async def _set_up_or_close(connection: "FileConnection") -> None:
    try:
        await _set_up(connection)
    except BaseException:
        # SQLAlchemy does not close it.
        await run_shielded(connection.close)
        raise


async def _set_up(connection: "FileConnection") -> None:
    # With NORMAL, the last commits can be lost when the power fails.
    await connection.execute("PRAGMA synchronous = FULL")
    # Deleted data of customers is overwritten in the file.
    await connection.execute("PRAGMA secure_delete = ON")
    await connection.use_write_ahead_log()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
