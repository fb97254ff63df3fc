"""What requests carry: values of parameters, bodies checked against the API's tables, and changes merged into items."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.spec import Endpoint, Parameter, Shape
from ecwid_async.sandbox.table import Item

__all__ = [
    "Refusal",
    "as_number",
    "clean",
    "format_time",
    "host_of",
    "languages_of",
    "merge",
    "parse_time",
    "read_document",
    "read_parameters",
    "split_list",
]


class Refusal(Exception):
    """An answer that is not a success: status, the API's error code and message."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    @classmethod
    def wrong(cls, message: str) -> "Refusal":
        """400: a parameter or a field is wrong."""
        return cls(400, "WRONG_PARAMETER", message)


# Times.

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_OFFSET: Final = re.compile(r"(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})$")
_LONGEST_TIME: Final = 64
_FORMATS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# What a date with a year of four digits can say.
_TIMES: Final = range(int(datetime(1, 1, 1, tzinfo=UTC).timestamp()), int(datetime.max.replace(tzinfo=UTC).timestamp()))


def format_time(seconds: float) -> str:
    """Unix seconds as the API writes them: ``2024-09-04 07:20:11 +0000``. Raises `ValueError` past the year 9999."""
    if int(seconds) not in _TIMES:
        raise ValueError(f"{seconds} is not a time between the years 1 and 9999")
    return f"{(_EPOCH + timedelta(seconds=int(seconds))).replace(tzinfo=None).isoformat(' ')} +0000"


def parse_time(text: str) -> int:
    """Unix seconds of a time the API takes: Unix seconds, or date and time with an offset or a zone's name.

    Without a zone it is UTC. Raises `ValueError` for anything else.
    """
    text = text.strip()
    if len(text) > _LONGEST_TIME:
        raise ValueError(f"{len(text)} characters are not a time; send Unix seconds or 'yyyy-MM-dd HH:mm:ss +0000'")
    if _INTEGER.fullmatch(text):
        return int(text)
    zone: timezone | ZoneInfo = UTC
    if offset := _OFFSET.search(text[10:]):
        sign, hours, minutes = offset.groups()
        zone = timezone((-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes)))
        text = text[: 10 + offset.start()].strip()
    elif named := re.search(r"[A-Z][A-Za-z_/]*$", text[11:]):
        zone = _zone(named.group())
        text = text[: 11 + named.start()].strip()
    for form in _FORMATS:
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=zone).timestamp())
        except (ValueError, OverflowError):
            continue
    raise ValueError(f"{text!r} is not a time; send Unix seconds or 'yyyy-MM-dd HH:mm:ss +0000'")


def _zone(name: str) -> timezone | ZoneInfo:
    if name in {"UTC", "GMT", "Z"}:
        return UTC
    try:
        return ZoneInfo({"MSK": "Europe/Moscow", "EST": "Etc/GMT+5", "PST": "Etc/GMT+8"}.get(name, name))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone") from error


# Texts.


def host_of(url: object) -> str:
    """The host in an address; empty where there is none, or no address."""
    try:
        return urlsplit(url).hostname or "" if isinstance(url, str) else ""
    except ValueError:
        return ""


_DIGITS: Final = 18


