"""SQLite without threads: aiosqlite's calls are executed at once, in the thread of the event loop.

So a simulation is the same in each run, and its clock need not wait for threads. `Statements` counts the calls, and can
make one of them fail or be the last that the process executes.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, Literal
from unittest.mock import patch

import aiosqlite.core
from attrs import define, field

from ecwid_async.primitives import sqlite_connection

__all__ = ["StatementFault", "Statements", "inline_sqlite"]

StatementFault = Literal["refused", "full", "unacknowledged", "killed", "killed before"]

# How long a call waits for the locks of others, and how often it tries, in seconds of the simulated clock.
_LOCK_SECONDS: Final = 10.0
_RETRY_SECONDS: Final = 0.05
_COUNTED: Final = ("execute", "executemany", "executescript", "_execute_all", "commit")


@define
class Statements:
    """The statements and commits that were executed, and those that fail.

    The statement number `fail_at` fails: ``refused`` and ``full`` before it is executed, ``unacknowledged`` after.
    ``killed`` ends the process after it, and ``killed before`` before it: all connections are lost without a commit,
    and no new one can be opened until `revive`. `on_kill` is called then.
    """

    count: int = 0
    fail_at: int | None = None
    fault: StatementFault = "refused"
    on_kill: Callable[[], object] | None = None
    dead: bool = False
    failed: bool = False
    """Whether the fault has happened."""
    connections: list[sqlite3.Connection] = field(factory=list)

    def plan(self, after: int | None, fault: StatementFault = "refused") -> None:
        """Let the `after`-th statement from now on fail; None for no failure."""
        self.fail_at = None if after is None else self.count + max(1, after)
        self.fault = fault
        self.failed = False

    def revive(self) -> None:
        """Start a new process."""
        self.dead = False
        self.connections.clear()

    def call(self, function: Callable[[], Any]) -> Any:
        """Execute one call to a connection or cursor."""
        if self.dead:
            if _name(function) in ("close", "close_and_stop"):
                return function()
            if _name(function) == "rollback":
                return None
            raise _error("disk I/O error: this process was killed")
        fails = False
        if _name(function) in _COUNTED:
            self.count += 1
            fails = self.count == self.fail_at
            _wait_for_no_lock(function)
        if fails:
            self.failed = True
            match self.fault:
                case "refused":
                    raise _error("disk I/O error")
                case "full":
                    raise _error("database or disk is full", sqlite3.SQLITE_FULL)
                case "killed before":
                    self.kill()
        try:
            result = function()
        except sqlite3.OperationalError as error:
            if fails and "locked" in str(error):
                self.count -= 1  # it will be tried again
            raise
        if isinstance(result, sqlite3.Connection):
            self.connections.append(result)
        if fails and self.fault == "unacknowledged":
            raise _error("disk I/O error")
        if fails and self.fault == "killed":
            self.kill()
        return result

    def kill(self) -> None:
        """End the process: the database discards all that was not committed."""
        self.dead = True
        for connection in self.connections:
            connection.close()
        if self.on_kill is not None:
            self.on_kill()
        raise _error("disk I/O error: this process was killed")


def _error(message: str, code: int = sqlite3.SQLITE_IOERR) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return error


def _name(function: Any) -> str:
    return getattr(getattr(function, "func", function), "__name__", "")


def _wait_for_no_lock(function: Any) -> None:
    """Let the statement fail at once if the database is locked: nobody can unlock it while this thread waits."""
    target = getattr(getattr(function, "func", None), "__self__", None)
    connection = getattr(target, "connection", target)
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA busy_timeout = 0").close()


class _InlineQueue:
    """Replaces the queue between the event loop and the thread of a connection."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def put_nowait(self, call: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = call
        self._execute(future, function, None)

    def _execute(self, future: asyncio.Future[Any] | None, function: Callable[[], Any], until: float | None) -> None:
        loop = None if future is None else future.get_loop()
        try:
            result = self._statements.call(function)
        except BaseException as error:
            if future is None or loop is None:
                return
            if "locked" in str(error) and not self._statements.dead:
                until = loop.time() + _LOCK_SECONDS if until is None else until
                if loop.time() < until:
                    loop.call_later(_RETRY_SECONDS, self._execute, future, function, until)
                    return
            loop.call_soon(aiosqlite.core.set_exception, future, error)
        else:
            if future is not None and loop is not None:
                loop.call_soon(aiosqlite.core.set_result, future, result)


class _NoThread:
    daemon = True

    def __init__(self, *args: object, **kwargs: object) -> None:
        pass

    def start(self) -> None:
        pass


@contextmanager
def inline_sqlite(statements: Statements) -> Iterator[None]:
    """Execute all calls of new connections in this thread."""
    queue = partial(_InlineQueue, statements)
    with (
        patch.object(aiosqlite.core, "Thread", _NoThread),
        patch.object(aiosqlite.core, "SimpleQueue", queue),
        patch.object(sqlite_connection, "Thread", _NoThread),
        patch.object(sqlite_connection, "_RequestQueue", queue),
    ):
        yield
