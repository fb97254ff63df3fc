"""The tables of a mirror belong to the version of the schema."""

import hashlib

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from ecwid_async.sync.database.schema import SCHEMA_VERSION, Schema
from ecwid_async.sync.rows import MIRROR_SECTIONS

# Hashes of the tables and columns, by version. If they change, raise SCHEMA_VERSION and add the new ones.
FINGERPRINTS = {
    (1, "sqlite"): "a8158f2b970db693",
    (1, "postgresql"): "d07fda6faf1de437",
    (2, "sqlite"): "8c60b651798e0f4d",
    (2, "postgresql"): "bd63d2caa20bfd1c",
}


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_tables_change_only_with_the_version_of_the_schema(dialect):
    compiler = {"sqlite": sqlite, "postgresql": postgresql}[dialect].dialect()
    tables = Schema(dialect, prefix="ecwid_", sections=MIRROR_SECTIONS).metadata.sorted_tables
    columns = sorted(
        f"{table.name}.{column.name} {column.type.compile(compiler)} {column.primary_key} {column.nullable}"
        for table in tables
        for column in table.columns
    )
    assert hashlib.sha256("\n".join(columns).encode()).hexdigest()[:16] == FINGERPRINTS[SCHEMA_VERSION, dialect]
