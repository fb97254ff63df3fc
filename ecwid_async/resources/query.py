"""Query parameters: the types of their values, and their encoding."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final, TypeAlias, TypeVar, cast

__all__ = ["OneOrMany", "QueryValue", "Timestamp", "as_sequence", "query_params"]

T = TypeVar("T")

Timestamp = datetime | int
"""A time in a query: an aware `datetime`, or Unix seconds, which have ten digits since 2001."""

OneOrMany: TypeAlias = T | Sequence[T]
"""One value or many, sent as one comma-separated parameter."""

QueryValue = str | int | Decimal | bool | datetime | Enum | Iterable[str | int | Decimal | Enum] | None
"""The value of a query parameter; None leaves the parameter out."""

# In these parameters the API reads a year, a compact date or milliseconds as Unix seconds, without an error.
_TIMESTAMPS: Final = frozenset(
    {
        "cancelledFrom",
        "cancelledTo",
        "createdFrom",
        "createdTo",
        "endedAt",
        "from_date",
        "nextChargeFrom",
        "nextChargeTo",
        "orderCreatedFrom",
        "orderCreatedTo",
        "pickupTimeFrom",
        "pickupTimeTo",
        "startedFrom",
        "to_date",
        "updatedFrom",
        "updatedTo",
    }
)
_UNIX_SECONDS: Final = range(1_000_000_000, 10_000_000_000)
_CAMEL_CASE: Final = re.compile("[a-z]+(?:[A-Z][a-z]*)+")
_CAPITAL: Final = re.compile("[A-Z]")


def as_sequence(value: OneOrMany[T] | None) -> Sequence[T] | None:
    """Wrap a single value in a list, so that `_join` rejects commas in it too."""
    if value is None or (isinstance(value, Iterable) and not isinstance(value, str)):
        return cast("Sequence[T] | None", value)
    return [value]


def query_params(query: Mapping[str, QueryValue]) -> tuple[tuple[str, str], ...]:
    """Encode names and values for the API. Parameters whose value is None are left out."""
    params: list[tuple[str, str]] = []
    for name, value in query.items():
        if value is not None:
            params.append((name, _encode(name, value)))
    return tuple(params)


def _encode(name: str, value: object) -> str:
    """Encode a value for the API: times as Unix seconds, booleans as ``true``, lists comma-separated."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if name in _TIMESTAMPS and value not in _UNIX_SECONDS:
            raise ValueError(
                f"{_argument(name)} can't be {value}: Unix seconds have ten digits since 2001; "
                "for a date pass a datetime with a time zone, such as datetime(2024, 1, 31, tzinfo=UTC)"
            )
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{_argument(name)} needs a datetime with a time zone, such as datetime.now(UTC)")
        return str(int(value.timestamp()))
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return _join(name, [_encode(name, element) for element in value])
    found = type(value).__name__
    raise TypeError(
        f"{_argument(name)} can't be a {found}: pass a str, int, bool, Decimal or datetime, or a list of those"
    )


def _join(name: str, elements: Sequence[str]) -> str:
    """Join the values of a parameter. Raises `ValueError` if the server would read different values."""
    if not elements:
        # The API ignores an empty filter and returns everything.
        raise ValueError(
            f"{_argument(name)} is an empty list, which would match everything: leave it out to match everything"
        )
    for element in elements:
        if "," in element:
            raise ValueError(
                f"{_argument(name)} can't be {element!r}: the API separates values by commas and documents no way to "
                "escape one. Pass a list for several values; a value with a comma can't be searched for"
            )
    return ",".join(elements)


def _argument(name: str) -> str:
    """The name of the Python argument for a query parameter: ``updated_from`` for ``updatedFrom``."""
    if not _CAMEL_CASE.fullmatch(name):
        return name  # such as `option_Size`, which contains a merchant's word
    return _CAPITAL.sub(lambda match: f"_{match[0].lower()}", name)
