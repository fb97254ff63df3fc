"""Errors of SQLite as errors of the inbox."""

import sqlite3
from typing import Final

from ecwid_async.apps.errors import InboxError, InboxProblem

__all__ = ["explain"]

_EXPLANATIONS: Final[dict[int, tuple[InboxProblem, str]]] = {
    sqlite3.SQLITE_FULL: ("full", "has no space left: free some on its disk, or raise `max_bytes`"),
    sqlite3.SQLITE_BUSY: ("locked", "is locked by another process: it is tried again, but find out which one"),
    sqlite3.SQLITE_LOCKED: ("locked", "is locked by another connection"),
    sqlite3.SQLITE_READONLY: ("read_only", "can't be written: check the permissions of the file and its folder"),
    sqlite3.SQLITE_PERM: ("read_only", "can't be written: check the permissions of the file and its folder"),
    sqlite3.SQLITE_CORRUPT: ("damaged", "is damaged: move the file away, and restore or recover it with sqlite3"),
    sqlite3.SQLITE_NOTADB: ("foreign", "is not a database: choose another path"),
    sqlite3.SQLITE_CANTOPEN: ("unavailable", "can't be opened: check that its folder exists and can be written"),
    sqlite3.SQLITE_IOERR: ("unavailable", "can't be read or written: check its disk, which must be a local one"),
}
_PRIMARY_CODE: Final = 0xFF


def explain(error: sqlite3.Error | OSError | InboxError, name: str) -> InboxError:
    """A new error of the inbox with this name, with what to do. It has nothing of the events."""
    if isinstance(error, InboxError):
        return InboxError(str(error), problem=error.problem)
    if isinstance(error, OSError):
        problem: InboxProblem = "read_only" if isinstance(error, PermissionError) else "unavailable"
        return InboxError(
            f"The inbox {name} can't be opened: {error.strerror or type(error).__name__}.", problem=problem
        )
    code = getattr(error, "sqlite_errorcode", None)
    problem, advice = _EXPLANATIONS.get((code or 0) & _PRIMARY_CODE, ("unavailable", "failed"))
    detail = getattr(error, "sqlite_errorname", type(error).__name__)
    return InboxError(f"The inbox {name} {advice} ({detail}).", problem=problem)
