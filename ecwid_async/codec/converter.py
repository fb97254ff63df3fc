"""JSON bytes to models and back: the one file that knows how.

Reading: `msgspec` parses (every fractional number as an exact `Decimal`), then one function per class, generated on
first use and handed to cattrs through its hook-factory interface, checks each value's type inline and stores it.
What an attribute can't hold is never lost: unknown fields, and values of an unexpected type, stay in `extra`.
A class of the caller's (`Projection`) has no `extra`: what it can't do without is an error, anything else None.

Writing: `Model` leaves out None, `Draft` leaves out `UNSET` and sends None as null.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from keyword import iskeyword
from types import NoneType
from typing import Any, Final, NamedTuple, TypeVar, cast, get_args, get_origin

import attrs
import msgspec
from cattrs import Converter

from ecwid_async.codec.projection import LEFT_OUT, Member, Projection
from ecwid_async.errors import DecodeError
from ecwid_async.models.base import (
    JSON_TEXT,
    NO_EXTRA,
    PREFIX,
    UNSET,
    Data,
    Draft,
    Model,
    Variants,
    is_model,
    options_of,
    wire_name,
)
from ecwid_async.primitives.safe_json import UNREADABLE, Masked, NotJSON, exact, is_absurd, read_json
from ecwid_async.wire import printable

__all__ = [
    "Codec",
    "DecodeProblem",
    "dumps",
    "format_datetime",
    "loads",
    "parse_datetime",
    "plain",
    "read_data",
    "warm_up",
]

T = TypeVar("T")


# JSON

_encoder = msgspec.json.Encoder(decimal_format="number")


class _Envelope(msgspec.Struct):
    items: list[msgspec.Raw]
    total: msgspec.Raw = msgspec.Raw(b"")


class _Total(msgspec.Struct):
    total: msgspec.Raw = msgspec.Raw(b"")


class _Identity(msgspec.Struct):
    id: int | str | None = None


_envelope_decoder: Final = msgspec.json.Decoder(_Envelope)
_total_decoder: Final = msgspec.json.Decoder(_Total)
_identity_decoder: Final = msgspec.json.Decoder(_Identity)
# How the API begins a page.
_HEAD: Final = rb'\s*\{\s*"total"\s*:\s*(\d{1,18})\s*,'


def loads(text: bytes | str) -> Any:
    """Parse JSON: whole numbers as int, every other number as an exact `Decimal`.

    Raises `ValueError` for what is not JSON, is nested too deeply or can't be read exactly.
    """
    try:
        return exact.decode(text)
    except UNREADABLE as error:
        raise NotJSON(f"not JSON that can be read exactly: {error}") from None


def dumps(value: object) -> bytes:
    """JSON bytes of a draft, a model, or plain data made of them; decimals are written digit by digit.

    Raises `TypeError` for a float, which can't hold an amount of money exactly, for a naive `datetime` and for all else
    that JSON can't say; the message names where it is. Moments are written to the second, those of models in full.
    """
    return _encoder.encode(plain(value))


# Dates

_USUAL: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} \+0000")
_DATETIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))? ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})"
)


def parse_datetime(text: str) -> datetime:
    """An aware moment from ``2024-09-04 07:20:11 +0000`` or ISO 8601 with a zone, to the microsecond.

    Raises `ValueError` for anything else: a time without a zone, and one that in UTC is outside the years 1 to 9999.
    """
    try:
        return _moment(text)[0]
    except OverflowError:
        raise ValueError("a moment that in UTC is outside the years 1 to 9999") from None


def _moment(text: str) -> tuple[datetime, bool]:
    """The moment, and whether it is all that the text says."""
    if _USUAL.fullmatch(text):
        return datetime.fromisoformat(f"{text[:19]}+00:00"), True
    parts = _DATETIME.fullmatch(text)
    if parts is None:
        raise ValueError("not a moment with a zone, as in 2024-09-04 07:20:11 +0000")
    day, clock, fraction, zone = parts.groups()
    digits = fraction or "0"
    moment = datetime.fromisoformat(
        f"{day}T{clock}.{digits[:6]:0<6}{'+00:00' if zone in ('Z', 'UTC', 'GMT') else zone}"
    )
    moment.astimezone(UTC)  # an OverflowError, where there is no such moment
    return moment, not digits[6:].strip("0")


def format_datetime(moment: datetime, *, exact: bool = False) -> str:
    """The API's own form of an aware moment: to the second, or with the fraction that it has where `exact`.

    Raises `TypeError` for a naive one.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise TypeError("a datetime without a zone is ambiguous: pass one with tzinfo, such as datetime.now(UTC)")
    if offset % timedelta(minutes=1):
        # The API's form has no room for the seconds of an offset, as local times before 1900 have them.
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(" ", "auto" if exact else "seconds") + moment.strftime(" %z")


