"""The client's own read models once more, field by field, in the ways of other libraries.

Each is built from the attrs class and made as fast as its library allows. They are made at run time, so that to a type
checker they are `Any`.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, reduce
from operator import or_
from types import GenericAlias
from typing import Annotated, Any, Final, get_args, get_origin

import attrs
import cattrs
import cattrs.gen
import msgspec
import pydantic

from ecwid_async.models.base import JSON_TEXT, PREFIX, TaggedUnion, is_model, union_members, wire_name

__all__ = ["cattrs_converter", "plain_class", "pydantic_model", "struct"]


def _fields(cls: Any) -> Iterator["attrs.Attribute[Any]"]:
    """The fields that every library can express: not `extra`, and none that gathers several of the wire."""
    attrs.resolve_types(cls)
    for field in cls.__attrs_attrs__:
        if field.name != "extra" and PREFIX not in field.metadata:
            yield field


def _translated(declared: Any, leaf: Callable[[Any], Any], nested: Callable[[Any], Any]) -> Any:
    """A declared type with its models and leaves exchanged."""
    if is_model(declared):
        return nested(declared)
    if get_origin(declared) is list:
        return GenericAlias(list, _translated(get_args(declared)[0], leaf, nested))
    if get_origin(declared) is dict:
        return GenericAlias(dict, (str, _translated(get_args(declared)[1], leaf, nested)))
    options = union_members(declared)
    if TaggedUnion.from_members(options) is not None:
        # Told apart by nothing but their tag: the others read them all as the largest, which is less to do.
        return nested(max(options, key=lambda option: len(option.__attrs_attrs__)))
    if options != (declared,):
        return reduce(or_, [_translated(option, leaf, nested) for option in options]) | None
    return leaf(declared)


def _moment(text: str) -> datetime:
    """The API's one form of a moment, which `datetime` reads once the blank before the zone is gone."""
    return datetime.fromisoformat(text[:19] + "+00:00" if text[19:] == " +0000" else text)


# pydantic


_PYDANTIC_MOMENT: Final = Annotated[datetime, pydantic.PlainValidator(_moment)]


@cache
def pydantic_model(cls: Any) -> Any:
    """A pydantic model; unknown fields are ignored, as is its default."""
    fields: dict[str, Any] = {}
    for field in _fields(cls):
        declared: Any = _translated(field.type, _pydantic_leaf, pydantic_model)
        if JSON_TEXT in field.metadata:
            declared = Annotated[declared, pydantic.Json] | None
        # A trailing underscore: no field name is one of pydantic's own methods.
        fields[f"{field.name}_"] = (declared, pydantic.Field(default=None, alias=wire_name(field)))
    return pydantic.create_model(cls.__name__, **fields)


def _pydantic_leaf(declared: Any) -> Any:
    return {datetime: _PYDANTIC_MOMENT, object: Any}.get(declared, declared)


# msgspec


class Moment(datetime):
    """A moment in a form that msgspec leaves to a hook: its own `datetime` takes RFC 3339 alone."""


def read_moment(_: type, text: str) -> Moment:
    """What msgspec calls for each moment."""
    return Moment.fromisoformat(text[:19] + "+00:00" if text[19:] == " +0000" else text)


@cache
def struct(cls: Any) -> Any:
    """A msgspec Struct. It knows no open enum and no text that may be a number: those are text, and anything."""
    fields: list[tuple[str, Any, Any]] = []
    names: dict[str, str] = {}
    for field in _fields(cls):
        options = union_members(field.type)
        if JSON_TEXT in field.metadata:
            declared: Any = str | None
        elif len(options) > 1:
            enum = any(isinstance(option, type) and issubclass(option, Enum) for option in options)
            declared = str | None if enum else Any
        else:
            declared = _translated(field.type, _struct_leaf, struct)
        name = f"{field.name}_"
        fields.append((name, declared, None))
        names[name] = wire_name(field)
    return msgspec.defstruct(cls.__name__, fields, kw_only=True, rename=names)


def _struct_leaf(declared: Any) -> Any:
    return {datetime: Moment, object: Any}.get(declared, declared)


# cattrs


@cache
def plain_class(cls: Any) -> Any:
    """A plain attrs class of the same fields."""
    made: Any = attrs.make_class(
        cls.__name__,
        {
            field.name: attrs.field(default=None, type=_translated(field.type, _plain_leaf, plain_class))
            for field in _fields(cls)
        },
        kw_only=True,
    )
    made.__wire_names__ = {field.name: wire_name(field) for field in _fields(cls)}
    return made


def _plain_leaf(declared: Any) -> Any:
    return Any if declared is object else declared


def cattrs_converter() -> cattrs.Converter:
    """cattrs as it comes, but for names, dates and unions: it generates a function per class, and calls one per value.

    Without `detailed_validation`, which would take a third more time.
    """
    converter = cattrs.Converter(detailed_validation=False)
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(value))
    converter.register_structure_hook(datetime, lambda value, _: _moment(value))
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    converter.register_structure_hook_func(_is_union, _open)
    converter.register_structure_hook_factory(
        lambda declared: hasattr(declared, "__wire_names__"),
        lambda cls: _structure_by_wire_name(cls, converter),
    )
    return converter


def _structure_by_wire_name(cls: Any, converter: cattrs.Converter) -> Any:
    renamed: Any = {name: cattrs.override(rename=wire) for name, wire in cls.__wire_names__.items()}
    return cattrs.gen.make_dict_structure_fn(cls, converter, _cattrs_detailed_validation=False, **renamed)


def _is_union(declared: Any) -> bool:
    return len(union_members(declared)) > 1


def _open(value: Any, declared: Any) -> Any:
    for option in union_members(declared):
        if isinstance(option, type) and issubclass(option, Enum):
            return option._value2member_map_.get(value, value)
    return value
