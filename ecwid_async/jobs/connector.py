"""Procrastinate's connections to PostgreSQL: a small pool of its own, and one for notifications.

Unlike with Procrastinate's own connector, each statement is a transaction without round trips for its begin, its end
and a check of the connection; nothing belongs to a session, so that a pooler may change it; no error depends on the
language of the server's messages, or shows the password; and the loss of notifications does not stop the worker.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import psycopg
from procrastinate.connector import BaseAsyncConnector, BaseConnector, Notify
from procrastinate.exceptions import AppNotOpen, ConnectorException, NoResult, UniqueViolation
from psycopg import sql
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

__all__ = ["Connector", "JobDatabase", "JobNotFound"]

_log: Final = logging.getLogger("ecwid_async.jobs")

T = TypeVar("T")

# How long a server may take to end a statement that was cancelled.
_CANCEL_TIMEOUT: Final = 2.0
# Seconds to wait for a connection.
_POOL_TIMEOUT: Final = 20.0
# Seconds from one check of the connection for notifications to the next, and until it is opened again.
_CHECK_INTERVAL: Final = 30.0
_RECONNECT_DELAY: Final = 5.0
# What a function of Procrastinate raises if a job is not there, and what it causes if the worker is not.
_RAISED: Final = "P0001"
_FOREIGN_KEY: Final = "23503"


class JobNotFound(ConnectorException):
    """The job was finished by another process."""


class JobDatabase(Protocol):
    """The PostgreSQL database of jobs. Its `repr` shows no password."""

    def connection_arguments(self) -> dict[str, Any]:
        """Return the arguments with which psycopg connects to the database."""
        ...

    def explain_driver_error(self, error: psycopg.Error) -> Exception:
        """Return the error to raise in place of the driver's. Its message has neither the password nor any data."""
        ...


