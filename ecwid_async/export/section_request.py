"""The request of an export for one section: filters for its items, and the chosen fields."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.codec import Projection, Selection, add_fields, format_selection, get_projection
from ecwid_async.errors import ConfigError
from ecwid_async.export.fields import parse_fields
from ecwid_async.models.base import Model
from ecwid_async.pages import Pages
from ecwid_async.primitives.json_fields import select_fields
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.scan import plan_for
from ecwid_async.sections import Items, Section, find_sections

__all__ = ["SectionRequest", "build_requests"]


@frozen
class SectionRequest:
    """The items and fields to export of one section.

    `fields` has the chosen fields, None for all. `where` has the arguments of the section's search. `key` is the field
    that identifies an item, None for a section without pages.
    """

    section: Section
    model: type[Model]
    key: str | None
    fields: Selection | None
    where: Mapping[str, object]

    @property
    def name(self) -> str:
        """The name of the section."""
        return self.section.name

    @property
    def fields_text(self) -> str | None:
        """The chosen fields in the syntax of ``responseFields``, None for all."""
        return None if self.fields is None else format_selection(self.fields)

    @property
    def where_as_json(self) -> dict[str, object]:
        """The arguments of the search as JSON values."""
        values: dict[str, object] = msgspec.to_builtins(dict(self.where), str_keys=True)
        return values

    @property
    def writes_items_unchanged(self) -> bool:
        """Whether items are written as received.

        If not, the response has fields that were not chosen, such as the key, which are removed.
        """
        return self.fields is None or self.key in self.fields

    def source(self, store: Store) -> "Pages[Any] | Call[Any]":
        """Build the search or call that reads the items. Raises `ConfigError` for invalid arguments."""
        arguments = dict(self.where)
        if self.fields is not None and self.key is not None:
            arguments["response_fields"] = format_selection({"items": add_fields(self.fields, [self.key])})
        try:
            return self.section.read_method(store)(**arguments)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{self.name}: {error}") from error

    def select_fields(self, items: Items) -> Items:
        """Reduce the items to the chosen fields."""
        fields = self.fields
        if fields is None or self.writes_items_unchanged:
            return items
        return [select_fields(item, fields) for item in items]


def build_requests(
    store: Store,
    sections: Iterable[Section | str],
    fields: Mapping[str, str | type],
    where: Mapping[str, Mapping[str, object]],
) -> list[SectionRequest]:
    """Build a request for each section. Nothing is sent.

    Raises `ConfigError` for invalid arguments, and `TypeError` for a class in `fields` that does not fit its section.
    """
    if isinstance(sections, str):
        raise ConfigError(f"sections must be a list of names: give [{sections!r}].")
    for argument, given, example in (("fields", fields, '"id,name"'), ("where", where, '{"enabled": True}')):
        if not isinstance(given, Mapping):
            raise ConfigError(f'{argument} must map names of sections, such as {{"products": {example}}}.')
    chosen = find_sections(section if isinstance(section, str) else section.name for section in sections)
    names = [section.name for section in chosen]
    for name in (*fields, *where):
        if name not in names:
            raise ConfigError(f"{name!r} is not a section of this export: {', '.join(names)}.")
    return [_build_request(store, section, fields.get(section.name), where.get(section.name, {})) for section in chosen]


def _build_request(
    store: Store, section: Section, fields: str | type | None, where: Mapping[str, object]
) -> SectionRequest:
    model = section.model()
    filters = section.filters(store) if where else {}
    for name in where:
        if name not in filters:
            near = get_close_matches(name, filters, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(filters) or 'none'}."
            raise ConfigError(f"{section.name} can't be searched by {name!r}. {hint}")
    source = SectionRequest(section, model, None, None, where).source(store)
    operation = source.request.options.operation
    key = plan_for(operation).key if isinstance(source, Pages) else None
    return SectionRequest(section, model, key, _parse_selection(section, model, fields), where)


def _parse_selection(section: Section, model: type[Model], fields: str | type | None) -> Selection | None:
    if not isinstance(fields, str | type | None):
        raise ConfigError(f'the fields of {section.name} are text such as "id,name", or a class, not {fields!r}')
    if fields is None or isinstance(fields, str):
        return None if fields is None else parse_fields(fields, model, section.name)
    projection: Projection[Any] = get_projection(fields, (model,))
    return projection.selection
