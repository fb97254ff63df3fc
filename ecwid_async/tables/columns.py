"""The columns of a model: a tree of scalars, lists and structs, named as on the wire."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from typing import Any, Final, Literal, TypeAlias, get_args, get_origin

import attrs
import msgspec

from ecwid_async.codec import Projection, Selection, parse_selection
from ecwid_async.errors import ConfigError
from ecwid_async.models.base import JSON_TEXT, PREFIX, is_model, union_members, wire_name

__all__ = [
    "EXTRA",
    "PRECISION",
    "SCALAR_KINDS",
    "SCALE",
    "STORE_ID",
    "Column",
    "Fields",
    "Kind",
    "ListColumn",
    "ScalarColumn",
    "StructColumn",
    "build_columns",
    "flatten",
]

Kind: TypeAlias = Literal[
    "bool", "date", "datetime", "decimal", "flag", "float", "int", "json", "literal", "quoted", "text"
]
Fields: TypeAlias = Selection | Sequence[str]
"""Selected fields: a parsed selection, or texts such as ``id`` and ``media(images(id))``."""

EXTRA: Final = "_extra"
"""The column for everything that no other column can hold, as JSON in the shape of the item."""

STORE_ID: Final = "store_id"
"""The optional column or key with the id of the item's store."""

PRECISION: Final = 38
"""Digits of a decimal column."""

SCALE: Final = 18
"""Its digits after the point."""

SCALAR_KINDS: Final[Mapping[object, Kind]] = {
    bool: "bool",
    date: "date",
    datetime: "datetime",
    Decimal: "decimal",
    int: "int",
    str: "text",
}

_MAX_DEPTH: Final = 12  # levels of structs; deeper ones are JSON, and so is a model inside itself
_INVALID_SLOT_NAME: Final = re.compile(r'["\\\x00-\x1f]')  # msgspec rejects these
# Unknown names per struct that get a slot: an object with free keys can have any number of them.
_MAX_UNKNOWN: Final = 64


@attrs.define(eq=False)
class ScalarColumn:
    """A column of single values.

    Kind ``json`` is any JSON, such as an object with free keys, kept as the text received. For text cells, kind
    ``literal`` is a number or a boolean kept the same way, and kind ``quoted`` is a text in its quotes. A row may have
    any JSON instead of these two: whoever reads the cells checks them. Kind ``flag`` is a boolean, and becomes
    ``literal`` when an item has another value.
    """

    kind: Kind
    has_unknown: bool = False


@attrs.define(eq=False)
class ListColumn:
    """A column of lists."""

    element: "Column"
    has_unknown: bool = False


@attrs.define(eq=False)
class StructColumn:
    """A column of objects with these fields, by wire name.

    `seen` are the fields that have a slot, in the order of their first occurrence. `unknown` are those among them that
    the model does not have; they get a slot only if `keep_unknown` is set. `has_unknown` is true if there is an unknown
    field here or in a nested column; `unknown_slots` are the slots, names and nested columns of these. Rows are
    instances of `row_type`; `empty_row` has no values.
    """

    fields: dict[str, "Column"]
    keep_unknown: bool = True
    has_unknown: bool = False
    seen: dict[str, "Column"] = attrs.field(factory=dict)
    unknown: set[str] = attrs.field(factory=set)
    unknown_slots: "list[tuple[str, str, Column | None]]" = attrs.field(factory=list)
    row_type: type[msgspec.Struct] = msgspec.Struct
    empty_row: Any = None

    def __attrs_post_init__(self) -> None:
        if not self.keep_unknown:
            self.seen = dict(self.fields)

    def can_add_slot(self, name: str) -> bool:
        """Whether this field may have a slot."""
        return name in self.fields or (
            self.keep_unknown and len(self.unknown) < _MAX_UNKNOWN and not _INVALID_SLOT_NAME.search(name)
        )

    def add_slot(self, name: str) -> None:
        """Add a slot for a field, if it may have one."""
        if name in self.fields:
            self.seen[name] = self.fields[name]
        elif self.can_add_slot(name):
            self.seen[name] = ScalarColumn("json")
            self.unknown.add(name)

    def widen_flags(self) -> bool:
        """Make all columns of kind ``flag`` literals. Return whether there were any."""
        widened = False
        for column in self.fields.values():
            if isinstance(column, StructColumn):
                widened |= column.widen_flags()
            elif isinstance(column, ScalarColumn) and column.kind == "flag":
                column.kind, widened = "literal", True
        return widened


Column: TypeAlias = ScalarColumn | ListColumn | StructColumn


