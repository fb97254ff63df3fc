"""An inbox in a file of SQLite."""

import os
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.embedded import EmbeddedInbox
from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.apps.inbox.table import create_tables
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.private_files import open_private
from ecwid_async.primitives.write_ahead_log import use_write_ahead_log
from ecwid_async.transport import check_count

__all__ = ["SQLiteInbox"]

# Ecwid waits 10 seconds for a response.
_LOCK_TIMEOUT: Final = 5.0
_GIGABYTE: Final = 1024**3
_MAX_WAL_BYTES: Final = 64 * 1024 * 1024


class SQLiteInbox(EmbeddedInbox):
    """An inbox in a file of its own, which only this user can read.

    Any number of processes of one machine may accept events into the file. One of them at a time handles events: if it
    ends, another one that runs takes over, at once or, if it was killed, after `InboxSettings.lease`.

    The file must be on a local disk: locks and shared memory do not work on network file systems. `max_bytes` limits
    its size: beyond it events are refused, and Ecwid repeats them for a day. Those in it are still handled, for which
    it may grow a little further. `clock` returns Unix seconds.

    The inbox opens the file when it is first used, in each process that was forked anew. It needs asyncio. Raises
    `ConfigError` for a path that is not one of a file.
    """

    def __init__(
        self,
        path: Path | str,
        settings: InboxSettings | None = None,
        *,
        max_bytes: int = 4 * _GIGABYTE,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        if not str(path) or ":memory:" in str(path) or str(path).startswith(("file:", "sqlite:")):
            raise ConfigError('SQLiteInbox needs the path of a file, such as "inbox.db". `MemoryInbox` has none.')
        check_count("max_bytes", max_bytes, minimum=1024 * 1024, maximum=2**47)
        self.path = Path(path).absolute()
        self._max_bytes = max_bytes
        self._file: tuple[int, int] | None = None
        super().__init__(
            self._connect, str(self.path), settings, is_current=self._is_current, clock=clock, random=random
        )

    def __repr__(self) -> str:
        return f"<SQLiteInbox {str(self.path)!r}>"

    def _connect(self) -> sqlite3.Connection:
        open_private(self.path).close()
        # If the file is deleted meanwhile, a new one must not be readable by others.
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?mode=rw", uri=True, timeout=_LOCK_TIMEOUT, isolation_level=None
        )
        try:
            # First of all: a file of another program must not be changed.
            create_tables(connection, str(self.path))
            mode = use_write_ahead_log(connection)
            if mode != "wal":
                raise InboxError(
                    f"The inbox {self.path} can't have a write-ahead log: put it on a local disk.",
                    problem="unavailable",
                )
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {_MAX_WAL_BYTES}")
            ((page_size,),) = connection.execute("PRAGMA page_size").fetchall()
            connection.execute(f"PRAGMA max_page_count = {self._max_bytes // page_size}")
        except BaseException:
            connection.close()
            raise
        self._file = _identity(self.path)
        return connection

    def _is_current(self) -> bool:
        """Whether the open file is still the one at the path: SQLite would go on writing to a deleted file."""
        return self._file == _identity(self.path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
