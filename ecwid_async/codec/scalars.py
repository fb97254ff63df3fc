"""Conversion of single JSON values to Python types. A value that would lose anything is refused."""

import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final, TypeVar

from ecwid_async.codec.dates import parse_datetime_checked
from ecwid_async.codec.json import MAX_INT_DIGITS

__all__ = ["SCALAR_CONVERTERS", "WrongType", "decimal_cache", "flag_mismatch", "state"]

T = TypeVar("T")


class WrongType(Exception):
    """A value is not of the declared type and can't be converted to it without loss."""


class _State(threading.local):
    """Whether the current structuring in this thread has met a value of an unexpected type."""

    mismatch_seen: bool = False


state: Final = _State()


def flag_mismatch(value: T) -> T:
    """Return a value that was converted from another JSON type, and have it reported."""
    state.mismatch_seen = True
    return value


class _DecimalCache(dict[int, Decimal]):
    """Integers as decimals. Small ones are built ahead, since most amounts in a store are whole numbers."""

    def __missing__(self, number: int) -> Decimal:
        return Decimal(number)


decimal_cache: Final = _DecimalCache((number, Decimal(number)) for number in range(1025))


def _to_str(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return flag_mismatch(str(value))
    raise WrongType


def _to_int(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # The size is checked first, since int(Decimal("1e999999")) takes minutes.
    if isinstance(value, Decimal) and value.adjusted() < MAX_INT_DIGITS and value == value.to_integral_value():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value):
        return flag_mismatch(int(value))
    raise WrongType


def _to_decimal(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", value):
        return flag_mismatch(Decimal(value))
    raise WrongType


def _to_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return flag_mismatch(value == "true")
    raise WrongType


def _to_datetime(value: object) -> datetime:
    if isinstance(value, str):
        try:
            if len(value) == 10:
                return flag_mismatch(datetime.combine(date.fromisoformat(value), time(tzinfo=UTC)))
            moment, is_exact = parse_datetime_checked(value)
        except (ValueError, OverflowError):
            pass
        else:
            if is_exact:
                return moment
    raise WrongType


def _to_date(value: object) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise WrongType


SCALAR_CONVERTERS: Final[Mapping[object, Callable[[object], object]]] = {
    str: _to_str,
    int: _to_int,
    Decimal: _to_decimal,
    bool: _to_bool,
    datetime: _to_datetime,
    date: _to_date,
}