def clean(text: str) -> str:
    """The text with a replacement character for each half of a surrogate pair, as UTF-8 has it."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_number(text: str) -> int | None:
    """The number that these digits say; None where there is anything else. All beyond 18 digits say the same one."""
    if not text.isascii() or not text.isdigit():
        return None
    return int(text) if len(text) <= _DIGITS else 10**_DIGITS


# Parameters.


# Every GET takes it, whether its page of the documentation says so or not.
_ANYWHERE: Final = {"responseFields": Parameter("string")}


def split_list(text: str) -> tuple[str, ...]:
    r"""The elements of a comma separated list; a backslash keeps a comma or a backslash inside an element."""
    parts = re.findall(r"((?:\\.|[^,\\])+)", text)
    return tuple(re.sub(r"\\(.)", r"\1", part).strip() for part in parts)


def read_parameters(texts: Mapping[str, str], endpoint: Endpoint, *, refuse_unknown: bool = False) -> dict[str, Any]:
    """The typed values of an endpoint's parameters: times in Unix seconds, tuples where it takes a list.

    Unknown ones are left out, or refused. Raises `Refusal` where one is missing or of another type.
    """
    values: dict[str, Any] = {}
    for name, text in texts.items():
        parameter = _parameter(name, endpoint)
        if parameter is None and refuse_unknown:
            raise Refusal.wrong(f"There is no parameter {name!r} here")
        if parameter is not None and parameter.multiple:
            values[name] = tuple(_value(name, part, parameter) for part in split_list(text))
        elif parameter is not None:
            values[name] = _value(name, text, parameter)
    for name, parameter in endpoint.params.items():
        if parameter.required and name not in values:
            raise Refusal.wrong(f"Parameter {name!r} is missing")
    return values


def _parameter(name: str, endpoint: Endpoint) -> Parameter | None:
    """The declaration of a parameter; one with a variable part, like ``option_{optionName}``, has many names."""
    if name in endpoint.params:
        return endpoint.params[name]
    for declared, parameter in endpoint.params.items():
        prefix, variable, _ = declared.partition("{")
        if variable and name.startswith(prefix) and name != prefix:
            return parameter
    return _ANYWHERE.get(name)


def _value(name: str, text: str, parameter: Parameter) -> Any:
    try:
        match parameter.type:
            case "integer":
                value: Any = int(_matching(_INTEGER, text))
            case "number":
                value = float(_matching(_NUMBER, text))
            case "boolean":
                value = {"true": True, "false": False}[text.lower()]
            case "datetime" | "date":
                value = parse_time(text)
            case _:
                value = text
    except (ValueError, KeyError):
        raise Refusal.wrong(f"Parameter {name!r} must be of type {parameter.type}") from None
    if parameter.enum and text not in parameter.enum and not any("{" in allowed for allowed in parameter.enum):
        raise Refusal.wrong(f"Parameter {name!r} must be one of {', '.join(parameter.enum)}")
    return value


def _matching(pattern: re.Pattern[str], text: str) -> str:
    # Python's own reading takes more: underscores, blanks, digits of other scripts, nan.
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


# Bodies.

_DEEPEST: Final = 32
# So many are checked in a fraction of a second; 500 requests of a batch may have 120 each.
_MOST_VALUES: Final = 60_000
# Beyond this a JSON number is no longer exact everywhere.
_LARGEST: Final = 2**53
_SCALARS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int,),
    "datetime": (str, int),
    "date": (str,),
}


def read_document(body: bytes, schema: str | None, *, many: bool, refuse_unknown: bool) -> Any:
    """A JSON body with only what its schema has, nested objects included.

    Unknown and read-only fields are dropped, or refused with `refuse_unknown`. Nulls stay, but not in arrays. Times
    come out as the server writes them. Raises `Refusal` where the body is not JSON, has too many values, or one of
    another type.
    """
    if body.count(b",") > _MOST_VALUES:
        raise Refusal(413, "REQUEST_TOO_LARGE", f"A JSON body may have {_MOST_VALUES} values at most")
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal.wrong(f"The body is not valid JSON: {error}") from None
    shape: Shape = "any" if schema is None else [schema] if many else schema
    return _checked("", document, shape, refuse_unknown=refuse_unknown)


def _checked(path: str, value: Any, shape: Shape, *, refuse_unknown: bool) -> Any:
    if value is None and path:
        return None
    if isinstance(shape, list):
        if isinstance(value, dict) and len(shape) > 1:
            return _checked(path, value, shape[0], refuse_unknown=refuse_unknown)
        if not isinstance(value, list):
            raise Refusal.wrong(f"{path or 'The body'} must be an array")
        if None in value:
            raise Refusal.wrong(f"{path or 'The body'} must have no null among its elements")
        return [_checked(f"{path}[{at}]", v, shape[0], refuse_unknown=refuse_unknown) for at, v in enumerate(value)]
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise Refusal.wrong(f"{path or 'The body'} must be an object")
        return {k: _checked(f"{path}.{k}", v, shape["*"], refuse_unknown=refuse_unknown) for k, v in value.items()}
    if shape in _SCALARS:
        return _scalar(path, value, shape)
    fields = spec.load().schemas.get(shape)
    if fields is None:
        return _free(path, value, shape)
    if not isinstance(value, dict):
        raise Refusal.wrong(f"{path or 'The body'} must be an object")
    unknown = [name for name in value if name not in fields and "*" not in fields]
    if unknown and refuse_unknown:
        raise Refusal.wrong(f"{path or 'The body'} has no field {unknown[0]!r}")
    return {
        name: _checked(
            f"{path}.{name}" if path else name, inner, fields.get(name) or fields["*"], refuse_unknown=refuse_unknown
        )
        for name, inner in value.items()
        if name not in unknown
    }


def _scalar(path: str, value: Any, kind: str) -> Any:
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, _SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        raise Refusal.wrong(f"Field {path!r} must be of type {kind}")
    if isinstance(value, int | float):
        _check_size(path, value)
    return _written_time(path, value, kind) if kind in {"datetime", "date"} and value != "" else value


def _written_time(path: str, value: Any, kind: str) -> Any:
    """A time as the server writes it, whichever of the documented forms it came in; a date as it came."""
    try:
        moment = format_time(parse_time(str(value)))
    except ValueError as error:
        raise Refusal.wrong(f"Field {path!r}: {error}") from None
    return moment if kind == "datetime" else value


def _check_size(path: str, value: float) -> None:
    if not -_LARGEST <= value <= _LARGEST:
        raise Refusal.wrong(f"Field {path!r} must lie between -2^53 and 2^53")


def _free(path: str, value: Any, kind: str, depth: int = 0) -> Any:
    """A value that the tables say little of: any JSON, within bounds."""
    if depth > _DEEPEST:
        raise Refusal.wrong(f"Field {path!r} is nested deeper than {_DEEPEST} levels")
    if isinstance(value, list) and kind != "object":
        for inner in value:
            _free(path, inner, "any", depth + 1)
    elif isinstance(value, dict) and kind != "array":
        for inner in value.values():
            _free(path, inner, "any", depth + 1)
    elif kind in {"array", "object"}:
        raise Refusal.wrong(f"Field {path!r} must be an {kind}")
    elif isinstance(value, int | float):
        _check_size(path, value)
    return value


def languages_of(document: Any) -> set[str]:
    """The languages that a body has translations into."""
    if isinstance(document, list):
        return set().union(*map(languages_of, document))
    if not isinstance(document, dict):
        return set()
    found = set().union(*map(languages_of, document.values()))
    maps = (value for name, value in document.items() if name.endswith("Translated") or name in _TRANSLATIONS)
    return found.union(*(value for value in maps if isinstance(value, dict)))


_TRANSLATIONS: Final = frozenset({"translated", "translations"})


# Partial updates.


def merge(stored: Item, change: Item, *, clearable: Iterable[str] = (), null_clears: bool = False) -> Item:
    """The item after a partial PUT: what is not named stays.

    Objects merge, lists are replaced; elements of a list that repeat an id keep what they do not name. Null
    keeps the value, except in the fields `clearable`, or everywhere with `null_clears`: there it takes the
    field away, and empties a list or an object.
    """
    merged = dict(stored)
    for name, value in change.items():
        before = stored.get(name)
        if value is None:
            if null_clears and isinstance(before, list | dict):
                merged[name] = type(before)()
            elif null_clears or name in clearable:
                merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(before, dict):
            merged[name] = merge(before, value, null_clears=null_clears)
        elif isinstance(value, list) and isinstance(before, list):
            merged[name] = _merge_elements(before, value, null_clears=null_clears)
        else:
            merged[name] = _without_nulls(value)
    return merged


def _merge_elements(before: list[Any], after: list[Any], *, null_clears: bool) -> list[Any]:
    known = {element["id"]: element for element in before if isinstance(element, dict) and "id" in element}
    return [
        merge(known[element["id"]], element, null_clears=null_clears)
        if isinstance(element, dict) and element.get("id") in known
        else _without_nulls(element)
        for element in after
    ]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value
