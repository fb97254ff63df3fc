"""Parsing the names of chosen fields, as in Python or in the API, and checking them against the models."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from ecwid_async.codec import Selection, parse_selection
from ecwid_async.errors import ConfigError
from ecwid_async.models.base import PREFIX, Model, is_model, union_members, wire_name

__all__ = ["parse_fields"]


def parse_fields(text: str, model: type[Model], section: str) -> Selection:
    """Parse a text such as ``id,name,options(name)``. Returns the fields by their names in the API.

    Raises `ConfigError` for an unknown name, with the most similar name as a suggestion.
    """
    try:
        fields = parse_selection(text)
    except ValueError:
        raise ConfigError(
            f"the fields {text!r} of {section} can't be read: write them as id,name,options(name,choices(text))"
        ) from None
    return _check(fields, (model,), section)


def _check(fields: Selection, models: tuple[type[Model], ...], path: str) -> Selection:
    return dict(_check_field(name, inner, models, path) for name, inner in fields.items())


def _check_field(
    name: str, inner: Selection | None, models: tuple[type[Model], ...], path: str
) -> tuple[str, Selection | None]:
    known = {field.name: field for model in models for field in model.__attrs_attrs__ if field.name != "extra"}
    matching = [field for field in known.values() if name in (field.name, wire_name(field))]
    if not matching:
        if any(name.startswith(field.metadata[PREFIX]) for field in known.values() if PREFIX in field.metadata):
            return name, inner
        raise ConfigError(f"{path} has no field {name!r}.{_suggestion(name, known)}")
    (field,) = matching
    wire = wire_name(field)
    if inner is None:
        return wire, None
    inner_models, has_free_keys = _inner_types(field.type)
    if inner_models:
        return wire, _check(inner, inner_models, f"{path}.{field.name}")
    if has_free_keys:
        return wire, inner
    raise ConfigError(f"{path}.{field.name} has no fields of its own: name it without brackets.")


def _suggestion(name: str, known: Iterable[str]) -> str:
    # Compare in snake_case: createTimestmp is similar to create_timestamp.
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    near = get_close_matches(snake, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _inner_types(declared: Any) -> tuple[tuple[type[Model], ...], bool]:
    """Return the models in a declared type, at any depth of lists, and whether it may be an object with any keys."""
    options = tuple(_element_types(declared))
    return tuple(option for option in options if is_model(option)), any(
        get_origin(option) in (dict, Mapping) or option in (dict, object) for option in options
    )


def _element_types(declared: Any) -> Iterator[Any]:
    for option in union_members(declared):
        if get_origin(option) is list:
            yield from _element_types(get_args(option)[0])
        else:
            yield option
