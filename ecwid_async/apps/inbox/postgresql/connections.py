"""The connections of an inbox in PostgreSQL, in one event loop of one process."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from procrastinate.exceptions import AppNotOpen, ConnectorException

from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox.event import StoredEvent
from ecwid_async.apps.inbox.postgresql.database import InboxDatabase
from ecwid_async.apps.inbox.postgresql.put_queue import PutQueue, put_arguments
from ecwid_async.apps.inbox.postgresql.statements import Statements
from ecwid_async.apps.inbox.postgresql.tables import prepare_inbox
from ecwid_async.jobs import Connector

__all__ = ["InboxConnections"]

_POOL_TIMEOUT: Final = 5.0


class InboxConnections:
    """A pool of connections, opened when it is first used, and the events that wait to be stored through it.

    `now` returns Unix seconds, or None for the clock of the server.
    """

    def __init__(
        self,
        database: InboxDatabase,
        statements: Statements,
        *,
        listen_to: InboxDatabase | None,
        connections: int,
        create: bool,
        now: Callable[[], float | None],
    ) -> None:
        self._database = database
        self._statements = statements
        self._create = create
        self._now = now
        self._connector = Connector(database, connections=connections, listen_to=listen_to, timeout=_POOL_TIMEOUT)
        self._puts = PutQueue(self._put_all, place=repr(database))
        self._loop = asyncio.get_running_loop()
        self._process = os.getpid()
        self._lock = asyncio.Lock()
        self._is_open = False

    def is_current(self) -> bool:
        """Whether this is still the event loop, and the process was not forked."""
        return self._process == os.getpid() and self._loop is asyncio.get_running_loop()

    async def open(self) -> Connector:
        """Connect and create the tables, if nobody has. Raises `InboxError`."""
        if self._is_open:
            return self._connector
        async with self._lock:
            if not self._is_open:
                await self._connector.check_login()
                try:
                    await self._connector.open_async()
                    await prepare_inbox(self._connector, self._database, self._statements, create=self._create)
                    self._is_open = True
                except ConnectorException as error:
                    raise InboxError(str(error), problem="unavailable") from None
                finally:
                    if not self._is_open:
                        await self._connector.close_async()
        return self._connector

    async def put(self, event: StoredEvent) -> bool:
        """Store an event, and return whether it is new. Raises `InboxError`."""
        return await self._puts.put(event)

    async def _put_all(self, events: Sequence[StoredEvent]) -> set[tuple[int, str]]:
        arguments = put_arguments(events)
        try:
            rows = await self.execute(self._statements.put, arguments)
        except InboxError as error:
            # Two processes were given the same events in another order.
            if error.problem != "locked":
                raise
            rows = await self.execute(self._statements.put, arguments)
        return {(row["store_id"], row["event_id"]) for row in rows}

    async def execute(self, statement: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Execute a statement that may be repeated, and return its rows. Raises `InboxError`."""
        connector = await self.open()
        arguments = {"now": self._now(), **arguments}
        try:
            try:
                return await connector.execute(statement, arguments)
            except InboxError as error:
                if error.problem != "unavailable":
                    raise
            # The server may have been restarted meanwhile, so that all connections are broken. If it can't be reached,
            # this says why.
            await connector.check_login()
            await connector.check_connections()
            return await connector.execute(statement, arguments)
        except AppNotOpen:
            raise InboxError(f"The inbox in {self._database!r} was closed meanwhile.", problem="unavailable") from None

    async def aclose(self) -> None:
        """Store what was put, and close the connections."""
        await self._puts.aclose()
        async with self._lock:
            self._is_open = False
            await self._connector.close_async()
