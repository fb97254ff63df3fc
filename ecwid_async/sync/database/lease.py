"""One writer per store: a lease with an epoch, which each transaction of its owner checks and renews.

A lease alone would not do: a process that stops (a suspended machine, a long pause) doesn't notice that its lease has
ended, and would write later. Its next transaction finds a higher epoch, and commits nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from secrets import token_hex
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Double, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.sync.errors import DatabaseLocked, LeaseLost, MirrorError, StoreBusy

if TYPE_CHECKING:
    from ecwid_async.sync.database.database import Database
    from ecwid_async.sync.database.schema import Schema

__all__ = [
    "Lease",
    "check_and_renew",
    "hold_lease",
    "load_free_epoch",
    "lock_free_store",
    "release_lease",
    "renew_lease",
    "take_lease",
    "wait_for_writer",
]


@frozen(kw_only=True)
class Lease:
    """The right to write the rows of a store. `epoch` is higher each time that a lease is taken."""

    store_id: int
    epoch: int
    owner: str


def _now(database: "Database") -> ColumnElement[float]:
    return literal_column(database.now, Double())


async def take_lease(database: "Database", store_id: int, owner: str) -> Lease:
    """Take the lease of a store. `owner` names the process to whoever finds the store busy.

    Raises `StoreBusy` if another lease of the store has not ended, and `MirrorError` if the store is not registered.
    """
    stores = database.schema.stores
    async with database.write() as connection:
        now = _now(database)
        statement = (
            update(stores)
            .where(stores.c.store_id == store_id)
            .where(stores.c.lease_until.is_(None) | (stores.c.lease_until <= now))
            .values(epoch=stores.c.epoch + 1, owner=owner, lease_until=now + database.lease_seconds)
            .returning(stores.c.epoch)
        )
        epoch = (await connection.execute(statement)).scalar_one_or_none()
        if epoch is None:
            row = (
                await connection.execute(
                    select(stores.c.owner, stores.c.lease_until).where(stores.c.store_id == store_id)
                )
            ).one_or_none()
            if row is None:
                raise MirrorError(f"store {store_id} is not in this database: sync it first")
            raise StoreBusy(store_id, row.owner or "another process", row.lease_until or 0.0)
    return Lease(store_id=store_id, epoch=epoch, owner=owner)


async def check_and_renew(connection: AsyncConnection, database: "Database", lease: Lease) -> None:
    """Renew a lease within a transaction. Raises `LeaseLost` if another process has taken the store over.

    Until the transaction ends, the row is locked, and nobody can take the lease. A lease that has ended but that nobody
    else has taken is renewed as well.
    """
    stores = database.schema.stores
    statement = (
        update(stores)
        .where(stores.c.store_id == lease.store_id, stores.c.epoch == lease.epoch, stores.c.owner == lease.owner)
        .values(lease_until=_now(database) + database.lease_seconds)
    )
    if (await connection.execute(statement)).rowcount != 1:
        raise LeaseLost(lease.store_id)


async def wait_for_writer(connection: AsyncConnection, schema: "Schema", store_id: int) -> None:
    """Wait for the transaction of a sync of this store that is in progress, and keep others waiting.

    They begin with this row. Transactions that change the same rows in different orders would block each other.
    """
    stores = schema.stores
    await connection.execute(select(stores.c.store_id).where(stores.c.store_id == store_id).with_for_update())


async def renew_lease(database: "Database", lease: Lease) -> None:
    """Renew a lease in a transaction of its own, while its owner writes nothing. Raises `LeaseLost`."""
    # If a transaction of this process has the row, that one has renewed the lease.
    with suppress(DatabaseLocked):
        async with database.transaction(lease):
            pass


async def release_lease(database: "Database", lease: Lease) -> None:
    """Give a lease back. Does nothing if another process has taken the store over."""
    await _release(database, lease.store_id, lease.owner)


async def _release(database: "Database", store_id: int, owner: str) -> None:
    stores = database.schema.stores
    async with database.write() as connection:
        await connection.execute(
            update(stores)
            .where(stores.c.store_id == store_id, stores.c.owner == owner)
            .values(owner=None, lease_until=None)
        )


async def load_free_epoch(connection: AsyncConnection, database: "Database", store_id: int) -> int | None:
    """Return the epoch of a store that nobody synchronizes; None if somebody does, or if it is not registered."""
    stores = database.schema.stores
    is_free = stores.c.lease_until.is_(None) | (stores.c.lease_until <= _now(database))
    statement = select(stores.c.epoch).where(stores.c.store_id == store_id, is_free)
    return (await connection.execute(statement)).scalar_one_or_none()


async def lock_free_store(connection: AsyncConnection, database: "Database", store_id: int, epoch: int) -> bool:
    """Lock a store until the end of the transaction, if nobody has synchronized it since `load_free_epoch`.

    Return whether that is so: then what was read together with the epoch is still true.
    """
    await wait_for_writer(connection, database.schema, store_id)
    return await load_free_epoch(connection, database, store_id) == epoch


@asynccontextmanager
async def hold_lease(database: "Database", store_id: int, owner: str) -> AsyncIterator[Lease]:
    """Hold the lease of a store within a block, and give it back at the end, whatever happens.

    Raises `StoreBusy` if another lease of the store has not ended.
    """
    owner = f"{owner}-{token_hex(4)}"
    try:
        yield await take_lease(database, store_id, owner)
    except BaseException:
        # A task that is cancelled during the commit may have the lease without knowing it, so that only the owner
        # identifies it. If the database has failed, this fails as well, and the lease ends by itself.
        with suppress(MirrorError):
            await run_shielded(lambda: _release(database, store_id, owner))
        raise
    await run_shielded(lambda: _release(database, store_id, owner))
