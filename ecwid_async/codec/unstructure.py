"""Models, drafts and users' values to plain data and JSON: exactly, or an error.

Models omit None. Drafts omit `UNSET` and write None as null.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, cast

from ecwid_async.codec.dates import format_datetime
from ecwid_async.codec.json import MAX_INT_DIGITS, encode
from ecwid_async.models.base import JSON_TEXT, PREFIX, UNSET, Data, Model, wire_name
from ecwid_async.wire import to_printable

__all__ = ["dumps", "to_plain_data"]

_MAX_INT_BITS: Final = 14_284  # the most that an int of MAX_INT_DIGITS has


def dumps(value: object) -> bytes:
    """Write a draft, a model, or plain data that contains them, as JSON; decimals keep every digit.

    Datetimes are written to the second, in models with their fraction. Raises `TypeError` with the path of the
    value for anything that JSON can't represent, a naive `datetime`, or a float, which can't hold an amount exactly.
    """
    return encode(to_plain_data(value))


def to_plain_data(value: object) -> Any:
    """Copy a value into the plain data that `dumps` writes: str, int, bool, `Decimal`, None, lists and dicts.

    Raises `TypeError`, with the path of the value, for anything that JSON can't represent exactly.
    """
    try:
        return _convert(value)
    except TypeError as error:
        path, message = _find_refused(value), str(error)
    except RecursionError:
        path, message = "", "this is nested too deeply, or contains itself"
    raise TypeError(f"{path}: {message}" if path else message)


def _convert(value: object, exact: bool = False) -> object:
    """Convert a value; `exact` writes datetimes with their fraction."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, Enum):
        if value is UNSET:
            raise TypeError("UNSET means nothing inside a list or a dict: leave it out")
        return _convert(value.value)
    if isinstance(value, str):
        return _convert_str(value)
    if isinstance(value, int):
        if value.bit_length() > _MAX_INT_BITS:
            raise TypeError(f"this int has more than {MAX_INT_DIGITS:,} digits")
        return int.__int__(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError(f"JSON can't represent the number {value}")
        return value if value.__class__ is Decimal else Decimal(value)
    if isinstance(value, Data):
        return _convert_data(value)
    if isinstance(value, datetime):
        return format_datetime(value, exact=exact)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_convert_key(key): _convert(element, exact) for key, element in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | memoryview):
        return [_convert(element, exact) for element in value]
    if isinstance(value, float):
        raise TypeError(
            "a float can't hold an amount exactly: pass Decimal('12.50') or an int (json.loads takes "
            "parse_float=Decimal)"
        )
    raise TypeError(
        f"a value of type {type(value).__name__} can't be sent as JSON: pass text, numbers, dates, lists or dicts"
    )


def _convert_str(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise TypeError("this text contains half of a surrogate pair, which UTF-8 can't encode") from None
    # Subclasses, such as markup, may override __str__.
    return str.__str__(value)


def _convert_key(key: object) -> str:
    key = key.value if isinstance(key, Enum) else key
    if isinstance(key, str):
        return _convert_str(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return str(int(key))
    raise TypeError(f"a key of type {type(key).__name__} can't be sent as JSON: pass text")


def _convert_data(item: Data) -> dict[str, object]:
    converted: dict[str, object] = {}
    exact = isinstance(item, Model)
    for field in item.__attrs_attrs__:
        value = getattr(item, field.name)
        if value is item._absent or field.name == "extra":
            continue
        if PREFIX in field.metadata:
            prefix = field.metadata[PREFIX]
            converted.update(
                (f"{prefix}{_convert_key(name)}", _convert(element, exact)) for name, element in value.items()
            )
        elif JSON_TEXT in field.metadata and value is not None:
            converted[wire_name(field)] = encode(_convert(value, exact)).decode()
        else:
            converted[wire_name(field)] = _convert(value, exact)
    for name, value in cast(Any, item).extra.items():
        converted[_convert_key(name)] = _convert(value, exact)
    return converted


def _find_refused(value: object) -> str:
    """The path, as the caller would write it, of the first value that `_convert` refuses."""
    path = type(value).__name__ if isinstance(value, Data) else ""
    while True:
        for step, inner in _parts(value):
            try:
                _convert(inner)
            except TypeError:
                path, value = f"{path}{step}".lstrip("."), inner
                break
        else:
            return path


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Data):
        for field in value.__attrs_attrs__:
            inner = getattr(value, field.name)
            if inner is not value._absent:
                yield f".{field.name}", inner
    elif isinstance(value, Mapping):
        yield from ((f"[{to_printable(repr(key), limit=60)}]", inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        yield from ((f"[{index}]", inner) for index, inner in enumerate(value))
