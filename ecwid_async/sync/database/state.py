"""What the mirror remembers about each store and each of its sections: cursors, times, counters and errors.

All times are Unix seconds of the server's clock, unless the field says otherwise.
"""

import types
from collections.abc import Collection
from typing import TYPE_CHECKING, Final, get_args

from attrs import AttrsInstance, fields
from sqlalchemy import BigInteger, Column, Double, Text, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sync.errors import MirrorError, StoreMismatch

if TYPE_CHECKING:
    from ecwid_async.sync.database.database import Database
    from ecwid_async.sync.database.schema import Schema

__all__ = [
    "SectionState",
    "StoreState",
    "columns_of",
    "load_all_sections",
    "load_section",
    "load_sections",
    "load_store",
    "load_stores",
    "register_store",
    "save_section",
    "save_store",
]


@frozen(kw_only=True)
class StoreState:
    """A store of the database. `server` is its base URL, and `identity` tells demo stores at one URL apart."""

    store_id: int
    server: str
    identity: str | None = None
    synced_at: int | None = None
    """When the last complete round began."""
    error: str | None = None
    """Why the last round ended early. None if it did not."""
    error_at: int | None = None
    failures: int = 0
    """How many rounds in a row ended early."""
    purged_at: int | None = None
    """When the data of deleted items was last removed."""


@frozen(kw_only=True)
class SectionState:
    """A section of a store. A new field becomes a column of its table, in a new version of the schema."""

    store_id: int
    section: str
    cursor: str | None = None
    """The cursor of its changes, as JSON."""
    polled_at: int | None = None
    """When the last complete read of changes began."""
    audited_until: int | None = None
    """Update times below this were read again by an audit."""
    audited_at: int | None = None
    rolling_position: int | None = None
    """Creation times below this were read in the present cycle of the rolling read."""
    rolling_at: int | None = None
    """When the last slice was read."""
    rolling_started_at: int | None = None
    rolling_finished_at: int | None = None
    """When the last complete cycle ended."""
    deletions_problem: str | None = None
    """Why the last poll could not list deleted items, such as a missing scope. None if it could, or never can."""
    reconciled_at: int | None = None
    reconcile_stopped: str | None = None
    """Why the last comparison of ids stopped, such as too many missing items. It goes on once confirmed."""
    stopped_at: int | None = None
    confirmed_at: int | None = None
    """When somebody confirmed that so many deletions are right."""
    scopes: str | None = None
    """The scopes of the token at the last comparison of ids, separated by spaces. None if they are not known."""
    stats_time: int | None = None
    """The time of the last change, as the store's statistics said it last."""
    behind_since: int | None = None
    """When the statistics first had a change that no complete read has followed yet."""
    unproven_since: int | None = None
    late: int = 0
    silent: int = 0
    loss_at: int | None = None
    """When the last late or silent item was found."""
    went_back: int = 0
    refused: int = 0
    refused_at: int | None = None
    """When the last item was refused."""
    refusal: str | None = None
    """Its id, and why."""
    skipped: str | None = None
    """Why the section is not read, such as a missing scope."""
    skipped_at: int | None = None
    error: str | None = None
    error_at: int | None = None
    failures: int = 0
    """How many times in a row reading it failed."""
    retry_at: int | None = None


def columns_of(cls: type[AttrsInstance], *keys: str) -> list[Column[object]]:
    """Return a column for each field of a class, which is not null unless the field may be None.

    `keys` are the fields of the primary key.
    """
    return [
        Column(
            field.name,
            _sql_type(field.type),
            primary_key=field.name in keys,
            # A number of the API; the database gives none.
            autoincrement=False,
            nullable=type(None) in get_args(field.type),
        )
        for field in fields(cls)
    ]


_SQL_TYPES: Final = {int: BigInteger, float: Double, str: Text}


