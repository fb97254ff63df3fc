"""The SQL that reads and writes the rows of a section.

It is text for the driver, because executing a statement of SQLAlchemy for many rows takes three times as long.
"""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ecwid_async.changes import ItemId
from ecwid_async.primitives.pacing import Pacing
from ecwid_async.sync.rows import DocumentReader, MirrorSection, StoredType, reader_for

if TYPE_CHECKING:
    from ecwid_async.sync.database.schema import Schema

__all__ = ["Row", "RowTable", "SectionStatements", "Step", "refuses_values", "statements_for"]

Row: TypeAlias = tuple[Any, ...]

# In the order in which `writer` has the values.
_ROW_TYPES: Final[dict[str, str | None]] = {
    "store_id": "int8",
    "id": None,  # the section's
    "document": "bytea",
    "updated": "int8",
    "read_begin": "float8",
    "read_end": "float8",
    "read_kind": "text",
    "hash": "bytea",
    "deleted_at": "int8",
}
_BINARY_TYPES: Final[dict[StoredType, str]] = {
    "bigint": "int8",
    "boolean": "bool",
    "numeric": "numeric",
    "real": "float8",
    "text": "text",
    "timestamp": "timestamptz",
}
_ROWS_AT_ONCE: Final = 50
# The binary form of a JSONB value is this version and the text.
_JSONB_VERSION: Final = b"\x01"
# Classes of errors of PostgreSQL: invalid data, constraints, limits, and what triggers raise.
_REFUSALS: Final = ("22", "23", "44", "54", "P0")
# The primary codes of SQLite: a constraint or a trigger, a wrong type, a value that is too long.
_SQLITE_REFUSALS: Final = (19, 20, 18)


class RowTable:
    """A table as the driver knows it: `types` are PostgreSQL's, and `keys` its first columns."""

    def __init__(self, schema: "Schema", name: str, columns: Sequence[tuple[str, str]], keys: int) -> None:
        self.is_postgresql = schema.dialect == "postgresql"
        self.name = f'"{schema.prefix}{name}"'
        self.types = [type_ for _, type_ in columns]
        # In the binary form, a JSONB value is bytes.
        self.copy_types = ["bytea" if type_ == "jsonb" else type_ for type_ in self.types]
        self.json_at = self.types.index("jsonb") if "jsonb" in self.types else None
        names = [f'"{column}"' for column, _ in columns]
        self._columns = ", ".join(names)
        marks = ", ".join(self.mark(type_) for type_ in self.types)
        self.insert = f"INSERT INTO {self.name} ({self._columns}) VALUES ({marks})"  # noqa: S608  # names are ours
        updates = ", ".join(f"{column} = excluded.{column}" for column in names[keys:])
        self.upsert = f"{self.insert} ON CONFLICT ({', '.join(names[:keys])}) DO UPDATE SET {updates}"

    def mark(self, type_: str = "") -> str:
        """Return the placeholder of a value. psycopg sends bytes as text unless it is told otherwise."""
        if not self.is_postgresql:
            return "?"
        return "%b" if type_ == "bytea" else "%s"

    async def copy(self, connection: AsyncConnection, rows: Sequence[Row]) -> None:
        """Insert rows with COPY, which takes a quarter of the time of INSERT."""
        statement = f"COPY {self.name} ({self._columns}) FROM STDIN (FORMAT BINARY)"
        json_at = self.json_at
        driver: Any = (await connection.get_raw_connection()).driver_connection
        errors: Any = connection.dialect.dbapi
        try:
            async with driver.cursor() as cursor, cursor.copy(statement) as copy:
                copy.set_types(self.copy_types)
                pacing = Pacing()
                for number, row in enumerate(rows, 1):
                    if number % _ROWS_AT_ONCE == 0:
                        await pacing.rest()
                    if json_at is not None and row[json_at] is not None:
                        row = (*row[:json_at], _JSONB_VERSION + row[json_at].encode(), *row[json_at + 1 :])
                    await copy.write_row(row)
        except errors.Error as error:
            raise _wrapped(error, connection) from error


