"""Handling events exactly once, in the transaction in which their handler writes."""

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    MetaData,
    String,
    Table,
    delete,
    event,
    func,
    inspect,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateTable

from ecwid_async.apps.errors import AlreadyHandled
from ecwid_async.calls import refuse_calls
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import define

__all__ = ["forget_handled", "handled_once", "prepare_handled"]

_log: Final = logging.getLogger("ecwid_async.apps")

_MONTH: Final = 30 * 24 * 3600.0
_PURGE_INTERVAL: Final = 3600.0
_PURGE_ROWS: Final = 500
_PURGE_STEPS: Final = 20
# A lock of PostgreSQL for the creation of the table, "ecwi" in ASCII.
_CREATION_LOCK: Final = 0x65637769
_NO_CALLS: Final = (
    "A call was made within the transaction of an event. Others wait for the transaction: read what you need with "
    "`await event.fetch()` or other calls first, and then open it."
)

_table: Final = Table(
    "ecwid_handled",
    MetaData(),
    Column("store_id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", String(255), primary_key=True),
    Column("handled_at", Float, nullable=False),
)
Index("ecwid_handled_at", _table.c.handled_at)


@define
class _State:
    """What is known of the database of an engine."""

    purged_at: float


_states: Final[WeakKeyDictionary[Engine, _State]] = WeakKeyDictionary()


@asynccontextmanager
async def handled_once(
    engine: AsyncEngine,
    store_id: int,
    event_ids: Sequence[str],
    *,
    kept: float = _MONTH,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[AsyncConnection]:
    """A transaction in the application's database for what a handler writes about events of a store.

    The transaction first records the events in the table ``ecwid_handled``. It is committed at the end of the block, or
    rolled back if the block raises: so the events are recorded if and only if what the handler wrote is. If they were
    all recorded before, raises `AlreadyHandled`, with which the handler has succeeded. While another process has such a
    transaction in progress, it waits for its end.

    Calls of the API in the block raise `RuntimeError`: make them before. So does a commit. The table is created if it
    is missing. Events are recorded for `kept` seconds at least, by `clock` in Unix seconds; what is older is deleted
    from time to time.

    Raises `ConfigError` for a database other than SQLite and PostgreSQL, and for an engine in autocommit mode.
    """
    if not event_ids:
        raise ValueError("there are no events to record")
    state = await prepare_handled(engine, clock=clock)
    async with engine.connect() as connection:
        await _begin(connection)
        # In one order in all processes, so that two of them never wait for each other.
        rows = [{"store_id": store_id, "event_id": each, "handled_at": clock()} for each in sorted({*event_ids})]
        insert = (sqlite if _is_sqlite(engine) else postgresql).insert(_table).values(rows)
        statement = insert.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        try:
            result = await connection.execute(statement)
        except DBAPIError:
            # Somebody may have dropped the table: the next attempt creates it again.
            _states.pop(engine.sync_engine, None)
            raise
        if result.rowcount == 0:
            await connection.rollback()
            raise AlreadyHandled("the events were handled before")
        transaction = connection.get_transaction()
        with _refuse_commits(connection) as refused, refuse_calls(_NO_CALLS):
            try:
                yield connection
            finally:
                if refused:
                    # SQLAlchemy would return the connection to its pool as if it had been committed.
                    await connection.run_sync(_roll_back)
        if refused or connection.get_transaction() is not transaction:
            raise RuntimeError("the block of a transaction ended it by itself, so it was rolled back")
        await connection.commit()
    if not state.purged_at <= clock() < state.purged_at + _PURGE_INTERVAL:
        state.purged_at = clock()
        await _purge(engine, clock() - kept)


@contextmanager
def _refuse_commits(connection: AsyncConnection) -> Iterator[list[Connection]]:
    """Let commits in the block raise `RuntimeError`: what is written after one would not be protected.

    Yields a list that is not empty if there was one.
    """
    refused: list[Connection] = []

    def refuse(connection: Connection) -> None:
        refused.append(connection)
        raise RuntimeError("the transaction of an event is committed at the end of its block: do not commit it within")

    event.listen(connection.sync_connection, "commit", refuse)
    try:
        yield refused
    finally:
        event.remove(connection.sync_connection, "commit", refuse)


def _roll_back(connection: Connection) -> None:
    if (raw := connection.connection.dbapi_connection) is not None:
        raw.rollback()


async def prepare_handled(engine: AsyncEngine, *, clock: Callable[[], float] = time.time) -> "_State":
    """Create the table ``ecwid_handled`` unless it exists, once for each engine."""
    state = _states.get(engine.sync_engine)
    if state is not None:
        return state
    if engine.dialect.name not in ("sqlite", "postgresql"):
        raise ConfigError(f"events can be handled exactly once in SQLite and PostgreSQL, not in {engine.dialect.name}")
    async with engine.connect() as connection:
        if not await connection.run_sync(lambda synchronous: inspect(synchronous).has_table(_table.name)):
            await connection.rollback()
            await _begin(connection)
            if not _is_sqlite(engine):
                await connection.execute(select(func.pg_advisory_xact_lock(_CREATION_LOCK)))
            await connection.execute(CreateTable(_table, if_not_exists=True))
            await connection.execute(text("CREATE INDEX IF NOT EXISTS ecwid_handled_at ON ecwid_handled (handled_at)"))
            await connection.commit()
    return _states.setdefault(engine.sync_engine, _State(purged_at=-_MONTH))


async def forget_handled(engine: AsyncEngine, store_id: int) -> int:
    """Delete what is recorded about a store. Returns how many events."""
    await prepare_handled(engine)
    async with engine.begin() as connection:
        return (await connection.execute(delete(_table).where(_table.c.store_id == store_id))).rowcount


async def _begin(connection: AsyncConnection) -> None:
    """Begin a transaction that really begins with the next statement, and in SQLite may write from the start.

    The drivers of SQLite begin one when they see fit, or never. Raises `ConfigError` for a connection to PostgreSQL
    that commits each statement by itself.
    """
    raw = await connection.get_raw_connection()
    if connection.dialect.name == "sqlite":
        if not getattr(raw.driver_connection, "in_transaction", False):
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    adapted: object = raw.dbapi_connection
    # The attributes of psycopg and of asyncpg.
    if getattr(adapted, "autocommit", False) is True or getattr(adapted, "isolation_level", None) == "autocommit":
        raise ConfigError(
            "the engine commits each statement by itself: pass one without isolation_level='AUTOCOMMIT', so that the "
            "events and what their handler writes are committed together"
        )


async def _purge(engine: AsyncEngine, before: float) -> None:
    """Delete old rows in short transactions. What is left is deleted later."""
    old = select(_table.c.store_id, _table.c.event_id).where(_table.c.handled_at < before).limit(_PURGE_ROWS)
    statement = delete(_table).where(tuple_(_table.c.store_id, _table.c.event_id).in_(old))
    try:
        for _ in range(_PURGE_STEPS):
            async with engine.begin() as connection:
                if (await connection.execute(statement)).rowcount < _PURGE_ROWS:
                    return
    except SQLAlchemyError as error:  # the handler has succeeded nevertheless
        _log.warning("old rows of ecwid_handled could not be deleted: %s", type(error).__name__)


def _is_sqlite(engine: AsyncEngine) -> bool:
    return engine.dialect.name == "sqlite"
