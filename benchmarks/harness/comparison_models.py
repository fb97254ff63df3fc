"""The client's read models rebuilt, field by field, for pydantic, msgspec and cattrs.

Each is derived from the attrs class and is as fast as its library allows. The classes are created at run time, so a
type checker sees them as `Any`.
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

__all__ = ["attrs_class", "cattrs_converter", "msgspec_struct", "pydantic_model", "read_datetime"]


def _fields(cls: Any) -> Iterator["attrs.Attribute[Any]"]:
    """Yield the fields that every library can express: not `extra`, nor a field that collects several wire fields."""
    attrs.resolve_types(cls)
    for field in cls.__attrs_attrs__:
        if field.name != "extra" and PREFIX not in field.metadata:
            yield field


def _translate(declared: Any, leaf: Callable[[Any], Any], nested: Callable[[Any], Any]) -> Any:
    """Replace the models and leaf types in a declared type."""
    if is_model(declared):
        return nested(declared)
    if get_origin(declared) is list:
        return GenericAlias(list, _translate(get_args(declared)[0], leaf, nested))
    if get_origin(declared) is dict:
        return GenericAlias(dict, (str, _translate(get_args(declared)[1], leaf, nested)))
    options = union_members(declared)
    if TaggedUnion.from_members(options) is not None:
        # Only the tag identifies the member: the other libraries always read the largest one, which is less work.
        return nested(max(options, key=lambda option: len(option.__attrs_attrs__)))
    if options != (declared,):
        return reduce(or_, [_translate(option, leaf, nested) for option in options]) | None
    return leaf(declared)


def _parse_datetime(text: str) -> datetime:
    """Parse the API's date format, which `datetime` accepts without the space before the zone."""
    return datetime.fromisoformat(text[:19] + "+00:00" if text[19:] == " +0000" else text)


# pydantic


_PYDANTIC_DATETIME: Final = Annotated[datetime, pydantic.PlainValidator(_parse_datetime)]


@cache
def pydantic_model(cls: Any) -> Any:
    """Return a pydantic model. It ignores unknown fields, which is pydantic's default."""
    fields: dict[str, Any] = {}
    for field in _fields(cls):
        declared: Any = _translate(field.type, _pydantic_leaf, pydantic_model)
        if JSON_TEXT in field.metadata:
            declared = Annotated[declared, pydantic.Json] | None
        # The trailing underscore avoids the names of pydantic's methods.
        fields[f"{field.name}_"] = (declared, pydantic.Field(default=None, alias=wire_name(field)))
    return pydantic.create_model(cls.__name__, **fields)


def _pydantic_leaf(declared: Any) -> Any:
    return {datetime: _PYDANTIC_DATETIME, object: Any}.get(declared, declared)


# msgspec


class EcwidDatetime(datetime):
    """A datetime that msgspec passes to a hook: it reads `datetime` itself only from RFC 3339."""


def read_datetime(_: type, text: str) -> EcwidDatetime:
    """Parse a datetime: the `dec_hook` for msgspec."""
    return EcwidDatetime.fromisoformat(text[:19] + "+00:00" if text[19:] == " +0000" else text)


@cache
def msgspec_struct(cls: Any) -> Any:
    """Return a msgspec Struct. Open enums become `str`, and unions of text and numbers become `Any`."""
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
            declared = _translate(field.type, _struct_leaf, msgspec_struct)
        name = f"{field.name}_"
        fields.append((name, declared, None))
        names[name] = wire_name(field)
    return msgspec.defstruct(cls.__name__, fields, kw_only=True, rename=names)


def _struct_leaf(declared: Any) -> Any:
    return {datetime: EcwidDatetime, object: Any}.get(declared, declared)


# cattrs


@cache
def attrs_class(cls: Any) -> Any:
    """Return a plain attrs class with the same fields."""
    plain: Any = attrs.make_class(
        cls.__name__,
        {
            field.name: attrs.field(default=None, type=_translate(field.type, _attrs_leaf, attrs_class))
            for field in _fields(cls)
        },
        kw_only=True,
    )
    plain.__wire_names__ = {field.name: wire_name(field) for field in _fields(cls)}
    return plain


def _attrs_leaf(declared: Any) -> Any:
    return Any if declared is object else declared


def cattrs_converter() -> cattrs.Converter:
    """Return a converter with the default hooks, except for names, dates and unions.

    cattrs generates a function per class and calls one per value. `detailed_validation`, a third slower, is off.
    """
    converter = cattrs.Converter(detailed_validation=False)
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(value))
    converter.register_structure_hook(datetime, lambda value, _: _parse_datetime(value))
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    converter.register_structure_hook_func(_is_union, _structure_union)
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


def _structure_union(value: Any, declared: Any) -> Any:
    for option in union_members(declared):
        if isinstance(option, type) and issubclass(option, Enum):
            return option._value2member_map_.get(value, value)
    return value
