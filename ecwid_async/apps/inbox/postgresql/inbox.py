"""The public `PostgreSQLInbox`."""

import asyncio
import logging
import random
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, Final, Self

from procrastinate.exceptions import ConnectorException

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.event import Coalesces, DeadEvent, Handle, StoredEvent
from ecwid_async.apps.inbox.inbox import DeadIds, InboxStatus, coalesces_nothing
from ecwid_async.apps.inbox.postgresql.connections import InboxConnections
from ecwid_async.apps.inbox.postgresql.database import InboxDatabase
from ecwid_async.apps.inbox.postgresql.inbox_run import InboxRun
from ecwid_async.apps.inbox.postgresql.statements import MAX_ROWS, Statements
from ecwid_async.apps.inbox.postgresql.store_handler import to_event
from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.errors import ConfigError
from ecwid_async.transport import check_count

__all__ = ["PostgreSQLInbox"]

_log: Final = logging.getLogger("ecwid_async.apps")

# So that it is not the queue or a lock of a fleet. The channel of the queue has 63 characters at most.
_NAME: Final = re.compile(r"(?:[a-z_][a-z0-9_]{0,34})?inbox")
# Errors that do not pass by themselves.
_FATAL: Final = frozenset({"foreign", "version"})
# Delays in seconds until jobs are run again after the database failed.
_FIRST_DELAY: Final = 0.5
_MAX_DELAY: Final = 30.0


