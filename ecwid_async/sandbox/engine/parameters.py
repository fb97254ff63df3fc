"""Query parameters: their typed values."""

import re
from collections.abc import Mapping
from typing import Any, Final

from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.spec import Endpoint, Parameter
from ecwid_async.sandbox.state import parse_time

__all__ = ["read_parameters", "split_list"]

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")

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
