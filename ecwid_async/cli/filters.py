"""What ``--fields`` and ``--where`` say, for each section that is exported."""

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
    from ecwid_async.export import Section

__all__ = ["fields_of", "value_of", "where_of"]

# Since 2001. Read as seconds, a year or a compact date would be a moment of 1970.
_UNIX_SECONDS = re.compile(r"[1-9][0-9]{9}")
_YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def fields_of(texts: Iterable[str], sections: "Sequence[Section]") -> dict[str, str]:
    """The fields of each section: those given with its name in front (``products:id,name``), else those for all."""
    found: dict[str, list[str]] = {}
    for text in texts:
        name, fields = _addressed(text, sections)
        for section in sections if name is None else [name]:
            found.setdefault(section if isinstance(section, str) else section.name, []).append(fields)
    return {name: ",".join(parts) for name, parts in found.items()}


def where_of(texts: Iterable[str], sections: "Sequence[Section]", store: "Store") -> dict[str, dict[str, Any]]:
    """The arguments of each section's search, typed as it declares them. Nothing is asked of the store."""
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        name, condition = _addressed(text, sections)
        argument, equals, value = condition.partition("=")
        if not equals:
            raise UsageError(f"--where {text} has no value to compare with: write it as {argument or 'NAME'}=VALUE.")
        argument, _, key = argument.partition(".")
        for section in sections:
            if name in (None, section.name):
                declared = _declared(section, argument, store, alone=name is not None or len(sections) == 1)
                given = found.setdefault(section.name, {})
                if _is_mapping(declared):
                    if not key:
                        raise UsageError(f"{argument} needs a name: {argument}.Size=XL for instance.")
                    if "," in value:
                        raise UsageError(
                            f"--where {argument}.{key} can't be {value!r}: nothing says how the API escapes a comma. "
                            f"Repeat --where {argument}.{key}=… for several values."
                        )
                    given.setdefault(argument, {}).setdefault(key, []).append(value)
                elif key:
                    raise UsageError(f"{argument} has no parts: write it as {argument}=VALUE.")
                elif argument in given:
                    raise UsageError(
                        f"--where {argument} is given twice: give it once, several values with commas between them."
                    )
                else:
                    given[argument] = value_of(value, declared, argument)
    return found


def _addressed(text: str, sections: "Sequence[Section]") -> tuple[str | None, str]:
    """The section that an option speaks of, None where it is for all, and what it says."""
    name, colon, rest = text.partition(":")
    if not colon or not name.isidentifier():
        return None, text
    names = [section.name for section in sections]
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"This run exports {', '.join(names)}."
        raise UsageError(f"{name!r}, in {text!r}, is not a section that this run exports. {hint}")
    return name, rest


def _declared(section: "Section", argument: str, store: "Store", *, alone: bool) -> Any:
    filters = section.filters(store)
    if argument in filters:
        return filters[argument]
    near = get_close_matches(argument, filters, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(filters) or 'none'}."
    where = "" if alone else f" Where another section is meant: --where SECTION:{argument}=VALUE."
    raise UsageError(f"{section.name} can't be searched by {argument!r}. {hint}{where}")


def _is_mapping(declared: Any) -> bool:
    return any(get_origin(option) is Mapping for option in union_members(declared))


def value_of(text: str, declared: Any, name: str) -> Any:
    """A value of a declared type. Raises `UsageError`, which says what is wanted."""
    options = union_members(declared)
    lists = [option for option in options if get_origin(option) is Sequence]
    if lists and (len(options) == 1 or "," in text):
        element: Any = get_args(lists[0])[0]
        return [value_of(part.strip(), element, name) for part in text.split(",")]
    try:
        return _scalar(text, [option for option in options if option not in lists])
    except (ValueError, InvalidOperation):
        raise UsageError(f"{name} takes {_wanted(options)}, not {text!r}.") from None


def _scalar(text: str, options: Sequence[Any]) -> object:
    if bool in options:
        if text.lower() not in _YES:
            raise ValueError(text)
        return _YES[text.lower()]
    if datetime in options:
        return int(text) if _UNIX_SECONDS.fullmatch(text) else _moment(text)
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


def _moment(text: str) -> datetime:
    if text.isdigit() and len(text) != len("20240131"):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    # As the files of an export have it.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _wanted(options: Sequence[Any]) -> str:
    if bool in options:
        return "true or false"
    if datetime in options:
        return "a date such as 2024-01-31, a time such as 2024-01-31T12:00+01:00, or Unix seconds (ten digits)"
    return "a number" if Decimal in options else "a whole number"