class SectionStatements:
    """The statements of a section's table and the tables of the lists in its documents."""

    def __init__(self, schema: "Schema", section: MirrorSection) -> None:
        self.reader: DocumentReader = reader_for(section, schema.dialect)
        key_type = "text" if section.key_type == "text" else "int8"
        columns = [(name, type_ or key_type) for name, type_ in _ROW_TYPES.items()]
        if schema.dialect == "postgresql":
            columns.append(("data", "jsonb"))
        columns += [(column.name, _BINARY_TYPES[column.type]) for column in self.reader.columns]
        self.table = table = RowTable(schema, section.name, columns, 2)
        self.children = [
            RowTable(
                schema,
                child.name,
                [
                    ("store_id", "int8"),
                    (child.parent_key, key_type),
                    ("position", "int4"),
                    *((column.name, _BINARY_TYPES[column.type]) for column in stored),
                ],
                3,
            )
            for child, stored in zip(section.children, self.reader.child_columns, strict=True)
        ]
        mark = table.mark()
        keys = f"= ANY({mark})" if table.is_postgresql else f"IN (SELECT value FROM json_each({mark}))"  # noqa: S608
        self.select_versions = (
            f"SELECT id, updated, read_begin, read_end, hash, deleted_at FROM {table.name} "  # noqa: S608
            f"WHERE store_id = {mark} AND id {keys}"
        )
        self.select_documents = (
            f"SELECT id, document, read_kind FROM {table.name} WHERE store_id = {mark} AND id {keys}"  # noqa: S608
        )
        self.select_after = (
            f"SELECT {', '.join(_ROW_TYPES)} FROM {table.name} WHERE document IS NOT NULL "  # noqa: S608
            f"AND (store_id, id) > ({mark}, {mark}) ORDER BY store_id, id LIMIT {mark}"
        )
        self.select_first = self.select_after.replace(f"AND (store_id, id) > ({mark}, {mark}) ", "")
        self.move_read = (
            f"UPDATE {table.name} SET read_begin = {mark}, read_end = {mark}, read_kind = {mark} "  # noqa: S608
            f"WHERE store_id = {mark} AND id = {mark}"
        )
        # A deleted item that is deleted again keeps its first date. Its interval is the time of the last deletion.
        self.mark_deleted = (
            f"INSERT INTO {table.name} AS old (store_id, id, read_begin, read_end, read_kind, deleted_at) "  # noqa: S608
            f"VALUES ({', '.join([mark] * 6)}) ON CONFLICT (store_id, id) DO UPDATE SET "
            "read_begin = excluded.read_begin, read_end = excluded.read_end, read_kind = excluded.read_kind, "
            "deleted_at = COALESCE(old.deleted_at, excluded.deleted_at)"
        )
        self.delete_children = [
            f"DELETE FROM {child.name} WHERE store_id = {mark} AND {spec.parent_key} {keys}"  # noqa: S608
            for child, spec in zip(self.children, section.children, strict=True)
        ]

    async def execute(self, connection: AsyncConnection, steps: Sequence["Step"]) -> None:
        """Execute steps."""
        if not self.table.is_postgresql:
            await _execute_in_file(connection, steps)
            return
        for what, rows in steps:
            if isinstance(what, RowTable):
                await what.copy(connection, rows)
            else:
                await connection.exec_driver_sql(what, list(rows))

    def key_list(self, keys: Sequence[ItemId]) -> object:
        """Return keys as one parameter."""
        return list(keys) if self.table.is_postgresql else msgspec.json.encode(keys).decode()


Step: TypeAlias = tuple[RowTable | str, Sequence[Row]]
"""A statement, and the rows for which it is executed. A table stands for adding new rows to it."""


async def _execute_in_file(connection: AsyncConnection, steps: Sequence[Step]) -> None:
    """Execute steps in SQLite, all with one hand-over to its thread, which rests in between."""
    statements = [(what.insert if isinstance(what, RowTable) else what, rows) for what, rows in steps]
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        await driver.execute_all(statements)
    except sqlite3.Error as error:
        raise _wrapped(error, connection) from error


def _wrapped(error: Exception, connection: AsyncConnection) -> Exception:
    """Return an error of the driver as SQLAlchemy raises it, without the values of the row."""
    errors: Any = connection.dialect.dbapi
    return DBAPIError.instance(None, None, error, errors.Error, hide_parameters=True, dialect=connection.dialect)


@lru_cache(maxsize=256)
def statements_for(schema: "Schema", section: MirrorSection) -> SectionStatements:
    """Return the statements of a section."""
    return SectionStatements(schema, section)


def refuses_values(error: BaseException) -> bool:
    """Return whether a database refused the values of a row, so that it may accept other rows."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(state := getattr(original, "sqlstate", None), str):
        return state.startswith(_REFUSALS)
    if isinstance(code := getattr(original, "sqlite_errorcode", None), int):
        return code & 0xFF in _SQLITE_REFUSALS
    # The driver refused a value before it was sent.
    return type(original).__name__ == "DataError" or isinstance(original, OverflowError | UnicodeError)
