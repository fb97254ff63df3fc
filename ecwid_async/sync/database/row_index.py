"""Counts and ids of the rows of a section, from indexes alone: the rows themselves have the documents."""

from attrs import frozen
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import ItemId

__all__ = ["RowCounts", "count_rows", "existing_ids"]


@frozen
class RowCounts:
    """How many items of a section exist, and how many rows are tombstones of deleted ones."""

    existing: int
    deleted: int


async def count_rows(connection: AsyncConnection, table: Table, store_id: int) -> RowCounts:
    """Count the rows of a store in the table of a section."""
    count = select(func.count()).select_from(table).where(table.c.store_id == store_id)
    total = (await connection.execute(count)).scalar_one()
    deleted = (await connection.execute(count.where(table.c.deleted_at.is_not(None)))).scalar_one()
    return RowCounts(total - deleted, deleted)


async def existing_ids(connection: AsyncConnection, table: Table, store_id: int) -> set[ItemId]:
    """Return the ids of the rows of a store that are not deleted."""
    ids = select(table.c.id).where(table.c.store_id == store_id)
    existing: set[ItemId] = set((await connection.execute(ids)).scalars())
    existing.difference_update((await connection.execute(ids.where(table.c.deleted_at.is_not(None)))).scalars())
    return existing
