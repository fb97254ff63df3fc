"""Validation of JSON bodies against the schemas of `spec`."""

from typing import Any, Final

import msgspec

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.spec import Shape
from ecwid_async.sandbox.state import format_time, parse_time

__all__ = ["read_document", "translation_languages"]

_MAX_DEPTH: Final = 32
# Checking this many takes a fraction of a second, and 500 requests of a batch may have 120 each.
_MAX_VALUES: Final = 60_000
# Not every JSON reader represents larger numbers exactly.
_MAX_NUMBER: Final = 2**53
_SCALARS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int,),
    "datetime": (str, int),
    "date": (str,),
}
_TRANSLATION_MAPS: Final = frozenset({"translated", "translations"})


def read_document(body: bytes, schema: str | None, *, many: bool, reject_unknown: bool) -> Any:
    """Decode a JSON body and keep only the fields of its schema, including those of nested objects.

    Unknown and read-only fields are dropped, or rejected with `reject_unknown`. Nulls stay, but arrays must not contain
    any. Times are converted to the format of responses. Raises `ErrorResponse` if the body is not JSON, has too many
    values, or has a value of the wrong type.
    """
    if body.count(b",") > _MAX_VALUES:
        raise ErrorResponse(413, "REQUEST_TOO_LARGE", f"A JSON body may have at most {_MAX_VALUES} values")
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ErrorResponse.wrong_parameter(f"The body is not valid JSON: {error}") from None
    shape: Shape = "any" if schema is None else [schema] if many else schema
    return _check("", document, shape, reject_unknown=reject_unknown)


def _check(path: str, value: Any, shape: Shape, *, reject_unknown: bool) -> Any:
    """The value with only the fields of its shape. Error messages contain `path`."""
    if value is None and path:
        return None
    if isinstance(shape, list):
        if isinstance(value, dict) and len(shape) > 1:
            return _check(path, value, shape[0], reject_unknown=reject_unknown)
        if not isinstance(value, list):
            raise ErrorResponse.wrong_parameter(f"{path or 'The body'} must be an array")
        if None in value:
            raise ErrorResponse.wrong_parameter(f"{path or 'The body'} must not contain null")
        return [_check(f"{path}[{at}]", v, shape[0], reject_unknown=reject_unknown) for at, v in enumerate(value)]
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise ErrorResponse.wrong_parameter(f"{path or 'The body'} must be an object")
        return {k: _check(f"{path}.{k}", v, shape["*"], reject_unknown=reject_unknown) for k, v in value.items()}
    if shape in _SCALARS:
        return _check_scalar(path, value, shape)
    fields = spec.load().schemas.get(shape)
    if fields is None:
        return _check_untyped(path, value, shape)
    if not isinstance(value, dict):
        raise ErrorResponse.wrong_parameter(f"{path or 'The body'} must be an object")
    unknown = [name for name in value if name not in fields and "*" not in fields]
    if unknown and reject_unknown:
        raise ErrorResponse.wrong_parameter(f"{path or 'The body'} has no field {unknown[0]!r}")
    return {
        name: _check(
            f"{path}.{name}" if path else name, inner, fields.get(name) or fields["*"], reject_unknown=reject_unknown
        )
        for name, inner in value.items()
        if name not in unknown
    }


def _check_scalar(path: str, value: Any, kind: str) -> Any:
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, _SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        raise ErrorResponse.wrong_parameter(f"Field {path!r} must be of type {kind}")
    if isinstance(value, int | float):
        _check_range(path, value)
    return _normalize_time(path, value, kind) if kind in {"datetime", "date"} and value != "" else value


def _normalize_time(path: str, value: Any, kind: str) -> Any:
    """A time in the format of responses. A date stays as it was sent."""
    try:
        moment = format_time(parse_time(str(value)))
    except ValueError as error:
        raise ErrorResponse.wrong_parameter(f"Field {path!r}: {error}") from None
    return moment if kind == "datetime" else value


def _check_range(path: str, value: float) -> None:
    if not -_MAX_NUMBER <= value <= _MAX_NUMBER:
        raise ErrorResponse.wrong_parameter(f"Field {path!r} must be between -2^53 and 2^53")


def _check_untyped(path: str, value: Any, kind: str, depth: int = 0) -> Any:
    """Check only depth and number sizes: the tables have no schema for this value."""
    if depth > _MAX_DEPTH:
        raise ErrorResponse.wrong_parameter(f"Field {path!r} is nested deeper than {_MAX_DEPTH} levels")
    if isinstance(value, list) and kind != "object":
        for inner in value:
            _check_untyped(path, inner, "any", depth + 1)
    elif isinstance(value, dict) and kind != "array":
        for inner in value.values():
            _check_untyped(path, inner, "any", depth + 1)
    elif kind in {"array", "object"}:
        raise ErrorResponse.wrong_parameter(f"Field {path!r} must be an {kind}")
    elif isinstance(value, int | float):
        _check_range(path, value)
    return value


def translation_languages(document: Any) -> set[str]:
    """The languages of the translations in a body."""
    if isinstance(document, list):
        return set().union(*map(translation_languages, document))
    if not isinstance(document, dict):
        return set()
    found = set().union(*map(translation_languages, document.values()))
    maps = (value for name, value in document.items() if name.endswith("Translated") or name in _TRANSLATION_MAPS)
    return found.union(*(value for value in maps if isinstance(value, dict)))
