"""The database of a mirror: connections and transactions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from types import TracebackType
from typing import Final, Self

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.database_urls import has_password_elsewhere
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.sync.database.backend import Backend, TransactionKind
from ecwid_async.sync.database.lease import Lease, check_and_renew
from ecwid_async.sync.database.migrations import check_version, open_schema
from ecwid_async.sync.database.postgresql import PostgreSQL
from ecwid_async.sync.database.schema import SCHEMA_VERSION, Schema, schema_for
from ecwid_async.sync.database.sqlite import SQLite
from ecwid_async.sync.database.writer import rebuild
from ecwid_async.sync.errors import DatabaseUnavailable, MirrorError
from ecwid_async.sync.rows import MIRROR_SECTIONS, MirrorSection

__all__ = ["LEASE_SECONDS", "Database", "find_backend"]

LEASE_SECONDS: Final = 60.0
_SUPPORTED: Final = (
    "sqlite:///shop.db (relative) or sqlite:////var/lib/shop.db (absolute), or "
    "postgresql+psycopg://user:password@host/database"
)


def find_backend(url: str) -> Backend:
    """Return the kind of database of a URL. Raises `ConfigError` for any that is not supported."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The message of the original error may contain the password.
        raise ConfigError(f"not a valid database URL. Supported are {_SUPPORTED}.") from None
    if has_password_elsewhere(url, parsed.host, parsed.database):
        raise ConfigError("the password in the database URL has an @: write it as %40")
    match parsed.drivername:
        case "sqlite" | "sqlite+aiosqlite":
            if find_spec("aiosqlite") is None:
                raise ConfigError("a mirror in SQLite needs aiosqlite: pip install 'ecwid-async[sync]'")
            return SQLite(parsed.set(drivername="sqlite+aiosqlite"))
        case "postgresql" | "postgresql+psycopg":
            return PostgreSQL(parsed)
        case other:
            raise ConfigError(f"a mirror can't use {other!r}. Supported are {_SUPPORTED}.")


class Database:
    """The database of a mirror, for one event loop of asyncio.

    `read()` is for consistent reads, `transaction(lease)` for everything that a sync writes, and `write()` for short
    writes without a lease. Errors of the driver become `DatabaseError`. Transactions must not be nested.
    """

    def __init__(
        self,
        backend: Backend,
        schema: Schema,
        engine: AsyncEngine,
        *,
        lease_seconds: float,
        clock: Callable[[], float] | None,
    ) -> None:
        self.backend = backend
        self.schema = schema
        self.lease_seconds = lease_seconds
        self._clock = clock
        self._engine = engine
        self._queue = asyncio.Lock()
        self._writer: asyncio.Task[object] | None = None
        self._is_closed = False
        self._transactions = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        prefix: str = "ecwid_",
        create: bool = True,
        lease_seconds: float = LEASE_SECONDS,
        clock: Callable[[], float] | None = None,
        sections: Mapping[str, MirrorSection] = MIRROR_SECTIONS,
        version: int = SCHEMA_VERSION,
    ) -> Self:
        """Connect, and create, migrate or check the tables. Their names begin with `prefix`.

        With `create=False`, a database without a mirror is an error, for commands that only look into one.

        A process that stops for longer than `lease_seconds` can lose its stores to another one. Leases are timed by the
        clock of the database; for tests, `clock` returns Unix seconds in its place. `sections` and `version` are those
        of this version of the library, except in tests.

        Raises `ConfigError` for a URL that is not supported, `SchemaTooNew` and `SchemaChanged` if the tables don't fit
        this version, and `DatabaseError`.
        """
        if not 0.1 <= lease_seconds <= 3600:
            raise ConfigError("lease_seconds is the length of a lease: pass 0.1 to 3600 seconds")
        backend = find_backend(url)
        if sections is MIRROR_SECTIONS and version == SCHEMA_VERSION:
            schema = schema_for(backend.name, prefix)
        else:
            schema = Schema(backend.name, prefix=prefix, sections=sections, version=version)
        engine = backend.new_engine(create=create)
        database = cls(backend, schema, engine, lease_seconds=lease_seconds, clock=clock)
        try:
            await open_schema(database, rebuild, create=create)
        except BaseException:
            await database.aclose()
            raise
        return database

    async def aclose(self) -> None:
        """Close all connections, once the transactions in progress have ended. No other ones can be begun."""
        self._is_closed = True
        try:
            await self._idle.wait()
        finally:
            await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        url = self.backend.url.difference_update_query(["sslpassword"])
        return f"Database({url.render_as_string(hide_password=True)!r})"

    @property
    def now(self) -> str:
        """SQL for the clock of leases, in Unix seconds."""
        return self.backend.now if self._clock is None else f"{self._clock():.6f}"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Begin a transaction that sees one state of the database and writes nothing."""
        async with self._begin("read") as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Begin a short writing transaction that needs no lease, and commit it at the end."""
        async with self._begin("write") as connection:
            await check_version(connection, self.schema)
            yield connection

    @asynccontextmanager
    async def transaction(self, lease: Lease) -> AsyncIterator[AsyncConnection]:
        """Begin a writing transaction of the owner of a lease, and commit it at the end. This renews the lease.

        Raises `LeaseLost`, before and instead of writing anything, if another process has taken the store over.
        """
        async with self._begin("write") as connection:
            await check_version(connection, self.schema)
            await check_and_renew(connection, self, lease)
            yield connection

    @asynccontextmanager
    async def migration(self) -> AsyncIterator[AsyncConnection]:
        """Begin a transaction that changes the tables. No other writing transaction overlaps it."""
        async with self._begin("migrate") as connection:
            yield connection

    @asynccontextmanager
    async def _begin(self, kind: TransactionKind) -> AsyncIterator[AsyncConnection]:
        with self._explained_errors(), self._counted():
            try:
                async with self._turn(kind), self._engine.connect() as connection:
                    connection = await connection.execution_options(**self.backend.options(kind))
                    async with connection.begin():
                        await self.backend.prepare(connection, kind, self.lease_seconds)
                        yield connection
            except asyncio.CancelledError:
                await run_shielded(self.backend.wait_until_closed)
                raise

    @contextmanager
    def _counted(self) -> Iterator[None]:
        if self._is_closed:
            # An engine that was disposed of would connect again.
            raise MirrorError("the mirror was closed meanwhile: keep it open until everything that uses it has ended")
        self._transactions += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._transactions -= 1
            if not self._transactions:
                self._idle.set()

    @asynccontextmanager
    async def _turn(self, kind: TransactionKind) -> AsyncIterator[None]:
        # SQLite's own wait for a lock is a loop of sleeps, in no order.
        if kind == "read" or not self.backend.has_one_writer:
            yield
            return
        if self._writer is asyncio.current_task():
            raise RuntimeError("a transaction was begun within another one of the same task")
        async with self._queue:
            self._writer = asyncio.current_task()
            try:
                yield
            finally:
                self._writer = None

    @contextmanager
    def _explained_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            # The original error may show personal data.
            raise self.backend.explain(error) from None
        except PoolTimeout:
            raise DatabaseUnavailable(
                "all connections of this process to the database have been in use for ten minutes: find out what slows "
                "the server down"
            ) from None
