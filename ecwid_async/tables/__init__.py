"""Items as rows and columns. `tables.arrow` builds Arrow tables; it needs pyarrow and is imported separately."""

from ecwid_async.tables.columns import (
    EXTRA,
    STORE_ID,
    Column,
    Fields,
    ListColumn,
    ScalarColumn,
    StructColumn,
    build_columns,
    flatten,
)
from ecwid_async.tables.json_texts import SEPARATOR, is_utf8, join_texts
from ecwid_async.tables.rows import RowReader, Rows, merge_extra

__all__ = [
    "EXTRA",
    "SEPARATOR",
    "STORE_ID",
    "Column",
    "Fields",
    "ListColumn",
    "RowReader",
    "Rows",
    "ScalarColumn",
    "StructColumn",
    "build_columns",
    "flatten",
    "is_utf8",
    "join_texts",
    "merge_extra",
]
