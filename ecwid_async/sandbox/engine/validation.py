"""Request bodies, checked against the tables of the API."""

from typing import Any, Final

import msgspec

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.spec import Shape
from ecwid_async.sandbox.state import format_time, parse_time

__all__ = ["languages_of", "read_document"]

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