class Connector(BaseAsyncConnector):
    """Connections for jobs. `listen_to` is the database for notifications, by default the same one.

    `timeout` is how long to wait for a connection, in seconds.
    """

    def __init__(
        self,
        database: JobDatabase,
        *,
        connections: int,
        listen_to: JobDatabase | None = None,
        timeout: float = _POOL_TIMEOUT,
    ) -> None:
        self._database = database
        self._timeout = timeout
        self._listen_to = listen_to or database
        self._connections = connections
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[DictRow]] | None = None
        self._statements: set[asyncio.Task[Any]] = set()
        self._gave_up = False

    def __repr__(self) -> str:
        return f"<Connector to {self._database!r}>"

    @property
    def pool(self) -> AsyncConnectionPool[psycopg.AsyncConnection[DictRow]]:
        """The pool. Raises `AppNotOpen` if it is closed."""
        if self._pool is None:
            raise AppNotOpen
        return self._pool

    def get_sync_connector(self) -> BaseConnector:
        """Return this connector: it is asynchronous only."""
        return self

    async def open_async(self, pool: Any = None) -> None:
        """Open the pool. Raises `ConnectorException`."""
        self._pool = AsyncConnectionPool(
            kwargs={**self._database.connection_arguments(), "autocommit": True, "row_factory": dict_row},
            min_size=1,
            max_size=self._connections,
            timeout=self._timeout,
            name="ecwid_jobs",
            open=False,
        )
        try:
            await self._pool.open(wait=True, timeout=self._timeout)
        except psycopg.Error as error:
            await self.close_async()
            raise self.explain(error) from None

    async def close_async(self) -> None:
        """Close the pool."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def check_login(self) -> None:
        """Connect once. A pool would repeat a refused login until its timeout, and then not say why.

        Raises the error of `JobDatabase.explain_driver_error`.
        """
        arguments = self._database.connection_arguments()
        try:
            async with await psycopg.AsyncConnection.connect(**arguments, autocommit=True):
                pass
        except psycopg.Error as error:
            raise self._database.explain_driver_error(error) from None

    async def check_connections(self) -> None:
        """Replace connections of the pool that are broken, such as after the server was restarted."""
        await self.pool.check()

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        """Execute a statement. Raises `ConnectorException`, as the other methods do."""
        await self._execute(query, arguments)

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:
        """Return the first row of a statement."""
        rows = await self._execute(query, arguments)
        if not rows:
            raise NoResult
        return rows[0]

    async def execute_query_all_async(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        """Return all rows of a statement."""
        return await self._execute(query, arguments)

    async def execute(self, query: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Execute a statement of one's own, and return its rows.

        Raises the error of `JobDatabase.explain_driver_error`, and `AppNotOpen`.
        """
        try:
            return await self._run(query, arguments)
        except psycopg.Error as error:
            raise self._database.explain_driver_error(error) from None

    def give_up(self) -> None:
        """End the statements in progress, and fail each further one, until `try_again`: the server does not respond."""
        self._gave_up = True
        for task in self._statements:
            task.cancel()

    def try_again(self) -> None:
        """Execute statements again."""
        self._gave_up = False

    async def _run(self, query: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        pool = self.pool

        async def execute() -> list[dict[str, Any]]:
            async with pool.connection() as connection:
                cursor = await connection.execute(query, arguments)
                return await cursor.fetchall() if cursor.description else []

        return await self._run_cancellable(execute)

    async def _run_cancellable(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run work that ends soon after it was cancelled, even if the server does not respond.

        When it is cancelled, psycopg asks the server to end the statement, and waits for that, until it is cancelled
        once more.
        """
        if self._gave_up:
            raise psycopg.OperationalError("the server did not respond in time")
        task = asyncio.create_task(work())
        waiter = asyncio.create_task(_wait_for(task))
        self._statements.add(waiter)
        try:
            await asyncio.wait([waiter])
        except asyncio.CancelledError:
            waiter.cancel()
            await asyncio.wait([waiter])
            raise
        finally:
            self._statements.discard(waiter)
        if waiter.cancelled():
            raise psycopg.OperationalError("the server did not respond in time")
        return waiter.result()

    async def _execute(self, query: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            return await self._run(query, {name: _adapt(value) for name, value in arguments.items()})
        except psycopg.errors.UniqueViolation as error:
            raise UniqueViolation(constraint_name=error.diag.constraint_name, queueing_lock=None) from None
        except psycopg.Error as error:
            raise self.explain(error) from None

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Call `on_notification` with each notification. A connection that fails is opened again."""
        channels = list(channels)
        while True:
            try:
                await self._listen(on_notification, channels)
            except psycopg.Error as error:
                _log.warning(
                    "no notifications of new jobs, which are looked for meanwhile: %s",
                    self.explain(error, listens=True),
                )
            await asyncio.sleep(_RECONNECT_DELAY)

    async def _listen(self, on_notification: Notify, channels: list[str]) -> None:
        arguments = self._listen_to.connection_arguments()
        async with await psycopg.AsyncConnection.connect(**arguments, autocommit=True) as connection:
            for channel in channels:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            while True:
                async with aclosing(connection.notifies(timeout=_CHECK_INTERVAL)) as notifications:
                    async for notification in notifications:
                        await on_notification(channel=notification.channel, payload=notification.payload)
                await self._run_cancellable(partial(connection.execute, "SELECT 1"))

    def explain(self, error: psycopg.Error, *, listens: bool = False) -> ConnectorException:
        """Return the error to raise in place of the driver's. It shows neither the password nor data."""
        if error.sqlstate == _RAISED:
            return JobNotFound()
        if error.sqlstate == _FOREIGN_KEY:
            return ConnectorException("this worker did not run for so long that it counted as dead. It begins again.")
        database = self._listen_to if listens else self._database
        return ConnectorException(str(database.explain_driver_error(error)))


async def _wait_for(task: "asyncio.Task[T]") -> T:
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        for _ in range(2):
            task.cancel()
            await asyncio.wait([task], timeout=_CANCEL_TIMEOUT)
        if task.done() and not task.cancelled():
            task.exception()  # nobody else asks for it
        raise
    return task.result()


def _adapt(value: Any) -> Any:
    """Return an argument for psycopg: dictionaries are JSON."""
    if isinstance(value, dict):
        return Jsonb(value)
    if isinstance(value, list):
        return [_adapt(item) for item in value]
    if isinstance(value, tuple):
        return tuple(_adapt(item) for item in value)
    return value
