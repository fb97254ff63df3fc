"""The thread that owns the connection to a database of SQLite, and commits works in groups."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeVar

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.sqlite_errors import explain

__all__ = ["DatabaseThread"]

T = TypeVar("T")

# More works would wait longer than Ecwid does for a response.
_MAX_WAITING: Final = 5_000
_MAX_GROUP: Final = 256


class _Work(Generic[T]):
    """Something to do in a transaction."""

    __slots__ = ("_error", "_function", "_result", "future", "loop")

    def __init__(self, function: Callable[[sqlite3.Connection], T]) -> None:
        self._function = function
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self._result: T
        self._error: BaseException | None = None

    def execute(self, connection: sqlite3.Connection) -> None:
        """Do the work, and keep its result until the transaction is committed."""
        self._result = self._function(connection)

    def fail(self, error: BaseException) -> None:
        """Let the task that waits raise the error."""
        self._error = error

    def settle(self) -> None:
        """Pass on the result or the error, in the event loop."""
        if self.future.done():  # the task was cancelled
            return
        if self._error is None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(self._error)


class _Stop(_Work[None]):
    """The request to close the connection and end the thread."""

    def __init__(self) -> None:
        super().__init__(lambda connection: None)
        self._result = None


class DatabaseThread:
    """Runs works in transactions of one connection, in a thread of its own that is started when it is needed.

    Works that wait together share a transaction, and each returns once it is committed. `connect` opens the connection,
    and `is_current` says whether it still leads to the database. `name` is that of the database in messages.

    Each process that was forked has a thread and a connection of its own.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], name: str, *, is_current: Callable[[], bool] = lambda: True
    ) -> None:
        self._connect = connect
        self._name = name
        self._is_current = is_current
        self._connection: sqlite3.Connection | None = None
        self._queue: SimpleQueue[_Work[object]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._process = os.getpid()
        # Connections of the process that this one was forked from: to close them here would damage their files.
        self._inherited: list[object] = []

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a work in a transaction, and return its result once it is committed.

        If the task is cancelled, the work may still be done. Raises `InboxError` if the database fails.
        """
        self._start()
        if self._queue.qsize() >= _MAX_WAITING:
            raise InboxError(f"The inbox {self._name} is too slow: too many events wait to be stored.", problem="busy")
        item = _Work(work)
        self._queue.put(item)  # type: ignore[arg-type]
        return await item.future

    async def aclose(self) -> None:
        """Close the connection once earlier works have ended. Later works open a new one."""
        if self._thread is None or self._process != os.getpid():
            return
        self._thread = None
        stop = _Stop()
        self._queue.put(stop)  # type: ignore[arg-type]
        await asyncio.shield(stop.future)

    def _start(self) -> None:
        if self._process != os.getpid():
            self._inherited += [self._connection, self._queue]
            self._connection, self._queue, self._thread = None, SimpleQueue(), None
            self._process = os.getpid()
        if self._thread is None:
            # A daemon: an inbox that was never closed must not keep the process. Commits are atomic.
            self._thread = threading.Thread(target=self._run, args=(self._queue,), name="ecwid inbox", daemon=True)
            self._thread.start()

    def _run(self, queue: "SimpleQueue[_Work[object]]") -> None:
        while True:
            group = [queue.get()]
            with suppress(Empty):
                while len(group) < _MAX_GROUP and not isinstance(group[-1], _Stop):
                    group.append(queue.get_nowait())
            is_last = isinstance(group[-1], _Stop)
            works = group[:-1] if is_last else group
            if works:
                self._execute(works)
            if is_last:
                self._close()
            _settle(group)
            if is_last:
                return

    def _execute(self, works: list[_Work[object]]) -> None:
        try:
            self._commit(works)
        except (sqlite3.Error, OSError, InboxError) as error:
            for work in works:  # an error of its own for each, since each gets a traceback
                work.fail(explain(error, self._name))
            if not isinstance(error, sqlite3.OperationalError) or not self._works_after(error):
                self._close()
        except BaseException as error:
            if len(works) == 1:
                works[0].fail(error)
                return
            # One of them is faulty: it must not fail the others.
            for work in works:
                self._execute([work])

    def _commit(self, works: Iterable[_Work[object]]) -> None:
        if self._connection is not None and not self._is_current():
            self._close()
        if self._connection is None:
            self._connection = self._connect()
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            for work in works:
                work.execute(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    @staticmethod
    def _works_after(error: sqlite3.Error) -> bool:
        """Whether the connection can be used further."""
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def _settle(works: list[_Work[object]]) -> None:
    """Pass on the results, with one call for each event loop."""
    for loop in {work.loop for work in works}:
        # An event loop that was closed meanwhile waits for nothing.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_all, [work for work in works if work.loop is loop])


def _settle_all(works: list[_Work[object]]) -> None:
    for work in works:
        work.settle()
