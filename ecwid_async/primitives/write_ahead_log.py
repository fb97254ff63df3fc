"""Switching a file of SQLite to a write-ahead log."""

import sqlite3
import time
from typing import Final

__all__ = ["use_write_ahead_log"]

_DELAY: Final = 0.02
_ATTEMPTS: Final = 500


def use_write_ahead_log(connection: sqlite3.Connection) -> str:
    """Switch to a write-ahead log, unless it is in use. Returns the mode that is used.

    Blocks for up to 10 s: SQLite itself does not wait for another connection that switches.
    """
    for attempt in range(_ATTEMPTS):
        try:
            ((mode,),) = connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return str(mode)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(_DELAY)
    raise AssertionError
