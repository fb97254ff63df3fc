"""Removing data from a mirror: a customer's, a whole store's, and what tombstones still have."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Table, case, delete, func, literal, null, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import ItemId
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sync.database.lease import hold_lease, wait_for_writer
from ecwid_async.sync.database.schema import ROW_COLUMNS
from ecwid_async.sync.rows import MirrorSection

if TYPE_CHECKING:
    from ecwid_async.sync.database.database import Database
    from ecwid_async.sync.database.schema import Schema

__all__ = [
    "PERSONAL_COLUMNS",
    "PersonalColumns",
    "drop_store",
    "find_tombstones",
    "forget_customer",
    "purge_tombstones",
]

# Rows per statement, and per transaction where there may be many.
_CHUNK: Final = 500


@frozen
class PersonalColumns:
    """The columns that say whose a row is."""

    customer_id: str
    email: str


PERSONAL_COLUMNS: Final[Mapping[str, PersonalColumns]] = {
    "customers": PersonalColumns("id", "email"),
    "orders": PersonalColumns("customer_id", "email"),
    "carts": PersonalColumns("customer_id", "email"),
    "subscriptions": PersonalColumns("customer_id", "email"),
    "reviews": PersonalColumns("customer_id", "reviewer_email"),
}
"""The sections with data of customers."""


async def forget_customer(
    database: "Database", store_id: int, *, customer_id: int | None = None, email: str | None = None, now: int
) -> dict[str, int]:
    """Remove all data of a customer: of the customer, and of the customer's orders, carts, subscriptions and reviews.

    Rows are found by the customer's id, by the email, and by the email that the mirror has for this id, whatever the
    case of its letters. Their keys remain as tombstones of the time `now` (Unix seconds of the server's clock), so that
    a read in progress does not bring them back. But while the store has the data, a later read stores it again: erase
    it there first. Returns the number of rows by section.

    Raises `ConfigError` if neither an id nor an email is given.
    """
    if customer_id is None and not email:
        raise ConfigError("say whom to forget: pass customer_id, email or both")
    schema = database.schema
    async with database.write() as connection:
        await wait_for_writer(connection, schema, store_id)
        emails = {email} if email else set()
        if customer_id is not None and "customers" in schema.tables:
            customers = schema.tables["customers"]
            known = select(customers.c.email).where(
                customers.c.store_id == store_id, customers.c.id == customer_id, customers.c.email.is_not(None)
            )
            emails |= set((await connection.execute(known)).scalars())
        counts: dict[str, int] = {}
        for name, columns in PERSONAL_COLUMNS.items():
            if name in schema.tables:
                table = schema.tables[name]
                email_column = table.c[columns.email]
                is_theirs: list[ColumnElement[bool]] = [
                    func.lower(email_column).in_([text.lower() for text in emails]),
                    email_column.in_(emails),
                ]
                if customer_id is not None:
                    is_theirs.append(table.c[columns.customer_id] == customer_id)
                statement = select(table.c.id).where(table.c.store_id == store_id, or_(*is_theirs)).order_by(table.c.id)
                ids = (await connection.execute(statement)).scalars().all()
                await _blank(connection, schema, schema.sections[name], store_id, ids, now)
                counts[name] = len(ids)
    return counts


async def _blank(
    connection: AsyncConnection,
    schema: "Schema",
    section: MirrorSection,
    store_id: int,
    ids: Sequence[ItemId],
    now: int,
) -> None:
    """Turn rows into tombstones without any data."""
    table = schema.tables[section.name]
    is_live = table.c.deleted_at.is_(None)
    values = {
        **_no_data(table),
        "deleted_at": func.coalesce(table.c.deleted_at, now),
        "read_begin": case((is_live, float(now)), else_=table.c.read_begin),
        "read_end": case((is_live, float(now)), else_=table.c.read_end),
    }
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        await _delete_children(connection, schema, section, store_id, chunk)
        await connection.execute(
            update(table).where(table.c.store_id == store_id, table.c.id.in_(chunk)).values(values)
        )


def _no_data(table: Table) -> dict[str, Any]:
    """Return NULL for each column that comes from the document."""
    kept = set(ROW_COLUMNS) - {"document", "hash"}
    return {column.name: null() for column in table.columns if column.name not in kept}


async def _delete_children(
    connection: AsyncConnection, schema: "Schema", section: MirrorSection, store_id: int, ids: Sequence[ItemId]
) -> None:
    for child in section.children:
        table = schema.children[child.name]
        await connection.execute(delete(table).where(table.c.store_id == store_id, table.c[child.parent_key].in_(ids)))


async def purge_tombstones(
    connection: AsyncConnection, schema: "Schema", store_id: int, section: str, *, before: int, remove: bool = False
) -> int:
    """Remove the data of items that were deleted before a time of the server, or with `remove` their whole rows.

    Removes a few hundred at a time, and returns how many: call it again until that is 0. A search whose index is behind
    can bring back an item whose row is removed, so `before` should be hours ago.
    """
    table = schema.tables[section]
    statement = select(table.c.id).where(table.c.store_id == store_id, table.c.deleted_at < before)
    if not remove:
        statement = statement.where(table.c.document.is_not(None))
    ids = (await connection.execute(statement.order_by(table.c.id).limit(_CHUNK))).scalars().all()
    if ids:
        await _delete_children(connection, schema, schema.sections[section], store_id, ids)
        chosen = (table.c.store_id == store_id) & table.c.id.in_(ids)
        await connection.execute(
            delete(table).where(chosen) if remove else update(table).where(chosen).values(_no_data(table))
        )
    return len(ids)


async def find_tombstones(
    connection: AsyncConnection, schema: "Schema", store_id: int, *, before: int, remove: bool = False
) -> list[str]:
    """Return the sections that have anything for `purge_tombstones` to remove."""
    sections = []
    for name, table in schema.tables.items():
        rows = select(table.c.id).where(table.c.store_id == store_id, table.c.deleted_at < before)
        if not remove:
            rows = rows.where(table.c.document.is_not(None))
        sections.append(select(literal(name)).where(rows.exists()))
    return list((await connection.execute(union_all(*sections))).scalars())


async def drop_store(database: "Database", store_id: int, owner: str) -> None:
    """Remove a store with all of its rows. If the database does not have it, remove the marks of its items.

    `owner` names this process to others that find the store busy. If it is interrupted, the next sync of the store
    reads everything anew, and another `drop_store` goes on. Raises `StoreBusy` while another process synchronizes it.
    """
    schema = database.schema
    async with database.write() as connection:
        stores = schema.stores
        if (await connection.execute(select(stores.c.store_id).where(stores.c.store_id == store_id))).first() is None:
            await connection.execute(delete(schema.due_items).where(schema.due_items.c.store_id == store_id))
            return
    async with hold_lease(database, store_id, owner) as lease:
        # First of all the cursors: with them, a sync would not read again the rows that are removed.
        async with database.transaction(lease) as connection:
            await connection.execute(delete(schema.section_states).where(schema.section_states.c.store_id == store_id))
        for section in schema.sections.values():
            table = schema.tables[section.name]
            next_ids = select(table.c.id).where(table.c.store_id == store_id).order_by(table.c.id).limit(_CHUNK)
            is_empty = False
            while not is_empty:
                async with database.transaction(lease) as connection:
                    ids = (await connection.execute(next_ids)).scalars().all()
                    await _delete_children(connection, schema, section, store_id, ids)
                    await connection.execute(delete(table).where(table.c.store_id == store_id, table.c.id.in_(ids)))
                    is_empty = not ids
        async with database.transaction(lease) as connection:
            for table in (schema.due_items, schema.recorded_polls, schema.stores):
                await connection.execute(delete(table).where(table.c.store_id == store_id))