def _sql_type(annotation: object) -> type[BigInteger] | type[Double[float]] | type[Text]:
    if isinstance(annotation, types.UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    return _SQL_TYPES[annotation]  # type: ignore[index]  # a field of any other type is a KeyError


async def register_store(database: "Database", store_id: int, server: str, identity: str | None = None) -> StoreState:
    """Add a store to the database, or find it there.

    `server` is its base URL. `identity` is what a sandbox sends about itself; the API of Ecwid sends nothing.

    Raises `StoreMismatch` if the database has a store with this id from another server or with another identity.
    """
    server = server.rstrip("/")
    stores = database.schema.stores
    async with database.write() as connection:
        await connection.execute(
            database.schema.insert(stores)
            .values(store_id=store_id, server=server, identity=identity, failures=0, epoch=0)
            .on_conflict_do_nothing()
        )
        store = await load_store(connection, database.schema, store_id)
        if store is None:
            raise MirrorError(f"store {store_id} was removed just now: sync it again")
    if (store.server, store.identity) != (server, identity):
        raise StoreMismatch(store_id, _place(store.server, store.identity), _place(server, identity))
    return store


def _place(server: str, identity: str | None) -> str:
    return server if identity is None else f"{server} ({identity})"


async def load_store(connection: AsyncConnection, schema: "Schema", store_id: int) -> StoreState | None:
    """Return the state of a store, None if it is not in the database."""
    return next(iter(await load_stores(connection, schema, [store_id])), None)


async def load_stores(
    connection: AsyncConnection, schema: "Schema", store_ids: Collection[int] | None = None
) -> list[StoreState]:
    """Return the states of these stores, or of all, ordered by id."""
    table = schema.stores
    statement = select(*(table.c[field.name] for field in fields(StoreState))).order_by(table.c.store_id)
    if store_ids is not None:
        statement = statement.where(table.c.store_id.in_(store_ids))
    return [StoreState(**row._mapping) for row in await connection.execute(statement)]


async def save_store(connection: AsyncConnection, schema: "Schema", state: StoreState) -> None:
    """Store the state of a registered store. Its lease is not a part of it."""
    values = {field.name: getattr(state, field.name) for field in fields(StoreState)}
    await connection.execute(update(schema.stores).where(schema.stores.c.store_id == state.store_id).values(values))


async def load_section(connection: AsyncConnection, schema: "Schema", store_id: int, section: str) -> SectionState:
    """Return the state of a section: a new one if it was never stored."""
    states = await load_sections(connection, schema, store_id)
    return states.get(section) or SectionState(store_id=store_id, section=section)


async def load_sections(connection: AsyncConnection, schema: "Schema", store_id: int) -> dict[str, SectionState]:
    """Return the stored states of the sections of a store, by name."""
    table = schema.section_states
    rows = await connection.execute(select(table).where(table.c.store_id == store_id).order_by(table.c.section))
    return {row.section: SectionState(**row._mapping) for row in rows}


async def load_all_sections(
    connection: AsyncConnection, schema: "Schema", store_ids: Collection[int] | None = None
) -> dict[int, dict[str, SectionState]]:
    """Return the stored states of the sections of these stores, or of all, by store and name."""
    table = schema.section_states
    statement = select(table)
    if store_ids is not None:
        statement = statement.where(table.c.store_id.in_(store_ids))
    found: dict[int, dict[str, SectionState]] = {}
    for row in await connection.execute(statement):
        found.setdefault(row.store_id, {})[row.section] = SectionState(**row._mapping)
    return found


async def save_section(connection: AsyncConnection, schema: "Schema", state: SectionState) -> None:
    """Store the state of a section, in the transaction of its rows."""
    table = schema.section_states
    values = {field.name: getattr(state, field.name) for field in fields(SectionState)}
    changed = await connection.execute(
        update(table).where(table.c.store_id == state.store_id, table.c.section == state.section).values(values)
    )
    if changed.rowcount == 0:
        await connection.execute(insert(table).values(values))
