"""Which fields of the items are wanted: names as Python or the API has them, checked against the models."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args, get_origin

import msgspec

from ecwid_async.codec import Selection, parse_selection
from ecwid_async.errors import ConfigError
from ecwid_async.models.base import PREFIX, Model, is_model, union_members, wire_name
from ecwid_async.primitives.safe_json import UNREADABLE, Masked

__all__ = ["cut", "selection_of"]


def selection_of(text: str, model: type[Model], section: str) -> Selection:
    """The fields that `text` names, such as ``id,name,options(name)``, under their names on the wire.

    Raises `ConfigError` for a name that is none, naming the nearest.
    """
    try:
        wanted = parse_selection(text)
    except ValueError:
        raise ConfigError(
            f"the fields {text!r} of {section} can't be read: write them as id,name,options(name,choices(text))"
        ) from None
    return _checked(wanted, (model,), section)


def _checked(wanted: Selection, models: tuple[type[Model], ...], where: str) -> Selection:
    return dict(_member(name, inner, models, where) for name, inner in wanted.items())


def _member(
    name: str, inner: Selection | None, models: tuple[type[Model], ...], where: str
) -> tuple[str, Selection | None]:
    known = {field.name: field for model in models for field in model.__attrs_attrs__ if field.name != "extra"}
    fields = [field for field in known.values() if name in (field.name, wire_name(field))]
    if not fields:
        if any(name.startswith(field.metadata[PREFIX]) for field in known.values() if PREFIX in field.metadata):
            return name, inner
        raise ConfigError(f"{where} has no field {name!r}.{_hint(name, known)}")
    (field,) = fields
    wire = wire_name(field)
    if inner is None:
        return wire, None
    inside, free = _inside(field.type)
    if inside:
        return wire, _checked(inner, inside, f"{where}.{field.name}")
    if free:
        return wire, inner
    raise ConfigError(f"{where}.{field.name} has no fields of its own: ask for it without brackets.")


def _hint(name: str, known: Iterable[str]) -> str:
    # As Python writes them: commandLine is next to command_line.
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    near = get_close_matches(snake, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _inside(declared: Any) -> tuple[tuple[type[Model], ...], bool]:
    """The models that a declared type holds, however deep in lists; else whether it holds keys of the store's own."""
    options = tuple(_elements(declared))
    return tuple(option for option in options if is_model(option)), any(
        get_origin(option) in (dict, Mapping) or option in (dict, object) for option in options
    )


def _elements(declared: Any) -> Iterator[Any]:
    for option in union_members(declared):
        if get_origin(option) is list:
            yield from _elements(get_args(option)[0])
        else:
            yield option


def cut(item: bytes | msgspec.Raw, selection: Selection) -> bytes:
    """What is selected of an item, or of each element of a list, each value byte for byte."""
    try:
        return _cut(item, selection)
    except UNREADABLE:
        masked = Masked(item)
        return masked.restored(_cut(masked.json, selection))


def _cut(item: bytes | msgspec.Raw, selection: Selection) -> bytes:
    start = bytes(memoryview(item)[:1])
    if start == b"[":
        elements = msgspec.json.decode(item, type=list[msgspec.Raw])
        return b"[" + b",".join(_cut(element, selection) for element in elements) + b"]"
    if start != b"{":
        return bytes(item)
    members = msgspec.json.decode(item, type=dict[str, msgspec.Raw])
    chosen = {name: (value, selection[name]) for name, value in members.items() if name in selection}
    return msgspec.json.encode(
        {name: value if inner is None else msgspec.Raw(_cut(value, inner)) for name, (value, inner) in chosen.items()}
    )
