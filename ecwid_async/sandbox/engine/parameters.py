"""Parameters of a request: parsing and checks."""

import re
from collections.abc import Mapping
from typing import Any, Final

from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.spec import Endpoint, Parameter
from ecwid_async.sandbox.state import parse_time

__all__ = ["read_parameters", "split_list"]

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
# Every GET accepts it, even if its page of the documentation does not list it.
_COMMON: Final = {"responseFields": Parameter("string")}


def read_parameters(texts: Mapping[str, str], endpoint: Endpoint, *, reject_unknown: bool = False) -> dict[str, Any]:
    """The typed values of an endpoint's parameters: times in Unix seconds, lists as tuples.

    Unknown parameters are ignored, or rejected with `reject_unknown`. Raises `ErrorResponse` if a parameter is missing
    or has the wrong type.
    """
    values: dict[str, Any] = {}
    for name, text in texts.items():
        parameter = _find_parameter(name, endpoint)
        if parameter is None and reject_unknown:
            raise ErrorResponse.wrong_parameter(f"There is no parameter {name!r} here")
        if parameter is not None and parameter.multiple:
            values[name] = tuple(_parse_value(name, part, parameter) for part in split_list(text))
        elif parameter is not None:
            values[name] = _parse_value(name, text, parameter)
    for name, parameter in endpoint.params.items():
        if parameter.required and name not in values:
            raise ErrorResponse.wrong_parameter(f"Parameter {name!r} is missing")
    return values


def split_list(text: str) -> tuple[str, ...]:
    r"""Split a comma-separated list. A backslash escapes a comma or a backslash."""
    parts = re.findall(r"((?:\\.|[^,\\])+)", text)
    return tuple(re.sub(r"\\(.)", r"\1", part).strip() for part in parts)


def _find_parameter(name: str, endpoint: Endpoint) -> Parameter | None:
    """The declaration of a parameter. One with a placeholder, such as ``option_{optionName}``, matches many names."""
    if name in endpoint.params:
        return endpoint.params[name]
    for declared, parameter in endpoint.params.items():
        prefix, placeholder, _ = declared.partition("{")
        if placeholder and name.startswith(prefix) and name != prefix:
            return parameter
    return _COMMON.get(name)


def _parse_value(name: str, text: str, parameter: Parameter) -> Any:
    try:
        match parameter.type:
            case "integer":
                value: Any = int(_match(_INTEGER, text))
            case "number":
                value = float(_match(_NUMBER, text))
            case "boolean":
                value = {"true": True, "false": False}[text.lower()]
            case "datetime" | "date":
                value = parse_time(text)
            case _:
                value = text
    except (ValueError, KeyError):
        raise ErrorResponse.wrong_parameter(f"Parameter {name!r} must be of type {parameter.type}") from None
    if parameter.enum and text not in parameter.enum and not any("{" in allowed for allowed in parameter.enum):
        raise ErrorResponse.wrong_parameter(f"Parameter {name!r} must be one of {', '.join(parameter.enum)}")
    return value


def _match(pattern: re.Pattern[str], text: str) -> str:
    # Python's own parsers also accept underscores, blanks, digits of other scripts, and nan.
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text
