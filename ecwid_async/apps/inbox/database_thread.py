"""The thread that owns the connection to a database of SQLite, and commits works in groups."""

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeVar

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.sqlite_errors import explain

__all__ = ["DatabaseThread"]

T = TypeVar("T")
Row = TypeVar("Row")

# More works would wait longer than Ecwid does for a response.
_MAX_WAITING: Final = 5_000
_MAX_GROUP: Final = 128
_CHECK_INTERVAL: Final = 1.0
# In pages, the most that every version of SQLite allows.
_NO_LIMIT: Final = 2**30 - 1


class _Task(Generic[T]):
    """What a task waits for."""

    __slots__ = ("error", "future", "loop", "result")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self.result: T
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Pass on the result or the error, in the event loop."""
        if self.future.done():  # the task was cancelled
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class _Insert(_Task[bool], Generic[Row]):
    """A row to insert."""

    __slots__ = ("row",)

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row


class _Work(_Task[T]):
    """Something to do in a transaction."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[[sqlite3.Connection], T]) -> None:
        super().__init__()
        self.function = function

    def execute(self, connection: sqlite3.Connection) -> None:
        """Do the work, and keep its result until the transaction is committed."""
        self.result = self.function(connection)


class _Stop(_Task[None]):
    """The request to close the connection and end the thread."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()
        self.result = None


_Item = _Insert[Row] | _Work[object] | _Stop


class DatabaseThread(Generic[Row]):
    """Runs works in transactions of one connection, in a thread of its own that is started when it is needed.

    Works that wait together share a transaction, and each returns once it is committed. `connect` opens the connection,
    and `is_current` says whether it still leads to the database. `insert` inserts rows and says which are new. `name`
    is that of the database in messages.

    Each process that was forked has a thread and a connection of its own.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        insert: Callable[[sqlite3.Connection, Sequence[Row]], Sequence[bool]],
        name: str,
        *,
        is_current: Callable[[], bool] = lambda: True,
    ) -> None:
        self._name = name
        self._new_worker = partial(_Worker, connect, insert, is_current, name)
        self._worker: _Worker[Row] | None = None
        self._process = os.getpid()
        # Of the process that this one was forked from: to close their connections here could damage their files.
        self._inherited: list[object] = []

    async def insert(self, row: Row) -> bool:
        """Insert a row. Returns whether it is new, once it is committed. Raises as `run` does."""
        item = _Insert(row)
        self._add(item)
        return await item.future

    async def run(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function in a transaction, and return its result once it is committed.

        If the task is cancelled, it may still be done. Raises `InboxError` if the database fails.
        """
        item = _Work(function)
        self._add(item)  # type: ignore[arg-type]
        return await item.future

    async def aclose(self) -> None:
        """Close the connection once earlier works have ended. Later works open a new one."""
        worker = self._worker
        if worker is None or self._process != os.getpid():
            return
        self._worker = None
        stop = _Stop()
        worker.queue.put(stop)
        await asyncio.shield(stop.future)

    def _add(self, item: _Item[Row]) -> None:
        if self._process != os.getpid():
            self._inherited.append(self._worker)
            self._worker, self._process = None, os.getpid()
        worker = self._worker
        if worker is None:
            worker = self._worker = self._new_worker()
            # A daemon: an inbox that was never closed must not keep the process. Commits are atomic.
            threading.Thread(target=worker.work, name="ecwid inbox", daemon=True).start()
        if worker.queue.qsize() >= _MAX_WAITING:
            raise InboxError(f"The inbox {self._name} is too slow: too many events wait to be stored.", problem="busy")
        worker.queue.put(item)


class _Worker(Generic[Row]):
    """What runs in the thread, with its queue and its connection."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        insert: Callable[[sqlite3.Connection, Sequence[Row]], Sequence[bool]],
        is_current: Callable[[], bool],
        name: str,
    ) -> None:
        self.queue: SimpleQueue[_Item[Row]] = SimpleQueue()
        self._connect = connect
        self._insert = insert
        self._is_current = is_current
        self._name = name
        self._checked_at = 0.0
        self._connection: sqlite3.Connection | None = None

    def work(self) -> None:
        """Execute what is in the queue, until it is told to stop."""
        while True:
            group = [self.queue.get()]
            with suppress(Empty):
                while len(group) < _MAX_GROUP and not isinstance(group[-1], _Stop):
                    group.append(self.queue.get_nowait())
            inserts = [item for item in group if isinstance(item, _Insert)]
            works = [item for item in group if isinstance(item, _Work)]
            if inserts or works:
                self._execute(inserts, works)
            is_last = isinstance(group[-1], _Stop)
            if is_last:
                self._close()
            _settle(group)
            if is_last:
                return

    def _execute(self, inserts: Sequence[_Insert[Row]], works: Sequence[_Work[object]]) -> None:
        items: list[_Item[Row]] = [*inserts, *works]
        try:
            self._commit(inserts, works)
        except (sqlite3.Error, OSError, InboxError) as error:
            if _is_full(error) and inserts and works:
                # An event that finds no space must not keep those before it from being handled.
                self._execute([], works)
                self._execute(inserts, [])
                return
            for item in items:  # an error of its own for each, since each gets a traceback
                item.error = explain(error, self._name)
            if not (isinstance(error, sqlite3.OperationalError) and _works_after(error)):
                self._close()
        except BaseException as error:
            if len(items) == 1:
                items[0].error = error
                return
            # One of them is faulty: it must not fail the others.
            for insert in inserts:
                self._execute([insert], [])
            for work in works:
                self._execute([], [work])

    def _commit(self, inserts: Sequence[_Insert[Row]], works: Sequence[_Work[object]]) -> None:
        connection = self._open()
        if not works:
            # One statement is a transaction of its own. Between statements, other threads may hold the interpreter.
            self._insert_rows(connection, inserts)
            return
        try:
            self._commit_works(connection, inserts, works)
        except sqlite3.OperationalError as error:
            if inserts or not _is_full(error):
                raise
            # The limit is for inserts. Works make room, for which they may need some more at first.
            ((limit,),) = connection.execute("PRAGMA max_page_count").fetchall()
            connection.execute(f"PRAGMA max_page_count = {_NO_LIMIT}")
            try:
                self._commit_works(connection, inserts, works)
            finally:
                connection.execute(f"PRAGMA max_page_count = {limit}")

    def _commit_works(
        self, connection: sqlite3.Connection, inserts: Sequence[_Insert[Row]], works: Sequence[_Work[object]]
    ) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._insert_rows(connection, inserts)
            for work in works:
                work.execute(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _insert_rows(self, connection: sqlite3.Connection, inserts: Sequence[_Insert[Row]]) -> None:
        if inserts:
            for item, is_new in zip(inserts, self._insert(connection, [item.row for item in inserts]), strict=True):
                item.result = is_new

    def _open(self) -> sqlite3.Connection:
        now = time.monotonic()
        if self._connection is not None and now >= self._checked_at + _CHECK_INTERVAL:
            self._checked_at = now
            if not self._is_current():
                self._close()
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def _is_full(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def _works_after(error: sqlite3.Error) -> bool:
    """Whether the connection can be used further after an error."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL)


def _settle(items: Sequence[_Item[Row]]) -> None:
    """Pass on the results, with one call for each event loop."""
    for loop in {item.loop for item in items}:
        # An event loop that was closed meanwhile waits for nothing.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_all, [item for item in items if item.loop is loop])


def _settle_all(items: Sequence[_Item[Row]]) -> None:
    for item in items:
        item.settle()
