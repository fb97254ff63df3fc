"""What is asked of a section: which of its items, and which fields of them."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec
from attrs import frozen

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.codec import Projection, Selection, add_fields, format_selection, get_projection
from ecwid_async.errors import ConfigError, DecodeError
from ecwid_async.export.fields import cut, selection_of
from ecwid_async.export.sections import Section, find_sections
from ecwid_async.models.base import Model
from ecwid_async.pages import Pages
from ecwid_async.primitives.safe_json import UNREADABLE, Masked
from ecwid_async.scan import plan_of

__all__ = ["Items", "SectionRequest", "asked", "documents"]

Items = Sequence[bytes | msgspec.Raw]
"""JSON objects, as the server sent them."""


@frozen
class SectionRequest:
    """A section, the fields wanted of its items (None: all), and arguments of its search.

    `key` is the field that tells the items of a list apart, None where all come in one answer.
    """

    section: Section
    model: type[Model]
    key: str | None
    fields: Selection | None
    where: Mapping[str, object]

    @property
    def name(self) -> str:
        """That of the section."""
        return self.section.name

    @property
    def fields_text(self) -> str | None:
        """The fields as the API writes them."""
        return None if self.fields is None else format_selection(self.fields)

    @property
    def where_told(self) -> dict[str, object]:
        """The arguments as JSON has them."""
        told: dict[str, object] = msgspec.to_builtins(dict(self.where), str_keys=True)
        return told

    @property
    def plain(self) -> bool:
        """Whether the items are written as they come: of a list what tells them apart comes along, wanted or not."""
        return self.fields is None or self.key in self.fields

    def read(self, store: Store) -> "Pages[Any] | Call[Any]":
        """All of it, built and not sent. Raises `ConfigError` for what can't be searched for."""
        arguments = dict(self.where)
        if self.fields is not None and self.key is not None:
            arguments["response_fields"] = format_selection({"items": add_fields(self.fields, [self.key])})
        try:
            return self.section.read_method(store)(**arguments)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{self.name}: {error}") from error

    def fit(self, items: Items) -> Items:
        """The items as they are written."""
        fields = self.fields
        return items if fields is None or self.plain else [cut(item, fields) for item in items]


def asked(
    store: Store,
    sections: Iterable[Section | str],
    fields: Mapping[str, str | type],
    where: Mapping[str, Mapping[str, object]],
) -> list[SectionRequest]:
    """What is to be read of each section: see `export_store`.

    Raises `ConfigError` for a section, field or argument that there is not, naming the nearest.
    """
    if isinstance(sections, str):
        raise ConfigError(f"sections is a list of names: give [{sections!r}].")
    for argument, given, example in (("fields", fields, '"id,name"'), ("where", where, '{"enabled": True}')):
        if not isinstance(given, Mapping):
            raise ConfigError(f'{argument} has an entry for each section, such as {{"products": {example}}}.')
    chosen = find_sections(each if isinstance(each, str) else each.name for each in sections)
    names = [section.name for section in chosen]
    for name in (*fields, *where):
        if name not in names:
            raise ConfigError(f"{name!r} is not a section that this run exports: {', '.join(names)}.")
    return [_ask(store, section, fields.get(section.name), where.get(section.name, {})) for section in chosen]


def _ask(store: Store, section: Section, fields: str | type | None, where: Mapping[str, object]) -> SectionRequest:
    model, filters = section.model(), section.filters(store)
    for name in where:
        if name not in filters:
            near = get_close_matches(name, filters, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(filters) or 'none'}."
            raise ConfigError(f"{section.name} can't be searched by {name!r}. {hint}")
    source = SectionRequest(section, model, None, None, where).read(store)
    operation = source.request.options.operation
    key = plan_of(operation).key if isinstance(source, Pages) else None
    return SectionRequest(section, model, key, _selection(section, model, fields), where)


def _selection(section: Section, model: type[Model], fields: str | type | None) -> Selection | None:
    if not isinstance(fields, str | type | None):
        raise ConfigError(f'the fields of {section.name} are text such as "id,name", or a class, not {fields!r}')
    if fields is None or isinstance(fields, str):
        return None if fields is None else selection_of(fields, model, section.name)
    taken: Projection[Any] = get_projection(fields, (model,))
    return taken.selection


def documents(body: bytes, section: Section, operation: str) -> Items:
    """The items of a response that is no page, byte for byte. Raises `DecodeError` where there are none."""
    try:
        items = _documents(body, section)
    except UNREADABLE:
        masked = Masked(body)
        try:
            items = [masked.restored(item) for item in _documents(masked.json, section)]
        except UNREADABLE:
            items = [b""]
    if not all(bytes(memoryview(item)[:1]) == b"{" for item in items):
        expected = "an object" if section.is_document else "a list of objects"
        raise DecodeError(operation=operation, path=section.items_key or "", expected=expected, found="something else")
    return items


def _documents(body: bytes, section: Section) -> Items:
    if section.is_document:
        return [msgspec.json.decode(body, type=msgspec.Raw)]
    if section.items_key is None:
        return msgspec.json.decode(body, type=list[msgspec.Raw])
    inside = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get(section.items_key, b"")
    return msgspec.json.decode(inside, type=list[msgspec.Raw])