# Reading


class _Mismatch(Exception):
    """A value is not of the declared type and can't be turned into it without loss."""


class _Unfit(Exception):
    """What a class of the caller's can't do without is not in `data`, or of another type."""

    def __init__(self, data: dict[str, object], member: Member) -> None:
        self.data = data
        self.member = member


class _Run(threading.local):
    """Whether the structuring under way met a value it could not place."""

    odd: bool = False


_run = _Run()


class _Decimals(dict[int, Decimal]):
    """Whole numbers as decimals, the common ones ready made: most amounts in a store are round."""

    def __missing__(self, number: int) -> Decimal:
        return Decimal(number)


_decimals: Final = _Decimals((number, Decimal(number)) for number in range(1025))


def _retyped(value: T) -> T:
    """A value that came as another type of JSON's, which is reported."""
    _run.odd = True
    return value


def _to_str(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _retyped(str(value))
    raise _Mismatch


def _to_int(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # How large it is comes first: int(Decimal("1e999999")) takes minutes.
    if isinstance(value, Decimal) and value.adjusted() < _MOST_DIGITS and value == value.to_integral_value():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value):
        return _retyped(int(value))
    raise _Mismatch


def _to_decimal(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", value):
        return _retyped(Decimal(value))
    raise _Mismatch


def _to_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return _retyped(value == "true")
    raise _Mismatch


def _to_datetime(value: object) -> datetime:
    if isinstance(value, str):
        try:
            if len(value) == 10:
                return _retyped(datetime.combine(date.fromisoformat(value), time(tzinfo=UTC)))
            moment, whole = _moment(value)
        except (ValueError, OverflowError):
            pass
        else:
            if whole:
                return moment
    raise _Mismatch


def _to_date(value: object) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _Mismatch


_Hook = Callable[[Any, Any], Any]

_SCALARS: Final[Mapping[object, Callable[[object], object]]] = {
    str: _to_str,
    int: _to_int,
    Decimal: _to_decimal,
    bool: _to_bool,
    datetime: _to_datetime,
    date: _to_date,
}

_NONE: Final = object()
# As of an int that comes without an exponent.
_MOST_DIGITS: Final = 4300
_MOST_BITS: Final = 14_284  # so many digits have no more

# What generated code asks of a value before it stores it as it is.
_INLINE: Final[Mapping[object, str]] = {
    str: "v.__class__ is str",
    int: "v.__class__ is int",
    Decimal: "v.__class__ is Decimal",
    bool: "v is True or v is False",
}


def _open_enum(options: tuple[Any, ...]) -> type[Enum] | None:
    for option in options:
        if isinstance(option, type) and issubclass(option, Enum) and str in options:
            return option
    return None


def _hook_for(declared: Any) -> _Hook:
    """The function that turns a parsed value into the declared type or raises `_Mismatch`."""
    if declared.__class__ is Projection:
        if declared.hook is None:
            declared.hook = _generate_projection(declared)
        return cast(_Hook, declared.hook)
    return _shared_hook(declared) if isinstance(declared, type) or _is_shared(declared) else _made_hook(declared)


def _is_shared(declared: Any) -> bool:
    """Whether a type is built from nothing of the caller's, whose classes must not be kept alive by a cache."""
    if parts := get_args(declared):
        return all(map(_is_shared, parts))
    if isinstance(declared, type):
        return declared.__module__.partition(".")[0] in ("builtins", "datetime", "decimal", "ecwid_async")
    return not isinstance(declared, Projection)


@cache
def _shared_hook(declared: Any) -> _Hook:
    return _made_hook(declared)


def _made_hook(declared: Any) -> _Hook:
    options = options_of(declared)
    enum = _open_enum(options)
    if enum is not None:
        members = {member.value: member for member in enum}
        return lambda value, _: members.get(value, value) if value.__class__ is str else _refuse()
    variants = Variants.among(options)
    if variants is not None:
        return _variant_hook(variants)
    if len(options) > 1:
        hooks = [(option, _hook_for(option)) for option in options]
        return lambda value, _: _first(hooks, value)
    (only,) = options
    origin = get_origin(only)
    if only in _SCALARS:
        convert = _SCALARS[only]
        return lambda value, _: convert(value)
    if origin is list:
        return _list_hook(get_args(only)[0])
    if origin is dict:
        return _dict_hook(get_args(only)[1])
    if only is object:
        return lambda value, _: value
    return _converter().get_structure_hook(only)


def _variant_hook(variants: Variants) -> _Hook:
    hooks = {cls: _converter().get_structure_hook(cls) for cls in (*variants.tagged.values(), variants.plain)}
    return lambda value, _: hooks[variants.of(value)](value, None) if value.__class__ is dict else _refuse()


def _element_hook(element: Any) -> _Hook:
    """As `_hook_for`, for what a list or a mapping holds: there a null is a value, allowed where declared."""
    inner = _hook_for(element)
    if NoneType not in get_args(element):
        return inner
    return lambda value, _: None if value is None else inner(value, None)


def _list_hook(element: Any) -> _Hook:
    inner = _element_hook(element)
    if element not in (str, int):
        return lambda value, _: [inner(x, None) for x in value] if value.__class__ is list else _refuse()

    def read(value: Any, _: object) -> object:
        if value.__class__ is not list:
            raise _Mismatch
        for x in value:
            if x.__class__ is not element:
                return [inner(x, None) for x in value]
        return value

    return read


def _dict_hook(element: Any) -> _Hook:
    inner = _element_hook(element)

    def read(value: Any, _: object) -> object:
        if value.__class__ is not dict:
            raise _Mismatch
        if element is object:
            return value
        for x in value.values():
            if x.__class__ is not element:
                return {key: inner(x, None) for key, x in value.items()}
        return value

    return read


def _refuse() -> Any:
    raise _Mismatch


def _lacks(data: dict[str, object], member: Member) -> Any:
    raise _Unfit(data, member)


def _drop() -> None:
    """What can't be placed is None, and reported."""
    _run.odd = True


def _first(hooks: list[tuple[Any, _Hook]], value: object) -> object:
    """The value as the first of several types it fits exactly, else the first it can be turned into."""
    for option, hook in hooks:
        if type(value) is option:
            return hook(value, None)
    before, found = _run.odd, _NONE
    for _, hook in hooks:
        _run.odd = False
        try:
            result = hook(value, None)
        except _Mismatch:
            continue
        if not _run.odd:
            _run.odd = before
            return result
        found = result if found is _NONE else found
    if found is _NONE:
        _run.odd = before
        raise _Mismatch
    return _retyped(found)


def _keep(lost: dict[str, object] | None, name: str, value: object) -> dict[str, object]:
    _run.odd = True
    lost = {} if lost is None else lost
    lost[name] = value
    return lost


def _rest(data: dict[str, object], known: frozenset[str], lost: dict[str, object] | None) -> dict[str, object]:
    extra = {key: value for key, value in data.items() if key not in known}
    return extra if lost is None else {**extra, **lost}


_SCOPE: Final[Mapping[str, Any]] = {
    "Decimal": Decimal,
    "Mismatch": _Mismatch,
    "decimals": _decimals,
    "fromisoformat": datetime.fromisoformat,
    "refuse": _refuse,
}


def _generate(cls: type[Model]) -> _Hook:
    """Write the function that reads one class: each attribute fetched, checked and stored in line."""
    scope: dict[str, Any] = {
        **_SCOPE,
        "NO_EXTRA": NO_EXTRA,
        "cls": cls,
        "builder": cls.__bases__[0],
        "keep": _keep,
        "rest": _rest,
    }
    lines = [
        "def structure(data, _):",
        "    if data.__class__ is not dict:",
        "        raise Mismatch",
        "    self = builder()",
        "    get = data.get",
        "    lost = None",
        "    absent = 0",
    ]
    known: list[str] = []
    prefixes: list[tuple[str, str, _Hook]] = []
    attrs.resolve_types(cls)
    for field in cls.__attrs_attrs__:
        if field.name == "extra":
            continue
        if PREFIX in field.metadata:
            (mapping,) = options_of(field.type)
            prefixes.append((field.name, field.metadata[PREFIX], _hook_for(get_args(mapping)[1])))
            continue
        wire = wire_name(field)
        known.append(wire)
        target = f"self.{field.name}"
        lines += _read(
            field.type,
            f"v = get({wire!r})",
            target,
            scope,
            as_text=JSON_TEXT in field.metadata,
            absent=f"{target} = None; absent += 1",
            odd=[f"{target} = None", f"lost = keep(lost, {wire!r}, v)"],
        )
    scope["known"] = frozenset(known)
    # Counting is cheaper than comparing names: fields and absences add up unless the answer holds something else.
    if prefixes:
        scope["collect"] = _collector(prefixes, scope["known"])
        lines += [
            f"    if len(data) + absent == {len(known)}:",
            *(f"        self.{name} = None" for name, _, _ in prefixes),
            "    else:",
            "        data = collect(self, data)",
        ]
    lines += [
        f"    if lost is None and len(data) + absent == {len(known)}:",
        "        self.extra = NO_EXTRA",
        "    else:",
        "        self.extra = rest(data, known, lost)",
        "    self.__class__ = cls",
        "    return self",
    ]
    exec("\n".join(lines), scope)  # noqa: S102  the source is made of this package's own field names
    return cast(_Hook, scope["structure"])


def _is_draft(declared: Any) -> bool:
    return isinstance(declared, type) and issubclass(declared, Draft)


def _draft_hook(cls: type[Draft]) -> _Hook:
    """Read a draft: null is None, and a field that is not there `UNSET`. Not for hot paths."""
    attrs.resolve_types(cast(Any, cls))
    fields = {wire_name(field): field for field in cls.__attrs_attrs__ if field.name != "extra"}

    def structure(data: Any, _: object) -> Draft:
        if data.__class__ is not dict:
            raise _Mismatch
        given: dict[str, Any] = {}
        for wire, field in fields.items():
            if wire in data:
                hook = _text_hook(field.type) if JSON_TEXT in field.metadata else _hook_for(field.type)
                given[field.name] = None if data[wire] is None else hook(data[wire], None)
        if extra := {name: value for name, value in data.items() if name not in fields}:
            given["extra"] = extra
        return cls(**given)

    return structure


def _generate_projection(projection: Projection[Any]) -> _Hook:
    """As `_generate`, for a class of the caller's: its own ``__init__`` gets each value, unless there is a builder."""
    builder = projection.builder
    scope: dict[str, Any] = {**_SCOPE, "builder": builder, "cls": projection.into, "lacks": _lacks, "drop": _drop}
    by_keyword = any(member.default is LEFT_OUT for member in projection.members)
    lines = [
        "def structure(data, _):",
        "    if data.__class__ is not dict:",
        "        raise Mismatch",
        "    get = data.get",
        "    self = builder()" if builder else "",
        "    given = {}" if by_keyword else "",
    ]
    arguments = []
    for position, member in enumerate(projection.members):
        target, default = f"self.{member.attribute}" if builder else f"v{position}", f"default{position}"
        if by_keyword:
            target = f"given[{member.keyword!r}]"
        scope[f"member{position}"], scope[default] = member, member.default
        lacks = f"lacks(data, member{position})"
        if member.required:
            absent = lacks
        elif member.default is LEFT_OUT:
            absent = (
                f"{member.wire!r} in data and given.update({{{member.keyword!r}: None}})" if member.nullable else "pass"
            )
        elif member.default is None:
            absent = f"{target} = None"
        elif member.nullable:
            absent = f"{target} = None if {member.wire!r} in data else {default}"
        else:
            absent = f"{target} = {default}"
        lines += _read(
            member.declared,
            f"v = get({member.wire!r})",
            target,
            scope,
            as_text=member.as_text,
            absent=absent,
            odd=[f"{target} = None", "drop()"] if member.nullable else [lacks],
        )
        arguments.append(target if member.keyword is None else _argument(member.keyword, target))
    if by_keyword:
        lines.append("    return cls(**given)")
    elif builder:
        lines += ["    self.__class__ = cls", "    return self"]
    else:
        lines.append(f"    return cls({', '.join(arguments)})")
    exec("\n".join(lines), scope)  # noqa: S102  the source is made of field names, and of others' as literals
    return cast(_Hook, scope["structure"])


def _argument(keyword: str, value: str) -> str:
    # An alias of pydantic's may be anything.
    return f"{keyword}={value}" if keyword.isidentifier() and not iskeyword(keyword) else f"**{{{keyword!r}: {value}}}"


def _read(
    declared: Any, fetch: str, target: str, scope: dict[str, Any], *, as_text: bool, absent: str, odd: list[str]
) -> Iterator[str]:
    """The lines that read one value: checked in line where its type is a common one.

    `absent` is what to do without a value, `odd` what to do with one of an unexpected type.
    """
    options = options_of(declared)
    only = options[0] if len(options) == 1 else None
    number = len(scope)
    hook = f"hook{number}"
    yield f"    {fetch}"
    yield f"    if v is None: {absent}"
    if only in _INLINE:
        yield f"    elif {_INLINE[only]}: {target} = v"
    if only is Decimal:
        yield f"    elif v.__class__ is int: {target} = decimals[v]"
    if only is datetime:
        yield "    elif v.__class__ is str and v[19:] == ' +0000':"
        yield f"        try: {target} = fromisoformat(v[:19] + '+00:00')"
        yield "        except ValueError:"
        yield from (f"            {line}" for line in odd)
    if only is object:
        yield f"    else: {target} = v"
        return
    enum = _open_enum(options)
    if enum is not None:
        scope[f"enum{number}"] = {member.value: member for member in enum}.get
        yield f"    elif v.__class__ is str: {target} = enum{number}(v, v)"
    scope[hook] = _text_hook(declared) if as_text else _hook_for(declared)
    value = f"{hook}(v, None)"
    if get_origin(only) is list and (is_model(get_args(only)[0]) or isinstance(get_args(only)[0], Projection)):
        # The most common list: one call per element, without a wrapper around it.
        scope[hook] = _hook_for(get_args(only)[0])
        value = f"([{hook}(x, None) for x in v] if v else v) if v.__class__ is list else refuse()"
    yield "    else:"
    yield f"        try: {target} = {value}"
    yield "        except Mismatch:"
    yield from (f"            {line}" for line in odd)


def _text_hook(declared: Any) -> _Hook:
    inner = _hook_for(declared)

    def read(value: object, _: object) -> object:
        if not isinstance(value, str):
            raise _Mismatch
        try:
            return inner(exact.decode(value), None)
        except UNREADABLE:
            raise _Mismatch from None

    return read


def _collector(
    prefixes: list[tuple[str, str, _Hook]],
    known: frozenset[str],
) -> Callable[[Any, dict[str, object]], dict[str, object]]:
    def collect(self: Any, data: dict[str, object]) -> dict[str, object]:
        left = dict(data)
        for name, prefix, hook in prefixes:
            found: dict[str, object] = {}
            for key, value in data.items():
                if key.startswith(prefix) and key not in known:
                    try:
                        found[key[len(prefix) :]] = hook(value, None)
                    except _Mismatch:
                        _run.odd = True
                    else:
                        del left[key]
            setattr(self, name, found or None)
        return left

    return collect


# Writing


def plain(value: object) -> Any:
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
    """As `plain`. A moment is written to the second, with all of its fraction where `exact`."""
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
            raise TypeError(f"this int has more than {_MOST_DIGITS:,} digits")
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
            out[wire_name(field)] = _encoder.encode(_plain(value, exact)).decode()
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


# One converter


@cache
def _converter() -> Converter:
    """Made with the first hook: a client that has read nothing yet starts without it."""
    converter = Converter()
    converter.register_structure_hook_factory(is_model, _generate)
    converter.register_structure_hook_factory(_is_draft, _draft_hook)
    converter.register_unstructure_hook_func(lambda cls: isinstance(cls, type) and issubclass(cls, Data), _write)
    return converter


def warm_up(*classes: type[Model]) -> None:
    """Build the hooks of these classes and of all they hold ahead of the first answer (about 2 ms a class)."""
    for cls in classes:
        _converter().get_structure_hook(cls)


class DecodeProblem(msgspec.Struct, frozen=True):
    """A field that does not hold what it should: which endpoint, where, and which types. Never the value."""

    operation: str
    path: str
    expected: str
    found: str


# A store's own keys, in fields this version does not know, must not fill the memory.
_MOST_PROBLEMS: Final = 1_000
_MORE_PROBLEMS: Final = DecodeProblem("", "", "", f"more kinds of problems than the {_MOST_PROBLEMS:,} that are kept")


class Codec:
    """How one client reads responses: tolerantly, or with `strict` raising `DecodeError` at the first odd value.

    Odd is a value of another type than declared, also where it can be turned into it (``"12"`` for an int, a bare date
    for a moment), and text that is not Unicode. `problems` counts what a tolerant codec met, 1,000 kinds at most, with
    ``[]`` for positions and ``*`` for keys that a store chose; `on_problem` hears of each kind the first time.
    """

    def __init__(self, *, strict: bool = False, on_problem: Callable[[DecodeProblem], None] | None = None) -> None:
        self.strict = strict
        self.problems: Counter[DecodeProblem] = Counter()
        self._on_problem = on_problem

    def decode(self, body: bytes, reads: type[T], operation: str) -> T:
        """An answer's body as `reads`. Raises `DecodeError` where it is not JSON or not that shape at all."""
        return self.structure(self.parse(body, operation), reads, operation)

    def parse(self, body: bytes | msgspec.Raw, operation: str, path: str | int = "") -> Any:
        """A body as plain data; `path` says where in the response it is, a number which of the items.

        Text that is not Unicode comes with U+FFFD where it is broken, and is reported like a value of another type.
        """
        try:
            return exact.decode(body)
        except UNREADABLE:
            return self._repair(body, operation, _Path.of(path))

    def _repair(self, body: bytes | msgspec.Raw, operation: str, path: "_Path") -> Any:
        try:
            data = read_json(body, exact)
        except NotJSON as error:
            found, place = f"{error}{_named(body)}", path
            for position, item in enumerate(_items_of(body)):
                try:
                    read_json(item, exact)
                except NotJSON as error_of_item:
                    found, place = f"{error_of_item}{_named(item)}", path.field("items").position(position)
                    break
            raise DecodeError(operation=operation, path=place.exact, expected="JSON", found=found) from None
        self._report(_repairs(data, path), operation)
        return data

    def page(self, body: bytes, reads: type[T], operation: str) -> tuple[list[T], int | None]:
        """The items of a page as `reads`, and the total it tells."""
        data = self.parse(body, operation)
        items: list[Any] | None = data.get("items") if isinstance(data, dict) else None
        if not isinstance(items, list):
            raise DecodeError(operation=operation, path="items", expected="a list", found=f"none in {_kind(data)}")
        for position, item in enumerate(items):
            # In place: each item's plain data is gone before the next one needs memory.
            items[position] = self.structure(item, reads, operation, position)
        return items, data["total"] if type(data.get("total")) is int else None

    def slice(self, body: bytes, operation: str) -> tuple[list[msgspec.Raw], int | None]:
        """The items of a page, unparsed, and the total it tells. Raises `DecodeError` where it has no items.

        Each item is as the server sent it, byte for byte, even where `parse` repairs it.
        """
        try:
            envelope = _envelope_decoder.decode(body)
            return envelope.items, _whole_number(envelope.total)
        except UNREADABLE:
            masked = Masked(body)
        try:
            envelope = _envelope_decoder.decode(masked.json)
        except UNREADABLE:
            found = f"none in {_kind(self.parse(body, operation))}"
            raise DecodeError(operation=operation, path="items", expected="a list", found=found) from None
        return [msgspec.Raw(masked.restored(item)) for item in envelope.items], _whole_number(envelope.total)

    def total(self, body: bytes, operation: str) -> int | None:
        """The total that a page tells, which mostly needs no look at its items. Raises `DecodeError` for no JSON."""
        if (head := re.match(_HEAD, body)) is not None:
            return int(head[1])
        try:
            return _whole_number(read_json(body, _total_decoder).total)
        except NotJSON:
            self.parse(body, operation)
            return None

    def structure(self, value: object, reads: type[T], operation: str, path: str | int = "") -> T:
        """Plain data as `reads`; `path` says where in the answer it stood, a number which of the items it was."""
        try:
            result = _hook_for(cast(Any, reads))(value, None)
        except _Mismatch:
            _run.odd = False
            raise self._error(next(_explain(value, reads, _Path.of(path))), operation) from None
        except _Unfit as unfit:
            _run.odd = False
            raise self._unfit(value, unfit, operation, _Path.of(path)) from None
        except RecursionError:
            _run.odd = False
            odd = _Odd(_Path.of(path), _type_name(reads), "JSON that is nested too deeply")
            raise self._error(odd, operation) from None
        if _run.odd:
            _run.odd = False
            self._report(_explain(value, reads, _Path.of(path)), operation)
        return cast(T, result)

    def convert(self, value: object, reads: type[T], operation: str, path: str = "") -> T | None:
        """As `structure`, but None for a value that is not that type at all: for columns, which keep it elsewhere.

        It is reported like a field of a model that it does not fit.
        """
        try:
            result = cast(T, _hook_for(cast(Any, reads))(value, None))
        except _Mismatch:
            result, _run.odd = None, True
        if _run.odd:
            _run.odd = False
            self._report(_explain(value, reads, _Path.of(path)), operation)
        return result

    def take(self, other: "Codec") -> None:
        """Count what another codec met, in a thread of its own for instance, which forgets it."""
        problems, other.problems = other.problems, Counter()
        for problem, count in problems.items():
            self._count(problem, count)

    def _report(self, found: "Iterable[_Odd]", operation: str) -> None:
        for odd in found:
            if self.strict:
                raise self._error(odd, operation)
            self._count(DecodeProblem(operation, odd.path.kind, odd.expected, odd.found))

    def _count(self, problem: DecodeProblem, times: int = 1) -> None:
        if problem not in self.problems and len(self.problems) >= _MOST_PROBLEMS:
            problem = _MORE_PROBLEMS
        known = problem in self.problems
        self.problems[problem] += times
        if self._on_problem is not None and not known:
            self._on_problem(problem)

    @staticmethod
    def _error(odd: "_Odd", operation: str) -> DecodeError:
        return DecodeError(operation=operation, path=odd.path.exact, expected=odd.expected, found=odd.found)

    @staticmethod
    def _unfit(value: object, unfit: _Unfit, operation: str, path: "_Path") -> DecodeError:
        member, data = unfit.member, unfit.data
        path = next((place for place, part in _walk(value, path) if part is data), path).field(member.wire)
        odd = _Odd(path, _type_name(member.declared), _kind(data[member.wire]) if member.wire in data else "nothing")
        if data.get(member.wire) is None:
            advice = f"Give {member.name} a default, or let it be None."
        else:
            odd = next(_explain_member(data[member.wire], member.declared, path, as_text=member.as_text), odd)
            advice = f"Let {member.name} be None, or object, which takes anything."
        return DecodeError(
            operation=operation, path=odd.path.exact, expected=odd.expected, found=odd.found, advice=advice
        )


def read_data(data: object, reads: type[T], operation: str, *, strict: bool = False) -> T:
    """Plain data of the caller's as a model or a draft; drafts are read strictly. Raises `DecodeError`, `TypeError`."""
    return Codec(strict=strict or _is_draft(reads)).structure(plain(data), reads, operation)


class _Path(NamedTuple):
    """Where in a response: to the letter, and without positions and the keys that a store chose."""

    exact: str = ""
    kind: str = ""

    @classmethod
    def of(cls, path: str | int) -> "_Path":
        """The path of a part; a number says which of the items it is."""
        return cls(f"items[{path}]", "items[]") if isinstance(path, int) else cls(path, path)

    def field(self, name: str) -> "_Path":
        return _Path(f"{self.exact}.{name}".lstrip("."), f"{self.kind}.{name}".lstrip("."))

    def key(self, key: str, prefix: str = "") -> "_Path":
        name = printable(key, limit=60)
        return _Path(f"{self.exact}.{prefix}{name}".lstrip("."), f"{self.kind}.{prefix}*".lstrip("."))

    def position(self, index: int) -> "_Path":
        return _Path(f"{self.exact}[{index}]", f"{self.kind}[]")


class _Odd(NamedTuple):
    """A place where data departs from what is declared: which type was expected, and which was found."""

    path: _Path
    expected: str
    found: str


def _items_of(body: bytes | msgspec.Raw) -> list[msgspec.Raw]:
    """The items of a page that can't be parsed as a whole; none for anything else."""
    try:
        return _envelope_decoder.decode(body).items
    except UNREADABLE:
        return []


def _named(item: bytes | msgspec.Raw) -> str:
    """Which item it is, where that can be read at least."""
    try:
        known_as = _identity_decoder.decode(item).id
    except UNREADABLE:
        return ""
    return "" if known_as is None else f", in the item with the id {printable(str(known_as), limit=40)}"


def _whole_number(raw: msgspec.Raw) -> int | None:
    digits = bytes(raw)
    return int(digits) if re.fullmatch(rb"-?[0-9]{1,18}", digits) else None


def _repairs(data: object, path: _Path) -> Iterator[_Odd]:
    """Where data that was repaired holds what had to be. Text that came with U+FFFD in it is taken for repaired."""
    for place, value in _walk(data, path):
        if isinstance(value, str):
            if "\ufffd" in value:
                yield _Odd(place, "Unicode text", "half of a surrogate pair")
            elif is_absurd(value):
                yield _Odd(place, "a number", "one that is too large, as text")


def _walk(value: object, path: _Path) -> Iterator[tuple[_Path, object]]:
    """All that parsed data holds, with its path, however deep it is nested."""
    yield path, value
    waiting = [_inside(value, path)]
    while waiting:
        for place, inner in waiting[-1]:
            yield place, inner
            if isinstance(inner, dict | list):
                waiting.append(_inside(inner, place))
                break
        else:
            waiting.pop()


def _inside(value: object, path: _Path) -> Iterator[tuple[_Path, object]]:
    if isinstance(value, dict):
        return ((path.field(printable(key, limit=60)), element) for key, element in value.items())
    return ((path.position(index), element) for index, element in enumerate(value if isinstance(value, list) else ()))


def _explain(value: object, declared: Any, path: _Path) -> Iterator[_Odd]:
    """Where a value departs from its declared type. Runs only once something did."""
    if value is None and NoneType in get_args(declared):
        return
    # The caller's classes are not made again, only to see whether they fit.
    if not _holds_projection(declared) and _fits(value, declared):
        return
    options = options_of(declared)
    variants = Variants.among(options)
    only = variants.of(value) if variants is not None and isinstance(value, dict) else options[0]
    if isinstance(only, type) and issubclass(only, Data) and isinstance(value, dict):
        known = {wire_name(field) for field in only.__attrs_attrs__ if PREFIX not in field.metadata}
        for field in only.__attrs_attrs__:
            if PREFIX in field.metadata:
                prefix, inner = field.metadata[PREFIX], get_args(options_of(field.type)[0])[1]
                for key in value:
                    if key.startswith(prefix) and key not in known:
                        yield from _explain(value[key], inner, path.key(key[len(prefix) :], prefix))
            elif (element := value.get(wire_name(field))) is not None and field.name != "extra":
                inner_path = path.field(wire_name(field))
                yield from _explain_member(element, field.type, inner_path, as_text=JSON_TEXT in field.metadata)
    elif isinstance(only, Projection) and isinstance(value, dict):
        for member in only.members:
            if (element := value.get(member.wire)) is not None:
                yield from _explain_member(element, member.declared, path.field(member.wire), as_text=member.as_text)
    elif get_origin(only) is list and isinstance(value, list):
        for index, element in enumerate(value):
            yield from _explain(element, get_args(only)[0], path.position(index))
    elif get_origin(only) in (dict, Mapping) and isinstance(value, dict):
        for key, element in value.items():
            yield from _explain(element, get_args(only)[1], path.key(key))
    else:
        yield _Odd(path, _type_name(declared), _found(value, only))


def _found(value: object, declared: Any) -> str:
    """The type of a value, or why this text is not the time that it looks like."""
    if declared is datetime and isinstance(value, str):
        try:
            if len(value) == 10 and date.fromisoformat(value):
                return "a date without a time"
            if not _moment(value)[1]:
                return "a time finer than microseconds"
        except OverflowError:
            return "a time outside the years 1 to 9999"
        except ValueError:
            pass
    return _kind(value)


def _explain_member(value: object, declared: Any, path: _Path, *, as_text: bool) -> Iterator[_Odd]:
    if not as_text:
        yield from _explain(value, declared, path)
        return
    try:
        _text_hook(declared)(value, None)
    except _Mismatch:
        yield _Odd(path, f"JSON text of {_type_name(declared)}", _kind(value))


def _holds_projection(declared: Any) -> bool:
    return isinstance(declared, Projection) or any(map(_holds_projection, get_args(declared)))


def _fits(value: object, declared: Any) -> bool:
    """Whether a value reads as its type with nothing odd in it."""
    _run.odd = False
    try:
        _hook_for(declared)(value, None)
    except _Mismatch:
        return False
    finally:
        odd, _run.odd = _run.odd, False
    return not odd


_KINDS: Final[Mapping[type, str]] = {
    NoneType: "null",
    bool: "a boolean",
    dict: "an object",
    int: "a whole number",
    list: "a list",
    Decimal: "a number",
    str: "text",
}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), type(value).__name__)


def _type_name(declared: Any) -> str:
    names = [getattr(option, "__name__", str(option)) for option in options_of(declared)]
    return " or ".join(names)
