"""Single values of JSON as Python values: exact, or not at all."""

import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final, TypeVar

from ecwid_async.codec.dates import parse_moment
from ecwid_async.codec.json import MOST_DIGITS

__all__ = ["SCALARS", "Mismatch", "decimals", "retyped", "run"]

T = TypeVar("T")


class Mismatch(Exception):
    """A value is not of the declared type and can't be turned into it without loss."""


class _Run(threading.local):
    """Whether the structuring under way met a value it could not place."""

    odd: bool = False


run = _Run()


class _Decimals(dict[int, Decimal]):
    """Whole numbers as decimals, the common ones ready made: most amounts in a store are round."""

    def __missing__(self, number: int) -> Decimal:
        return Decimal(number)


decimals: Final = _Decimals((number, Decimal(number)) for number in range(1025))


def retyped(value: T) -> T:
    """A value that came as another type of JSON's, which is reported."""
    run.odd = True
    return value


def to_str(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return retyped(str(value))
    raise Mismatch


def to_int(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # How large it is comes first: int(Decimal("1e999999")) takes minutes.
    if isinstance(value, Decimal) and value.adjusted() < MOST_DIGITS and value == value.to_integral_value():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value):
        return retyped(int(value))
    raise Mismatch


def to_decimal(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", value):
        return retyped(Decimal(value))
    raise Mismatch


def to_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return retyped(value == "true")
    raise Mismatch


def to_datetime(value: object) -> datetime:
    if isinstance(value, str):
        try:
            if len(value) == 10:
                return retyped(datetime.combine(date.fromisoformat(value), time(tzinfo=UTC)))
            moment, whole = parse_moment(value)
        except (ValueError, OverflowError):
            pass
        else:
            if whole:
                return moment
    raise Mismatch


def to_date(value: object) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Mismatch


SCALARS: Final[Mapping[object, Callable[[object], object]]] = {
    str: to_str,
    int: to_int,
    Decimal: to_decimal,
    bool: to_bool,
    datetime: to_datetime,
    date: to_date,
}