def build_columns(
    model: type[object] | Projection[Any], fields: Fields | None = None, *, keep_unknown: bool | None = None
) -> StructColumn:
    """Build the columns of a model, or only those of `fields`: wire names, or the model's attribute names.

    `keep_unknown` keeps fields that have no column, and defaults to true only without `fields`. If it is false, items
    may have more fields than `fields`, and a name that the model does not have raises `ConfigError` with the closest
    match. A model without fields raises `ConfigError` too.
    """
    if isinstance(model, Projection):
        models: tuple[type[Any], ...] = model.models
        selection: Selection | None = model.selection
    else:
        models = (model,)
        selection = None
    if fields is not None:
        selection = fields if isinstance(fields, Mapping) else parse_selection(",".join(fields))
    column = _struct_column(models, selection, (), fields is None if keep_unknown is None else keep_unknown)
    if not isinstance(column, StructColumn):
        raise ConfigError(f"{models[0].__name__} has no columns")
    return column


def _struct_column(
    models: tuple[type[Any], ...], selection: Selection | None, parents: tuple[Any, ...], keep_unknown: bool
) -> Column:
    if models in parents or len(parents) > _MAX_DEPTH:
        return ScalarColumn("json")
    known: dict[str, list[attrs.Attribute[Any]]] = {}
    wire_names: dict[str, str] = {}
    for model in models:
        attrs.resolve_types(model)
        for field in attrs.fields(model):
            if parents and field.metadata.get(PREFIX) == "":
                return ScalarColumn("json")  # free keys are mixed with its fields
            if field.name != "extra" and PREFIX not in field.metadata:
                known.setdefault(wire_name(field), []).append(field)
                wire_names[field.name] = wire_name(field)
    # Without a selection of its fields, the whole object is selected.
    keep_unknown = keep_unknown or selection is None
    selected: dict[str, Selection | None] = dict.fromkeys(known)
    if selection is not None:
        by_wire_name = {wire_names.get(name, name): inner for name, inner in selection.items()}
        if not keep_unknown:
            _refuse_unknown(by_wire_name.keys() - known.keys(), wire_names, models[0])
        selected = {name: inner for name, inner in by_wire_name.items() if name in known}
    columns: dict[str, Column] = {}
    for name, inner in selected.items():
        variants = [_field_column(field, inner, (*parents, models), keep_unknown) for field in known[name]]
        same = all(_are_alike(variants[0], column) for column in variants)
        columns[name] = variants[0] if same else ScalarColumn("json")
    return StructColumn(columns, keep_unknown) if columns else ScalarColumn("json")


def _refuse_unknown(unknown: Collection[str], known: Collection[str], model: type) -> None:
    for name in unknown:
        matches = get_close_matches(name, known, 1)
        hint = f"did you mean {matches[0]}?" if matches else f"it has {', '.join(known)}"
        raise ConfigError(f"{model.__name__} has no field {name!r}: {hint}")


def _field_column(
    field: "attrs.Attribute[Any]", selection: Selection | None, parents: tuple[Any, ...], keep_unknown: bool
) -> Column:
    if JSON_TEXT in field.metadata:
        return ScalarColumn("text")
    return _type_column(field.type, selection, parents, keep_unknown)


def _type_column(declared: Any, selection: Selection | None, parents: tuple[Any, ...], keep_unknown: bool) -> Column:
    options = union_members(declared)
    if all(is_model(option) for option in options):
        return _struct_column(options, selection, parents, keep_unknown)
    if str in options and all(option is str or issubclass(option, Enum) for option in options if _is_class(option)):
        return ScalarColumn("text")  # an open enum
    (only, *others) = options
    if not others and only in SCALAR_KINDS:
        return ScalarColumn(SCALAR_KINDS[only])
    if not others and get_origin(only) is list:
        return ListColumn(_type_column(get_args(only)[0], selection, parents, keep_unknown))
    return ScalarColumn("json")


def _is_class(option: object) -> bool:
    return isinstance(option, type) or get_origin(option) is None


def _are_alike(one: Column, other: Column) -> bool:
    """Whether two columns have the same type."""
    if isinstance(one, StructColumn) and isinstance(other, StructColumn):
        return one.fields.keys() == other.fields.keys() and all(
            _are_alike(column, other.fields[name]) for name, column in one.fields.items()
        )
    if isinstance(one, ListColumn) and isinstance(other, ListColumn):
        return _are_alike(one.element, other.element)
    return isinstance(one, ScalarColumn) and isinstance(other, ScalarColumn) and one.kind == other.kind


def flatten(struct: StructColumn, levels: int = 3) -> StructColumn:
    """Return columns for text cells: structs of the first `levels` keep their fields, others and lists are JSON."""
    columns = {name: _flatten_column(column, levels - 1) for name, column in struct.fields.items()}
    return StructColumn(columns, struct.keep_unknown)


def _flatten_column(column: Column, levels: int) -> Column:
    if isinstance(column, StructColumn) and levels:
        return flatten(column, levels)
    if isinstance(column, ScalarColumn) and column.kind in ("date", "datetime", "text"):
        return ScalarColumn("quoted")
    if isinstance(column, ScalarColumn) and column.kind == "bool":
        return ScalarColumn("flag")
    return ScalarColumn("literal" if isinstance(column, ScalarColumn) and column.kind != "json" else "json")
