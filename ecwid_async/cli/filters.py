"""Parsing the options ``--fields`` and ``--where`` into arguments for each section of a command."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args, get_origin

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.models.base import union_members

if TYPE_CHECKING:
    from ecwid_async.client import Store
    from ecwid_async.sections import Section

__all__ = ["parse_fields_options", "parse_value", "parse_where_options"]

# Ten digits, so since 2001: fewer may be a year or a compact date, not seconds.
_UNIX_SECONDS = re.compile(r"[1-9][0-9]{9}")
_DOTTED = re.compile(r"[^(),\s.]+(?:\.[^(),\s.]+)+(?=[),\s]|$)")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def parse_fields_options(texts: Iterable[str], sections: "Sequence[Section]") -> dict[str, str]:
    """Return the fields by section. An option applies to all sections, or to one as in ``products:id,name``."""
    found: dict[str, list[str]] = {}
    for text in texts:
        name, fields = _split_section(text, sections)
        fields = _nest(fields)
        for section in sections if name is None else [name]:
            found.setdefault(section if isinstance(section, str) else section.name, []).append(fields)
    return {name: ",".join(parts) for name, parts in found.items()}


def parse_where_options(
    texts: Iterable[str], sections: "Sequence[Section]", store: "Store"
) -> dict[str, dict[str, Any]]:
    """Return the arguments of each section's search, converted to their declared types. `store` gets no request."""
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        name, condition = _split_section(text, sections)
        argument, equals, value = condition.partition("=")
        if not equals:
            raise UsageError(f"--where {text} has no value: write it as {argument or 'NAME'}=VALUE.")
        argument, _, key = argument.partition(".")
        for section in sections:
            if name in (None, section.name):
                declared = _declared_type(section, argument, store, alone=name is not None or len(sections) == 1)
                given = found.setdefault(section.name, {})
                if _is_mapping(declared):
                    if not key:
                        raise UsageError(f"{argument} needs a name, for instance {argument}.Size=XL.")
                    if "," in value:
                        raise UsageError(
                            f"--where {argument}.{key} can't be {value!r}: the API documents no way to escape a comma. "
                            f"Repeat --where {argument}.{key}=… for several values."
                        )
                    given.setdefault(argument, {}).setdefault(key, []).append(value)
                elif key:
                    raise UsageError(f"{argument} takes no name: write it as {argument}=VALUE.")
                elif argument in given:
                    raise UsageError(
                        f"--where {argument} is given twice: give it once, with commas between several values."
                    )
                else:
                    given[argument] = parse_value(value, declared, argument)
    return found


def _split_section(text: str, sections: "Sequence[Section]") -> tuple[str | None, str]:
    """Split an option into the name of its section, None for all sections, and the rest."""
    name, colon, rest = text.partition(":")
    if not colon or not name.isidentifier():
        return None, text
    names = [section.name for section in sections]
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"This command reads {', '.join(names)}."
        raise UsageError(f"{name!r} in {text!r} is not a section of this command. {hint}")
    return name, rest


def _nest(fields: str) -> str:
    """Write ``a.b`` as ``a(b)``."""
    return _DOTTED.sub(lambda path: path[0].replace(".", "(") + ")" * path[0].count("."), fields)


def _declared_type(section: "Section", argument: str, store: "Store", *, alone: bool) -> Any:
    filters = section.filters(store)
    if argument in filters:
        return filters[argument]
    near = get_close_matches(argument, filters, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(filters) or 'none'}."
    advice = "" if alone else f" For one of the other sections, write --where SECTION:{argument}=VALUE."
    raise UsageError(f"{section.name} can't be searched by {argument!r}. {hint}{advice}")


def _is_mapping(declared: Any) -> bool:
    return any(get_origin(option) is Mapping for option in union_members(declared))


def parse_value(text: str, declared: Any, name: str) -> Any:
    """Convert text to a declared type. Raises `UsageError` with the expected form."""
    options = union_members(declared)
    lists = [option for option in options if get_origin(option) is Sequence]
    if lists and (len(options) == 1 or "," in text):
        element: Any = get_args(lists[0])[0]
        return [parse_value(part.strip(), element, name) for part in text.split(",")]
    try:
        return _parse_scalar(text, [option for option in options if option not in lists])
    except (ValueError, InvalidOperation):
        raise UsageError(f"{name} takes {_expected_form(options)}, not {text!r}.") from None


def _parse_scalar(text: str, options: Sequence[Any]) -> object:
    if bool in options:
        if text.lower() not in _BOOLEANS:
            raise ValueError(text)
        return _BOOLEANS[text.lower()]
    if datetime in options:
        return int(text) if _UNIX_SECONDS.fullmatch(text) else _parse_datetime(text)
    if Decimal in options:
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
        return number
    if int in options and str not in options:
        return int(text)
    for option in options:
        if isinstance(option, type) and issubclass(option, Enum):
            for member in option:
                if str(member.value).lower() == text.lower():
                    return member.value
    return text


def _parse_datetime(text: str) -> datetime:
    if text.isdigit() and len(text) != len("20240131"):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    # UTC, like the times in exported files.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _expected_form(options: Sequence[Any]) -> str:
    if bool in options:
        return "true or false"
    if datetime in options:
        return "a date such as 2024-01-31, a time such as 2024-01-31T12:00+01:00, or Unix seconds (ten digits)"
    return "a number" if Decimal in options else "a whole number"
