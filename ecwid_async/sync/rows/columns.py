"""The columns that are derived from documents, and the types that they have in a database."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, TypeAlias

from ecwid_async.codec import parse_datetime
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.scan import seconds

__all__ = [
    "MAX_INTEGER",
    "Column",
    "ColumnType",
    "Dialect",
    "StoredColumn",
    "StoredType",
    "convert",
    "stored_columns",
]

ColumnType: TypeAlias = Literal["boolean", "decimal", "integer", "text", "time"]
Dialect: TypeAlias = Literal["postgresql", "sqlite"]
StoredType: TypeAlias = Literal["bigint", "boolean", "numeric", "real", "text", "timestamp"]

MAX_INTEGER: Final = (1 << 63) - 1
# The longest decimal. Longer ones are not prices, weights or rates.
_MAX_DIGITS: Final = 100
_COMMON_ZONE: Final = " +0000"
_INTEGER: Final = re.compile(r"-?[0-9]{1,19}")


@frozen
class Column:
    """A column that is derived from a document.

    `path` are the names of the field and of the objects around it, separated by dots; in a child table, it is empty for
    the list's element itself. A value that does not fit `type` is NULL in the column, and remains in the document.
    """

    name: str
    path: str
    type: ColumnType


@frozen
class StoredColumn:
    """A column in the database. A timestamp is ``2024-09-04 07:20:11`` (UTC) in a text column on SQLite."""

    name: str
    type: StoredType
    source: Column
    to_sql: Callable[[Any], Any] | None = None


def stored_columns(columns: Iterable[Column], dialect: Dialect) -> list[StoredColumn]:
    """Return how columns are stored.

    SQLite has no exact decimals, so a decimal is stored twice there: as a REAL to filter by, and as an exact text in a
    column whose name ends in ``_exact``.
    """
    stored: list[StoredColumn] = []
    for column in columns:
        match column.type, dialect:
            case "decimal", "sqlite":
                stored.append(StoredColumn(column.name, "real", column, _to_real))
                stored.append(StoredColumn(f"{column.name}_exact", "text", column, _to_exact_text))
            case "decimal", _:
                stored.append(StoredColumn(column.name, "numeric", column, _to_numeric))
            case "time", "sqlite":
                stored.append(StoredColumn(column.name, "text", column, _to_time_text))
            case "time", _:
                stored.append(StoredColumn(column.name, "timestamp", column, _to_time))
            case _:
                stored.append(StoredColumn(column.name, _STORED_TYPES[column.type], column))
    return stored


_STORED_TYPES: Final[Mapping[ColumnType, StoredType]] = {"boolean": "boolean", "integer": "bigint", "text": "text"}


def _to_exact_text(value: Decimal) -> str | None:
    if not (value.is_finite() and -_MAX_DIGITS < value.adjusted() < _MAX_DIGITS):
        return None
    text = str(value)
    if len(text) > _MAX_DIGITS:
        return None
    return f"{value:f}" if "E" in text else text


def _to_real(value: Decimal) -> float | None:
    return None if (text := _to_exact_text(value)) is None else float(text)


def _to_numeric(value: Decimal) -> Decimal | None:
    return None if _to_exact_text(value) is None else value


def _to_time(value: str) -> datetime | None:
    try:
        if value[19:] == _COMMON_ZONE:
            return datetime.fromisoformat(f"{value[:19]}+00:00")
        return parse_datetime(value).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


def _to_time_text(value: str) -> str | None:
    return None if (time := _to_time(value)) is None else time.isoformat(" ")[:19]


def convert(value: object, type_: ColumnType) -> Any:
    """Convert any JSON value to the type of a column, None if that would lose something."""
    return _CONVERSIONS[type_](value)


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _integer(value: object) -> int | None:
    if (isinstance(value, str) and _INTEGER.fullmatch(value)) or (
        isinstance(value, Decimal) and abs(value) <= MAX_INTEGER and value == value.to_integral_value()
    ):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        return None
    return value


def _text(value: object) -> str | None:
    if isinstance(value, str):
        # PostgreSQL has no U+0000 in texts.
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _time(value: object) -> str | None:
    if isinstance(value, str):
        return value
    second = None if isinstance(value, bool) else seconds(value)
    return None if second is None else f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}{_COMMON_ZONE}"


_CONVERSIONS: Final[Mapping[ColumnType, Callable[[object], Any]]] = {
    "boolean": _boolean,
    "decimal": _decimal,
    "integer": _integer,
    "text": _text,
    "time": _time,
}