class PostgreSQLInbox:
    """An inbox in PostgreSQL. Any number of processes on any number of machines accept events and handle them.

    `url` is ``postgresql://user:password@host/database``. An event and the job of Procrastinate that handles it are
    stored in one transaction. A process that is killed or stopped loses nothing: after `InboxSettings.lease` others
    continue with its events.

    `name` is the beginning of the names of its tables, and its queue: give each app that shares a database its own one,
    such as ``reviews_inbox``.
    `listen_url` is the URL for notifications if `url` leads to a pooler, which does not pass them on; without them,
    events wait for up to `InboxSettings.poll_interval`. `connections` is the size of its pool in each process, besides
    the connection for notifications. `clock` returns Unix seconds, and is that of the server by default.

    Creates its tables and those of Procrastinate when it is first used, unless `create` is false. Needs asyncio, and
    the extra ``worker``. Raises `ConfigError` for an invalid URL or name.
    """

    def __init__(
        self,
        url: str,
        settings: InboxSettings | None = None,
        *,
        name: str = "ecwid_inbox",
        listen_url: str | None = None,
        connections: int = 8,
        create: bool = True,
        clock: Callable[[], float] | None = None,
        random: Callable[[], float] = random.random,
    ) -> None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ConfigError(
                "the name of an inbox ends with inbox, and has up to 40 lower-case letters, digits and underscores"
            )
        check_count("connections", connections)
        self.settings = settings or InboxSettings()
        self.name = name
        self._clock = clock
        self._random = random
        self._database = InboxDatabase(url)
        self._statements = Statements(name)
        self._new_connections = partial(
            InboxConnections,
            self._database,
            self._statements,
            listen_to=None if listen_url is None else InboxDatabase(listen_url),
            connections=connections,
            create=create,
            now=self._now,
        )
        self._opened: InboxConnections | None = None
        self._run: InboxRun | None = None
        self._is_running = False
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()

    def __repr__(self) -> str:
        return f"<PostgreSQLInbox {self.name} in {self._database!r}>"

    async def put(self, event: StoredEvent) -> bool:
        """Store an event. It is durable when this returns. Returns False for one that was accepted before."""
        if len(event.body) > self.settings.max_body:
            raise InboxError(
                f"The event is too large for the inbox: {len(event.body):,} bytes, at most {self.settings.max_body:,}.",
                problem="too_large",
            )
        return await self._connections().put(event)

    async def run(self, handle: Handle, *, coalesces: Coalesces = coalesces_nothing, until_idle: bool = False) -> None:
        """Handle stored events until `stop` is called, or with `until_idle` until none can be handled now.

        Any number of processes may run at once. Each handles other stores.

        Failures of the database are logged and waited for, except those that do not pass by themselves: it raises
        `InboxError` for tables of another version or program. With `until_idle` it raises any. Raises `RuntimeError` if
        a run of this object is in progress.
        """
        if self._is_running:
            raise RuntimeError("the inbox is running already: one run handles the events of several stores at once")
        self._is_running = True
        self._ended = asyncio.Event()
        delay = _FIRST_DELAY
        try:
            while not self._stopping.is_set():
                started = asyncio.get_running_loop().time()
                try:
                    await self._run_once(handle, coalesces=coalesces, until_idle=until_idle)
                    error = None
                except InboxError as caught:
                    error = caught
                if until_idle or (error is not None and error.problem in _FATAL):
                    if error is not None:
                        raise error
                    return
                if self._stopping.is_set():
                    return
                if error is not None:
                    _log.warning("%s", error)
                if asyncio.get_running_loop().time() - started > _MAX_DELAY:
                    delay = _FIRST_DELAY
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), delay)
                delay = min(2 * delay, _MAX_DELAY)
        finally:
            self._is_running = False
            self._stopping = asyncio.Event()
            self._ended.set()

    async def _run_once(self, handle: Handle, *, coalesces: Coalesces, until_idle: bool) -> None:
        connector = await self._connections().open()
        self._run = InboxRun(
            connector,
            self._statements,
            self.settings,
            handle,
            name=self.name,
            coalesces=coalesces,
            until_idle=until_idle,
            now=self._now,
            random=self._random,
        )
        try:
            if not self._stopping.is_set():
                await self._run.run()
        except ConnectorException as error:
            raise InboxError(str(error), problem="unavailable") from None
        finally:
            self._run = None

    def stop(self) -> None:
        """End the run in progress, or the next one: handlers get some time to finish, then are cancelled.

        Call it in the event loop of the run, also from signal handlers of the loop.
        """
        self._stopping.set()
        if self._run is not None:
            self._run.stop()

    async def status(self) -> InboxStatus:
        """What is in the inbox."""
        (row,) = await self._execute(self._statements.status, lease=self.settings.lease)
        age = row["oldest_age"]
        return InboxStatus(**{**row, "oldest_age": None if age is None else max(0.0, age)})

    async def dead(self, *, store_id: int | None = None) -> AsyncIterator[DeadEvent]:
        """The events that are no longer retried, of one store or all, oldest first. They are read page by page."""
        after = 0
        while rows := await self._execute(self._statements.dead, after=after, store_id=store_id):
            for row in rows:
                yield DeadEvent(**row)
            after = rows[-1]["id"]

    async def read(self, dead_id: int) -> StoredEvent | None:
        """A dead event with its body, which may have personal data. None if there is none with this id."""
        rows = await self._execute(self._statements.read, id=dead_id)
        return to_event(rows[0]) if rows else None

    async def replay(self, ids: DeadIds) -> int:
        """Let dead events be handled again, with all their attempts. Returns how many."""
        return await self._for_dead(ids, self._statements.replay)

    async def delete(self, ids: DeadIds) -> int:
        """Delete the content of dead events. Repeated webhooks of them are still refused. Returns how many."""
        return await self._for_dead(ids, self._statements.delete)

    async def forget(self, store_id: int) -> int:
        """Delete everything about a store, handled or not. Returns how many events."""
        total = 0
        while changed := (await self._execute(self._statements.forget, store_id=store_id))[0]["changed"]:
            total += changed
        return total

    async def aclose(self) -> None:
        """Stop the run in progress, wait for its end, and close the connections. Later calls open new ones."""
        if self._is_running:
            self.stop()
            await self._ended.wait()
        opened, self._opened = self._opened, None
        if opened is not None and opened.is_current():
            await opened.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _for_dead(self, ids: DeadIds, statement: str) -> int:
        """Change dead events in short transactions, each event once."""
        total = 0
        if not isinstance(ids, str):
            for chunk in _chunks(ids):
                total += (await self._execute(statement, ids=chunk))[0]["changed"]
        elif ids != "all":
            raise ValueError('ids of dead events are numbers: pass them in a list, or "all"')
        else:
            (row,) = await self._execute(self._statements.last_dead)
            after, last = 0, row["id"]
            while rows := await self._execute(self._statements.next_dead, after=after, last=last):
                chunk = [row["id"] for row in rows]
                total += (await self._execute(statement, ids=chunk))[0]["changed"]
                after = chunk[-1]
        return total

    def _now(self) -> float | None:
        return None if self._clock is None else self._clock()

    async def _execute(self, statement: str, **arguments: object) -> list[dict[str, Any]]:
        return await self._connections().execute(statement, arguments)

    def _connections(self) -> InboxConnections:
        """The connections of this event loop and process."""
        opened = self._opened
        if opened is None or not opened.is_current():
            opened = self._opened = self._new_connections()
        return opened


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, MAX_ROWS)):
        yield chunk
