"""What the inboxes of this process have in common: `MemoryInbox` and `SQLiteInbox`."""

import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Final, Self, TypeVar

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.database_thread import DatabaseThread
from ecwid_async.apps.inbox.event import Coalesces, DeadEvent, Handle, StoredEvent
from ecwid_async.apps.inbox.event_run import EventRun
from ecwid_async.apps.inbox.inbox import DeadIds, InboxStatus, coalesces_nothing
from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.apps.inbox.table import EventTable

__all__ = ["EmbeddedInbox"]

A = TypeVar("A")
T = TypeVar("T")

_CHUNK: Final = 500
# Bodies that wait to be stored, in bytes. The default limit of one is 1 MiB.
_MAX_WAITING_BYTES: Final = 64 * 1024 * 1024


class EmbeddedInbox:
    """An inbox in a database of SQLite, which `connect` opens. It needs asyncio."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        name: str,
        settings: InboxSettings | None,
        *,
        is_current: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings or InboxSettings()
        self._clock = clock
        self._table = EventTable(self.settings, name, clock=clock, random=random)
        self._thread = DatabaseThread(connect, self._table.insert, name, is_current=is_current)
        self._waiting_bytes = 0
        self._run: EventRun | None = None
        self._stop_next = False

    async def put(self, event: StoredEvent) -> bool:
        """Store an event. It is durable when this returns. Returns False for one that was accepted before."""
        self._table.check(event)
        if self._waiting_bytes + len(event.body) > _MAX_WAITING_BYTES:
            raise InboxError("The inbox is too slow: too many events wait to be stored.", problem="busy")
        self._waiting_bytes += len(event.body)
        try:
            is_new = await self._thread.insert(event)
        finally:
            self._waiting_bytes -= len(event.body)
        if is_new and self._run is not None:
            self._run.notify()
        return is_new

    async def run(self, handle: Handle, *, coalesces: Coalesces = coalesces_nothing, until_idle: bool = False) -> None:
        """Handle stored events until `stop` is called, or with `until_idle` until none can be handled now.

        While another process handles the events of this inbox, it waits to take over.

        Errors of the database are logged and waited for, except those that do not pass by themselves: it raises
        `InboxError` if the file is damaged or not an inbox. With `until_idle` it raises any. Raises `RuntimeError` if
        a run is in progress.
        """
        if self._run is not None:
            raise RuntimeError("the inbox is running already: one run handles the events of all stores")
        run = self._run = EventRun(
            self._thread,
            self._table,
            self.settings,
            handle,
            coalesces=coalesces,
            until_idle=until_idle,
            clock=self._clock,
        )
        if self._stop_next:
            run.stop()
        try:
            await run.run()
        finally:
            self._run, self._stop_next = None, False

    def stop(self) -> None:
        """End the run in progress, or the next one: handlers get some time to finish, then are cancelled.

        Call it in the event loop of the run, also from signal handlers of the loop.
        """
        self._stop_next = True
        if self._run is not None:
            self._run.stop()

    async def status(self) -> InboxStatus:
        """What is in the inbox."""
        return await self._thread.run(self._table.status)

    async def dead(self, *, store_id: int | None = None) -> AsyncIterator[DeadEvent]:
        """The events that are no longer retried, of one store or all, oldest first. They are read page by page."""
        last = 0
        while page := await self._dead_page(last, store_id):
            for event in page:
                yield event
            last = page[-1].id

    async def _dead_page(self, after: int, store_id: int | None) -> list[DeadEvent]:
        return await self._thread.run(lambda connection: self._table.dead_page(connection, after, store_id))

    async def read(self, dead_id: int) -> StoredEvent | None:
        """A dead event with its body, which may have personal data. None if there is none with this id."""
        return await self._thread.run(lambda connection: self._table.read_dead(connection, dead_id))

    async def replay(self, ids: DeadIds) -> int:
        """Let dead events be handled again, with all their attempts. Returns how many."""
        replayed = await self._for_dead(ids, self._table.replay)
        if replayed and self._run is not None:
            self._run.notify()
        return replayed

    async def delete(self, ids: DeadIds) -> int:
        """Delete the content of dead events. Repeated webhooks of them are still refused. Returns how many."""
        return await self._for_dead(ids, self._table.delete)

    async def forget(self, store_id: int) -> int:
        """Delete everything about a store, handled or not. Returns how many events."""
        total = 0
        while deleted := await self._thread.run(lambda connection: self._table.forget(connection, store_id)):
            total += deleted
        return total

    async def aclose(self) -> None:
        """Stop the run in progress, wait for its end, and close the database. Later calls open it again."""
        if (run := self._run) is not None:
            run.stop()
            await run.ended.wait()
        await self._thread.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _for_dead(self, ids: DeadIds, work: Callable[[sqlite3.Connection, Iterable[int]], int]) -> int:
        """Do something with dead events in short transactions, each event once."""
        total = 0
        if not isinstance(ids, str):
            for chunk in _chunks(ids):
                total += await self._thread.run(partial(_call, work, chunk))
        elif ids != "all":
            raise ValueError('ids of dead events are numbers: pass them in a list, or "all"')
        else:
            last = 0
            while chunk := await self._thread.run(partial(_call, self._table.next_dead, last)):
                total += await self._thread.run(partial(_call, work, chunk))
                last = chunk[-1]
        return total


def _call(work: Callable[[sqlite3.Connection, A], T], argument: A, connection: sqlite3.Connection) -> T:
    return work(connection, argument)


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk
