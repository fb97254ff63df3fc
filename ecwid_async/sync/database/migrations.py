"""Creating, checking and migrating the tables of a mirror.

The version of the tables is stored beside them. A migration changes the tables in one transaction, and then derives
columns again from the stored documents, without the API, in batches that another process can continue.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
from sqlalchemy import Column, Connection, Table, select, text, update
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.sync.database.schema import ROW_COLUMNS, Schema
from ecwid_async.sync.errors import DatabaseError, SchemaChanged, SchemaTooNew
from ecwid_async.sync.rows import MirrorSection

if TYPE_CHECKING:
    from ecwid_async.sync.database.database import Database

__all__ = ["Rebuild", "RowKey", "check_version", "open_schema"]

RowKey: TypeAlias = tuple[int, int | str]
"""The ids of the store and of the item of a row."""
Rebuild: TypeAlias = Callable[[AsyncConnection, Schema, MirrorSection, RowKey | None, int], Awaitable[RowKey | None]]
"""Derives the columns and child rows of so many rows after a key again. Returns the last key, None at the end."""

_BATCH: Final = 1000

_Columns: TypeAlias = dict[str, dict[str, str]]
"""The types of columns, by table and name."""


class _Refill(msgspec.Struct, frozen=True):
    """A section whose documents are read again, from the row after `after`: the ids of its store and item."""

    section: str
    after: RowKey | None = None


async def check_version(connection: AsyncConnection, schema: Schema) -> None:
    """Check within a writing transaction that no newer version of this library has migrated the tables."""
    found = (await connection.execute(select(schema.schema_versions.c.version))).scalar_one_or_none()
    if found is None:
        raise SchemaChanged([f"{schema.schema_versions.name} has no version"])
    if found != schema.version:
        raise SchemaTooNew(found, schema.version)


async def open_schema(database: "Database", rebuild: Rebuild, *, create: bool) -> None:
    """Create the tables if there are none, migrate older ones, and check that nobody changed them.

    Raises `SchemaTooNew` or `SchemaChanged`, and `DatabaseError` if there are none and `create` is not set.
    """
    if await _is_current(database):
        return
    async with database.migration() as connection:
        await _create_or_migrate(connection, database, create)
    await _refill(database, rebuild)
    await _is_current(database)


async def _is_current(database: "Database") -> bool:
    """Return False if the tables are to be created or migrated. Raises an error if they don't fit."""
    schema = database.schema
    async with database.read() as connection:
        existing = await _existing_columns(connection, database)
        found = await _stored_version(connection, schema, existing)
        if found is None or found < schema.version or await _stored_refill(connection, schema):
            return False
        _check_tables(existing, _tables_of(schema, connection.dialect), schema)
    return True


async def _existing_columns(connection: AsyncConnection, database: "Database") -> _Columns:
    existing: _Columns = {}
    for row in (await connection.execute(text(database.backend.columns_query))).mappings():
        existing.setdefault(row["table_name"], {})[row["column_name"]] = row["column_type"]
    return existing


async def _stored_version(connection: AsyncConnection, schema: Schema, existing: _Columns) -> int | None:
    """Return the version of the tables, None if there are none. Raises `SchemaTooNew`."""
    table = schema.schema_versions
    if "version" not in existing.get(table.name, ()):
        return None
    found: int | None = (await connection.execute(select(table.c.version))).scalar_one_or_none()
    if found is not None and found > schema.version:
        raise SchemaTooNew(found, schema.version)
    return found


async def _stored_refill(connection: AsyncConnection, schema: Schema) -> list[_Refill]:
    stored = (await connection.execute(select(schema.schema_versions.c.refill))).scalar_one_or_none()
    try:
        return [] if stored is None else msgspec.json.decode(stored, type=list[_Refill])
    except msgspec.MsgspecError:
        raise SchemaChanged([f"{schema.schema_versions.name}.refill is not valid"]) from None


def _check_tables(existing: _Columns, expected: _Columns, schema: Schema) -> None:
    """Compare the tables of the database with those that the mirror created. Raises `SchemaChanged`."""
    differences: list[str] = []
    for table, columns in expected.items():
        if table not in existing:
            differences.append(f"table {table} is missing")
            continue
        types = existing[table]
        differences += (f"{table}.{name} is missing" for name in columns if name not in types)
        differences += (f"{table}.{name} was added" for name in types if name not in columns)
        differences += (
            f"{table}.{name} is {types[name]} instead of {type_}"
            for name, type_ in columns.items()
            if types.get(name, type_) != type_
        )
    if schema.due_numbers.name not in existing:
        differences.append(f"sequence {schema.due_numbers.name} is missing")
    if differences:
        raise SchemaChanged(differences)


def _tables_of(schema: Schema, dialect: Dialect) -> _Columns:
    return {name: _column_types(table.columns, dialect) for name, table in schema.metadata.tables.items()}


async def _stored_tables(connection: AsyncConnection, schema: Schema) -> _Columns:
    stored = (await connection.execute(select(schema.schema_versions.c.tables))).scalar_one()
    try:
        return msgspec.json.decode(stored, type=_Columns)
    except msgspec.MsgspecError:
        raise SchemaChanged([f"{schema.schema_versions.name}.tables is not valid"]) from None


def _column_types(columns: Iterable[Column[Any]], dialect: Dialect) -> dict[str, str]:
    return {column.name: column.type.compile(dialect) for column in columns}


async def _create_or_migrate(connection: AsyncConnection, database: "Database", create: bool) -> None:
    schema = database.schema
    # Another process may have done it while this one waited for its turn.
    existing = await _existing_columns(connection, database)
    found = await _stored_version(connection, schema, existing)
    if found is None:
        if not create:
            raise DatabaseError(
                f"{database!r} has no tables of a mirror whose names begin with {schema.prefix}: check the URL and the "
                "prefix, or sync a store first"
            )
        await _create(connection, schema, existing)
    elif found < schema.version:
        old = await _stored_tables(connection, schema)
        # Nothing that somebody else added is dropped.
        _check_tables(existing, old, schema)
        changed = await connection.run_sync(_change_tables, schema, old)
        refill = {item.section: item for item in await _stored_refill(connection, schema)}
        refill |= {name: _Refill(name) for name in changed}
        await _save(connection, schema, list(refill.values()))


async def _create(connection: AsyncConnection, schema: Schema, existing: _Columns) -> None:
    if schema.schema_versions.name in existing:
        raise SchemaChanged([f"{schema.schema_versions.name} has no version"])
    taken = sorted(set(existing) & set(schema.metadata.tables))
    if taken:
        raise SchemaChanged([f"table {name} exists, but the mirror did not create it" for name in taken])
    await connection.run_sync(schema.metadata.create_all, checkfirst=False)
    tables = msgspec.json.encode(_tables_of(schema, connection.dialect)).decode()
    await connection.execute(schema.schema_versions.insert().values(id=1, version=schema.version, tables=tables))
    if isinstance(schema.due_numbers, Table):
        await connection.execute(schema.due_numbers.insert().values(id=1, number=0))


async def _save(connection: AsyncConnection, schema: Schema, refill: list[_Refill]) -> None:
    values = {
        "version": schema.version,
        "tables": msgspec.json.encode(_tables_of(schema, connection.dialect)).decode(),
        "refill": msgspec.json.encode(refill).decode() if refill else None,
    }
    await connection.execute(update(schema.schema_versions).values(values))


def _change_tables(connection: Connection, schema: Schema, old: _Columns) -> list[str]:
    """Turn the tables of an older version into those of this one. Return the sections to derive again."""
    quote = connection.dialect.identifier_preparer.quote
    for name in old:
        if name not in schema.metadata.tables:
            connection.exec_driver_sql(f"DROP TABLE {quote(name)}")
    for table in schema.bookkeeping:
        if table.name in old:
            _change_columns(connection, table, old[table.name], derived=False)
        else:
            table.create(connection, checkfirst=False)
    changed: list[str] = []
    for section in schema.sections.values():
        table, *children = schema.tables_of(section)
        if table.name not in old:
            for new in (table, *children):
                new.create(connection, checkfirst=False)
            continue
        is_changed = _change_columns(connection, table, old[table.name], derived=True)
        for child in children:
            if old.get(child.name) != _column_types(child.columns, connection.dialect):
                child.drop(connection, checkfirst=True)
                child.create(connection, checkfirst=False)
                is_changed = True
        if is_changed:
            changed.append(section.name)
    return changed


def _change_columns(connection: Connection, table: Table, old: Mapping[str, str], *, derived: bool) -> bool:
    """Drop and add columns of a table. Return whether there was anything to do.

    The type of a column changes only if it is `derived` from the document. A new column has NULL in old rows, or 0.
    """
    new = _column_types(table.columns, connection.dialect)
    kept = set(ROW_COLUMNS) if derived else set(new) & set(old)
    surplus = [name for name, type_ in old.items() if new.get(name) != type_]
    missing = [name for name, type_ in new.items() if old.get(name) != type_]
    if not kept.isdisjoint((*surplus, *missing)):
        raise RuntimeError(
            f"the new version of {table.name} changes columns that are not derived: migrate them by code"
        )
    quote = connection.dialect.identifier_preparer.quote
    for name in surplus:
        connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} DROP COLUMN {quote(name)}")
    for name in missing:
        default = "" if table.c[name].nullable else " NOT NULL DEFAULT 0"
        connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} ADD COLUMN {quote(name)} {new[name]}{default}")
    return bool(surplus or missing)


async def _refill(database: "Database", rebuild: Rebuild) -> None:
    """Derive columns again, each batch in a transaction of its own. Several processes can share this."""
    while await _refill_batch(database, rebuild):
        pass


async def _refill_batch(database: "Database", rebuild: Rebuild) -> bool:
    """Derive the columns of some rows. Return False once there is nothing left to do."""
    schema = database.schema
    async with database.migration() as connection:
        await check_version(connection, schema)
        refill = await _stored_refill(connection, schema)
        if not refill:
            return False
        current, rest = refill[0], refill[1:]
        section = schema.sections.get(current.section)
        last = section and await rebuild(connection, schema, section, current.after, _BATCH)
        if last:
            rest = [_Refill(current.section, last), *rest]
        await _save(connection, schema, rest)
    return True
