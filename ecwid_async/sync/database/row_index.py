"""Counts and ids of the rows of a section, from indexes alone: the rows themselves have the documents."""

from collections.abc import Collection

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import ItemId
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["RowCounts", "count_rows", "count_rows_by_store", "existing_ids"]


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


async def count_rows_by_store(
    connection: AsyncConnection, table: Table, store_ids: Collection[int] | None
) -> dict[int, RowCounts]:
    """Count the rows of these stores, or of all, in the table of a section. A store without rows is not in the result.

    Two queries in all, where `count_rows` sends two for each store.
    """
    count = select(table.c.store_id, func.count()).group_by(table.c.store_id)
    if store_ids is not None:
        count = count.where(table.c.store_id.in_(store_ids))
    totals = {row[0]: int(row[1]) for row in await connection.execute(count)}
    count = count.where(table.c.deleted_at.is_not(None))
    deleted = {row[0]: int(row[1]) for row in await connection.execute(count)}
    return {
        store_id: RowCounts(total - deleted.get(store_id, 0), deleted.get(store_id, 0))
        for store_id, total in totals.items()
    }


async def existing_ids(connection: AsyncConnection, table: Table, store_id: int) -> set[ItemId]:
    """Return the ids of the rows of a store that are not deleted."""
    ids = select(table.c.id).where(table.c.store_id == store_id)
    existing: set[ItemId] = set((await connection.execute(ids)).scalars())
    existing.difference_update((await connection.execute(ids.where(table.c.deleted_at.is_not(None)))).scalars())
    return existing
