"""The tables of a mirror: one for each section and each list in its documents, and those of the mirror itself."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
)
from sqlalchemy import Sequence as NumberSequence
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from ecwid_async.errors import ConfigError
from ecwid_async.sync.database.state import SectionState, StoreState, columns_of
from ecwid_async.sync.database.store_schedule import ScheduledStore
from ecwid_async.sync.rows import MIRROR_SECTIONS, ChildTable, Dialect, MirrorSection, StoredType, stored_columns

__all__ = ["ROW_COLUMNS", "SCHEMA_VERSION", "Schema", "schema_for"]

SCHEMA_VERSION: Final = 2
"""Raise it with every change of a table, also of a derived column. A test compares the tables with it."""

ROW_COLUMNS: Final = (
    "store_id",
    "id",
    "document",
    "updated",
    "read_begin",
    "read_end",
    "read_kind",
    "hash",
    "deleted_at",
)
"""The columns of every section's table that are not derived from the document."""

# PostgreSQL truncates names at 63 bytes.
_PREFIX: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")

_TYPES: Final[Mapping[StoredType, TypeEngine[Any]]] = {
    "bigint": BigInteger(),
    "boolean": Boolean(),
    "numeric": Numeric(),
    "real": Double(),
    "text": Text(),
    "timestamp": DateTime(timezone=True),
}


class Schema:
    """The tables of a version of the mirror, for one kind of database.

    `tables` and `children` have the tables of sections and of the lists in their documents, by name.
    """

    def __init__(
        self,
        dialect: Dialect,
        *,
        prefix: str,
        sections: Mapping[str, MirrorSection],
        version: int = SCHEMA_VERSION,
    ) -> None:
        if not _PREFIX.fullmatch(prefix):
            raise ConfigError(
                f"{prefix!r} is not a valid prefix of tables: pass up to 30 lower-case letters, digits and "
                "underscores, beginning with a letter, such as ecwid_"
            )
        self.dialect = dialect
        self.prefix = prefix
        self.version = version
        self.sections = sections
        self.metadata = MetaData()
        self.schema_versions = self._table(
            "schema",
            Column("id", Integer, primary_key=True, autoincrement=False),
            Column("version", Integer, nullable=False),
            # The columns of the tables, so that a migration knows which ones are not the mirror's. As JSON.
            Column("tables", Text, nullable=False),
            # What a migration still has to derive again, as JSON.
            Column("refill", Text),
        )
        self.stores = self._table(
            "stores",
            *columns_of(StoreState, "store_id"),
            Column("epoch", BigInteger, nullable=False),
            Column("owner", Text),
            Column("lease_until", Double),
        )
        self.section_states = self._table("section_states", *columns_of(SectionState, "store_id", "section"))
        self.store_schedule = self._table(
            "store_schedule",
            *columns_of(ScheduledStore, "fleet", "store_id"),
            Index(f"{prefix}store_schedule_due", "fleet", "due_at"),
        )
        self.due_items = self._table(
            "due_items",
            _number("store_id", primary_key=True),
            Column("section", Text, primary_key=True),
            Column("id", Text, primary_key=True),
            _number("number", nullable=False),
            Column("reason", Text, nullable=False),
            Column("failures", Integer, nullable=False),
            Column("retry_at", Double, nullable=False),
        )
        self.recorded_polls = self._table(
            "recorded_polls",
            _number("store_id", primary_key=True),
            Column("section", Text, primary_key=True),
            _number("number", primary_key=True),
            Column("server_time", Double, nullable=False),
        )
        self.due_numbers: Table | NumberSequence
        """The sequence of the numbers of due items: a table with one row on SQLite, which has no sequences."""
        if dialect == "postgresql":
            self.due_numbers = NumberSequence(f"{prefix}due_numbers", metadata=self.metadata)
        else:
            self.due_numbers = self._table(
                "due_numbers",
                Column("id", Integer, primary_key=True, autoincrement=False),
                _number("number", nullable=False),
            )
        self.bookkeeping = tuple(self.metadata.tables.values())
        self.tables: Mapping[str, Table] = MappingProxyType(
            {section.name: self._section_table(section) for section in sections.values()}
        )
        self.children: Mapping[str, Table] = MappingProxyType(
            {
                child.name: self._child_table(section, child)
                for section in sections.values()
                for child in section.children
            }
        )

    def insert(self, table: Table) -> "postgresql.Insert | sqlite.Insert":
        """Return an INSERT of the dialect, which has `on_conflict_do_update`."""
        return postgresql.insert(table) if self.dialect == "postgresql" else sqlite.insert(table)

    def tables_of(self, section: MirrorSection) -> list[Table]:
        """Return the table of a section, then those of the lists in its documents."""
        return [self.tables[section.name], *(self.children[child.name] for child in section.children)]

    def _table(self, name: str, *items: Column[Any] | Index, **options: Any) -> Table:
        return Table(f"{self.prefix}{name}", self.metadata, *items, **options)

    def _section_table(self, section: MirrorSection) -> Table:
        data = [Column("data", JSONB(none_as_null=True))] if self.dialect == "postgresql" else []
        deleted_at: Column[int] = Column("deleted_at", BigInteger)
        is_deleted = deleted_at.is_not(None)
        return self._table(
            section.name,
            _number("store_id", primary_key=True),
            _key("id", section),
            Column("updated", BigInteger),
            Column("read_begin", Double, nullable=False),
            Column("read_end", Double, nullable=False),
            Column("read_kind", Text, nullable=False),
            Column("hash", LargeBinary),
            deleted_at,
            *(Column(column.name, _TYPES[column.type]) for column in stored_columns(section.columns, self.dialect)),
            # The exact bytes that the API sent, from which the other columns are derived. It is last, because SQLite
            # reads all of a row before the column that it looks for.
            Column("document", LargeBinary),
            *data,
            # Tombstones are few.
            Index(
                f"{self.prefix}{section.name}_deleted",
                "store_id",
                deleted_at,
                sqlite_where=is_deleted,
                postgresql_where=is_deleted,
            ),
        )

    def _child_table(self, section: MirrorSection, child: ChildTable) -> Table:
        return self._table(
            child.name,
            _number("store_id", primary_key=True),
            _key(child.parent_key, section),
            Column("position", Integer, primary_key=True, autoincrement=False),
            *(Column(column.name, _TYPES[column.type]) for column in stored_columns(child.columns, self.dialect)),
            sqlite_with_rowid=False,
        )


@lru_cache(maxsize=16)
def schema_for(dialect: Dialect, prefix: str) -> Schema:
    """Return the tables of this version of the library, which every mirror with this prefix shares.

    Building them takes the event loop tens of milliseconds.
    """
    return Schema(dialect, prefix=prefix, sections=MIRROR_SECTIONS)


def _number(name: str, *, primary_key: bool = False, nullable: bool = True) -> Column[int]:
    return Column(name, BigInteger, primary_key=primary_key, autoincrement=False, nullable=nullable and not primary_key)


def _key(name: str, section: MirrorSection) -> Column[Any]:
    key_type: TypeEngine[Any] = Text() if section.key_type == "text" else BigInteger()
    return Column(name, key_type, primary_key=True, autoincrement=False)
