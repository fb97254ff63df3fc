"""Models, drafts and the caller's values as plain data and JSON.

Writing: `Model` leaves out None, `Draft` leaves out `UNSET` and sends None as null.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, cast

from ecwid_async.codec.dates import format_datetime
from ecwid_async.codec.json import MOST_DIGITS, encode
from ecwid_async.models.base import JSON_TEXT, PREFIX, UNSET, Data, Model, wire_name
from ecwid_async.wire import printable

__all__ = ["dumps", "to_plain_data"]

_MOST_BITS: Final = 14_284  # so many digits have no more


def dumps(value: object) -> bytes:
    """JSON bytes of a draft, a model, or plain data made of them; decimals are written digit by digit.

    Raises `TypeError` for a float, which can't hold an amount of money exactly, for a naive `datetime` and for all else
    that JSON can't say; the message names where it is. Moments are written to the second, those of models in full.
    """
    return encode(to_plain_data(value))


def to_plain_data(value: object) -> Any:
    """What `dumps` writes as plain data, a copy of all of it: text, whole numbers, `Decimal`, lists and dicts.

    Raises `TypeError` for what JSON can't say exactly; the message names where it is.
    """
    try:
        return _plain(value)
    except TypeError as error:
        place, said = _refused_at(value), str(error)
    except RecursionError:
        place, said = "", "this is nested too deeply, or inside itself"
    raise TypeError(f"{place}: {said}" if place else said)


def _plain(value: object, exact: bool = False) -> object:
    """As `to_plain_data`. A moment is written to the second, with all of its fraction where `exact`."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, Enum):
        if value is UNSET:
            raise TypeError("UNSET inside a list or a dict says nothing: leave it out")
        return _plain(value.value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if value.bit_length() > _MOST_BITS:
            raise TypeError(f"this int has more than {MOST_DIGITS:,} digits")
        return int.__int__(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError(f"{value} is no number that JSON can hold")
        return value if value.__class__ is Decimal else Decimal(value)
    if isinstance(value, Data):
        return _write(value)
    if isinstance(value, datetime):
        return format_datetime(value, exact=exact)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_plain_key(key): _plain(element, exact) for key, element in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(element, exact) for element in value]
    if isinstance(value, float):
        raise TypeError(
            "a float can't hold an amount exactly: pass Decimal('12.50') or an int (json.loads takes "
            "parse_float=Decimal)"
        )
    raise TypeError(f"a {type(value).__name__} can't be sent as JSON: pass text, numbers, dates, lists or dicts")


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise TypeError("this text has half of a surrogate pair in it, which no UTF-8 can hold") from None
    # As itself: the text of markup and other subclasses would be made by methods of their own.
    return str.__str__(value)


def _plain_key(key: object) -> str:
    key = key.value if isinstance(key, Enum) else key
    if isinstance(key, str):
        return _text(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return str(int(key))
    raise TypeError(f"a {type(key).__name__} can't be a key in JSON: pass text")


def _write(item: Data) -> dict[str, object]:
    out: dict[str, object] = {}
    exact = isinstance(item, Model)
    for field in item.__attrs_attrs__:
        value = getattr(item, field.name)
        if value is item._absent or field.name == "extra":
            continue
        if PREFIX in field.metadata:
            prefix = field.metadata[PREFIX]
            out.update((f"{prefix}{_plain_key(name)}", _plain(element, exact)) for name, element in value.items())
        elif JSON_TEXT in field.metadata and value is not None:
            out[wire_name(field)] = encode(_plain(value, exact)).decode()
        else:
            out[wire_name(field)] = _plain(value, exact)
    for name, value in cast(Any, item).extra.items():
        out[_plain_key(name)] = _plain(value, exact)
    return out


def _refused_at(value: object) -> str:
    """Where in a value, as its caller would write it, the first thing is that `_plain` refuses."""
    place = type(value).__name__ if isinstance(value, Data) else ""
    while True:
        for step, inner in _parts(value):
            try:
                _plain(inner)
            except TypeError:
                place, value = f"{place}{step}".lstrip("."), inner
                break
        else:
            return place


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Data):
        for field in value.__attrs_attrs__:
            inner = getattr(value, field.name)
            if inner is not value._absent:
                yield f".{field.name}", inner
    elif isinstance(value, Mapping):
        yield from ((f"[{printable(repr(key), limit=60)}]", inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        yield from ((f"[{index}]", inner) for index, inner in enumerate(value))
