"""The decorators and base classes of models and drafts, and the wire names of their fields."""

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType, NoneType, UnionType
from typing import Any, ClassVar, Final, Literal, Self, TypeVar, Union, cast, dataclass_transform, get_args, get_origin

import attrs

from ecwid_async.primitives.lazy_attrs import create_class, frozen, new_slots

__all__ = [
    "UNSET",
    "Draft",
    "Model",
    "Unset",
    "draft",
    "json_text_field",
    "model",
    "named_field",
    "prefixed_fields",
    "wire_name",
]

T = TypeVar("T")


class Unset(Enum):
    """The type of `UNSET`, the value of a draft's field that was not given and is not sent."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET


_WIRE_NAMES: Final[Mapping[str, str]] = {
    "b2b_b2c": "b2b_b2c",
    "billing_page_visible_in_cp": "billingPageVisibleInCP",
    "business_registration_id": "businessRegistrationID",
    "ecwid_order_delivery_time_display_format": "ecwid_order_delivery_time_display_format",
    "ecwid_order_delivery_time_interval_end": "ecwid_order_delivery_time_interval_end",
    "ecwid_order_delivery_time_interval_start": "ecwid_order_delivery_time_interval_start",
    "fri": "FRI",
    "mon": "MON",
    "sat": "SAT",
    "sun": "SUN",
    "thu": "THU",
    "tue": "TUE",
    "wed": "WED",
}


NO_EXTRA: Final[Mapping[str, object]] = MappingProxyType({})
_CLASS_VAR: Final[object] = ClassVar
# The methods of a builder class. With any other `__setattr__` than object's own, setting a slot is slow.
MUTABLE: Final[Mapping[str, Any]] = {
    "__setattr__": object.__setattr__,
    "__delattr__": object.__delattr__,
    "__init__": object.__init__,
}
JSON_TEXT: Final = "ecwid_json_text"
PREFIX: Final = "ecwid_prefix"
_WIRE_NAME: Final = "ecwid_wire_name"


def named_field(wire: str, *, default: object) -> Any:
    """A field with the wire name `wire`, for names that do not follow the rule in `wire_name`."""
    return attrs.field(default=default, metadata={_WIRE_NAME: wire})


def wire_name(field: "attrs.Attribute[Any]") -> str:
    """The wire name of a field: from `named_field`, from a table of exceptions, or else the name in camelCase."""
    exception: str | None = field.metadata.get(_WIRE_NAME) or _WIRE_NAMES.get(field.name)
    if exception is not None:
        return exception
    head, *tail = field.name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def json_text_field(*, default: object) -> Any:
    """A field that is sent as JSON text inside a JSON string."""
    return attrs.field(default=default, metadata={JSON_TEXT: True})


def prefixed_fields(prefix: str, *, default: object) -> Any:
    """A mapping of all other wire fields whose names start with `prefix`. The keys are the names without it."""
    return attrs.field(default=default, metadata={PREFIX: prefix})


_OPTIONS: Final[Mapping[str, bool]] = {
    "kw_only": True,
    "repr": False,
    "weakref_slot": False,
    "getstate_setstate": False,
}


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(attrs.field, json_text_field, named_field, prefixed_fields),
)
def model(cls: type[T]) -> type[T]:
    """Make a class for data that the API returns: slotted, keyword-only, frozen.

    The slots are in a mutable base class. `Codec` fills an instance of that class and then assigns the frozen class to
    its ``__class__``, so that freezing costs nothing when thousands are read.
    """
    builder = type(
        f"_{cls.__name__}Builder",
        cls.__bases__,
        {
            "__slots__": new_slots(cls),
            "__module__": cls.__module__,
            **MUTABLE,
        },
    )
    return create_class(cls, attrs.frozen, _OPTIONS, bases=(builder,), slots=())


@dataclass_transform(
    kw_only_default=True, field_specifiers=(attrs.field, json_text_field, named_field, prefixed_fields)
)
def draft(cls: type[T]) -> type[T]:
    """Make a class for data to send: slotted, keyword-only, mutable; fields not given are not sent."""
    return create_class(cls, attrs.define, _OPTIONS, bases=cls.__bases__, slots=new_slots(cls))


class Data:
    """The common base of models and drafts: conversion to and from JSON, a short `repr`, and small pickles."""

    __slots__ = ()
    __attrs_attrs__: ClassVar[Any]
    _absent: ClassVar[object]

    def _given_fields(self) -> dict[str, object]:
        return {
            field.name: value
            for field in self.__attrs_attrs__
            if (value := getattr(self, field.name)) is not self._absent and value is not NO_EXTRA
        }

    def to_dict(self) -> dict[str, object]:
        """Return a copy as plain data with wire names and `extra` merged in.

        Numbers are int or exact `Decimal`; dates and datetimes are text. Raises `TypeError` for a value that JSON can't
        represent.
        """
        from ecwid_async.codec import to_plain_data

        return cast("dict[str, object]", to_plain_data(self))

    def to_json(self) -> str:
        """Return the data of `to_dict` as JSON text; decimals keep every digit."""
        from ecwid_async.codec import dumps

        return dumps(self).decode()

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, strict: bool = False) -> Self:
        """Read the data of `to_dict`, or any object in the API's format.

        As in responses, values of an unexpected type are kept in `extra`; in drafts, or with `strict`, they raise
        `DecodeError`. Raises `TypeError` for a float and any other type that `to_dict` never returns.
        """
        from ecwid_async.codec import from_plain_data

        return from_plain_data(data, cls, f"{cls.__name__}.from_dict", strict=strict)

    @classmethod
    def from_json(cls, text: str | bytes, *, strict: bool = False) -> Self:
        """Read JSON text like `from_dict`. Raises `ValueError` for text that is not JSON."""
        from ecwid_async.codec import from_plain_data, loads

        return from_plain_data(loads(text), cls, f"{cls.__name__}.from_json", strict=strict)

    def __repr__(self) -> str:
        values = self._given_fields()
        if "extra" in values:
            values["extra"] = values.pop("extra")  # last, so that known fields are seen first
        given = ", ".join(f"{name}={value!r}" for name, value in values.items())
        return f"{type(self).__name__}({given})"

    def __reduce__(self) -> tuple[Callable[..., object], tuple[type, dict[str, object]]]:
        state = self._given_fields()
        if "extra" in state:
            state["extra"] = dict(cast(Mapping[str, object], state["extra"]))
        return _from_state, (type(self), state)


def _from_state(cls: type[T], state: dict[str, object]) -> T:
    return cls(**state)


@model
class Model(Data):
    """The base of all models, which hold data that the API returns.

    A field that is missing or null in the response is None. `extra` holds, by wire name, everything that no attribute
    can: fields unknown to this version, and values of an unexpected type. In a union of models, `tag` is the wire name
    and value that select this class.
    """

    _absent: ClassVar[object] = None
    tag: ClassVar[tuple[str, str] | None] = None

    extra: Mapping[str, object] = attrs.field(default=NO_EXTRA, kw_only=True)


@draft
class Draft(Data):
    """The base of all drafts, which hold data to send: `UNSET` sends nothing, None sends null.

    The server ignores null in most fields; the documentation of a draft names the fields that null clears. `extra` is
    sent as is, under its own names.
    """

    _absent: ClassVar[object] = UNSET

    extra: Mapping[str, object] = attrs.field(default=NO_EXTRA, kw_only=True)

    @classmethod
    def from_(cls: "type[D]", item: Model) -> "D":
        """Make a draft with the values of `item`, such as an element of a list to send back.

        Attributes that can't be written are left out. `extra` is kept, since PUT replaces whole lists.
        """
        writable = {field.name: field for field in cls.__attrs_attrs__}
        values: dict[str, Any] = {
            name: _to_drafts(value, writable[name].type)
            for name, value in item._given_fields().items()
            if name in writable
        }
        return cls(**values)


D = TypeVar("D", bound=Draft)


def _to_drafts(value: object, declared: Any) -> object:
    """Convert models inside a value to the classes of its declared type, which are mostly drafts."""
    if isinstance(value, Model):
        options = union_members(declared)
        if any(is_model(option) and isinstance(value, option) for option in options):
            return value
        for option in options:
            if isinstance(option, type) and issubclass(option, Draft):
                return option.from_(value)
            if is_model(option):
                writable = {field.name for field in option.__attrs_attrs__}
                return option(**{name: part for name, part in value._given_fields().items() if name in writable})
    elif isinstance(value, list):
        for option in union_members(declared):
            if get_origin(option) is list:
                return [_to_drafts(element, get_args(option)[0]) for element in value]
    return value


def union_members(declared: Any) -> tuple[Any, ...]:
    """Return the members of a union, or the type itself, without None and `Unset`."""
    members = get_args(declared) if get_origin(declared) in (Union, UnionType) else (declared,)
    return tuple(member for member in members if member not in (NoneType, Unset))


def is_model(declared: Any) -> bool:
    """Whether a declared type is a model class."""
    return isinstance(declared, type) and issubclass(declared, Model)


@frozen
class TaggedUnion:
    """A union of models in which the value of an object's `tag_name` selects the model, ignoring case.

    An object with any other value is read as the `fallback`.
    """

    tag_name: str
    models_by_tag: Mapping[str, type[Model]]
    fallback: type[Model]

    @classmethod
    def from_members(cls, members: tuple[Any, ...]) -> "TaggedUnion | None":
        """The union of these types, or None if they are not several models."""
        if len(members) < 2 or not all(is_model(member) for member in members):
            return None
        models_by_tag = {member.tag[1].upper(): member for member in members if member.tag}
        (fallback,) = (member for member in members if not member.tag)
        (tag_name,) = {member.tag[0] for member in members if member.tag}
        return cls(tag_name, models_by_tag, fallback)

    def select(self, value: Mapping[str, object]) -> type[Model]:
        """The model to read an object as."""
        tag = value.get(self.tag_name)
        return self.models_by_tag.get(tag.upper(), self.fallback) if isinstance(tag, str) else self.fallback
