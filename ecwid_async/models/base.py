"""What models and drafts are made of: the two decorators, their bases, and the names of fields on the wire."""

import inspect
from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType, NoneType, UnionType
from typing import Any, ClassVar, Final, Literal, Self, TypeVar, Union, cast, dataclass_transform, get_args, get_origin

import attrs

__all__ = [
    "UNSET",
    "Draft",
    "Model",
    "Unset",
    "draft",
    "json_text",
    "model",
    "named",
    "prefixed",
    "wire_name",
]

T = TypeVar("T")


class Unset(Enum):
    """The type of `UNSET`: a field of a draft that was not given, and so is not sent."""

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
# What makes a class to fill instances in. All of object's own, or Python takes the slow path to every slot.
MUTABLE: Final[Mapping[str, Any]] = {
    "__setattr__": object.__setattr__,
    "__delattr__": object.__delattr__,
    "__init__": object.__init__,
}
JSON_TEXT: Final = "ecwid_json_text"
PREFIX: Final = "ecwid_prefix"
_WIRE_NAME: Final = "ecwid_wire_name"


def named(wire: str, *, default: object) -> Any:
    """A field with a wire name that neither the rule nor the table gives."""
    return attrs.field(default=default, metadata={_WIRE_NAME: wire})


def wire_name(field: "attrs.Attribute[Any]") -> str:
    """The name on the wire of a field: its own where it is `named`, else by the table, else in camelCase."""
    own: str | None = field.metadata.get(_WIRE_NAME) or _WIRE_NAMES.get(field.name)
    if own is not None:
        return own
    head, *tail = field.name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def json_text(*, default: object) -> Any:
    """A field that travels as JSON text inside a JSON string."""
    return attrs.field(default=default, metadata={JSON_TEXT: True})


def prefixed(prefix: str, *, default: object) -> Any:
    """A mapping of every wire field that is no other and starts with `prefix`; the keys are what follows it."""
    return attrs.field(default=default, metadata={PREFIX: prefix})


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(attrs.field, json_text, named, prefixed)
)
def model(cls: type[T]) -> type[T]:
    """Make a class of data that the API answers: slotted, keyword-only, frozen.

    The slots sit in a mutable base, in which `Codec` fills an instance before it turns it into the frozen class:
    freezing costs nothing when thousands are read.
    """
    annotations = inspect.get_annotations(cls)
    names = tuple(name for name, declared in annotations.items() if get_origin(declared) is not _CLASS_VAR)
    builder = type(
        f"_{cls.__name__}Builder",
        cls.__bases__,
        {
            "__slots__": names,
            "__module__": cls.__module__,
            **MUTABLE,
        },
    )
    namespace = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
    rebased = type(cls.__name__, (builder,), namespace)
    return attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)(rebased)


@dataclass_transform(kw_only_default=True, field_specifiers=(attrs.field, json_text, named, prefixed))
def draft(cls: type[T]) -> type[T]:
    """Make a class of data to write: slotted, keyword-only, mutable; what is not given is not sent."""
    return attrs.define(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)(cls)


class Data:
    """What models and drafts share: plain data and JSON, a short `repr`, and pickles that hold only what is set."""

    __slots__ = ()
    __attrs_attrs__: ClassVar[Any]
    _absent: ClassVar[object]

    def _given(self) -> dict[str, object]:
        return {
            field.name: value
            for field in self.__attrs_attrs__
            if (value := getattr(self, field.name)) is not self._absent and value is not NO_EXTRA
        }

    def to_dict(self) -> dict[str, object]:
        """The same as plain data under the wire's names, `extra` merged in: a copy, as JSON would have it.

        Numbers are int or exact `Decimal`, dates and moments text. Raises `TypeError` for what JSON can't say.
        """
        from ecwid_async.codec import plain

        return cast("dict[str, object]", plain(self))

    def to_json(self) -> str:
        """As `to_dict`, as JSON text; decimals are written digit by digit."""
        from ecwid_async.codec import dumps

        return dumps(self).decode()

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, strict: bool = False) -> Self:
        """Read what `to_dict` gave, or any object of the API's shape.

        As with responses, what does not fit is kept in `extra`; with `strict`, and for drafts, it raises `DecodeError`.
        Raises `TypeError` for a float and all else that `to_dict` would not give.
        """
        from ecwid_async.codec import read_data

        return read_data(data, cls, f"{cls.__name__}.from_dict", strict=strict)

    @classmethod
    def from_json(cls, text: str | bytes, *, strict: bool = False) -> Self:
        """As `from_dict`, from JSON text. Raises `ValueError` for what is not JSON."""
        from ecwid_async.codec import loads, read_data

        return read_data(loads(text), cls, f"{cls.__name__}.from_json", strict=strict)

    def __repr__(self) -> str:
        values = self._given()
        if "extra" in values:
            values["extra"] = values.pop("extra")  # last, where it does not hide what is known
        given = ", ".join(f"{name}={value!r}" for name, value in values.items())
        return f"{type(self).__name__}({given})"

    def __reduce__(self) -> tuple[Callable[..., object], tuple[type, dict[str, object]]]:
        state = self._given()
        if "extra" in state:
            state["extra"] = dict(cast(Mapping[str, object], state["extra"]))
        return _from_state, (type(self), state)


def _from_state(cls: type[T], state: dict[str, object]) -> T:
    return cls(**state)


@model
class Model(Data):
    """The base of everything the API answers.

    A field the answer did not have, or had as null, is None. `extra` holds, under its wire name, what no attribute
    can: fields this version does not know, and values of an unexpected type. A class that stands for one of several
    shapes says by its `tag`, a wire name and its value, when it is meant.
    """

    _absent: ClassVar[object] = None
    tag: ClassVar[tuple[str, str] | None] = None

    extra: Mapping[str, object] = attrs.field(default=NO_EXTRA, kw_only=True)


@draft
class Draft(Data):
    """The base of everything to be written: `UNSET` sends nothing, None sends null.

    For most fields the server takes null as "keep the value"; a field that null clears says so. `extra` is sent along
    under its own names.
    """

    _absent: ClassVar[object] = UNSET

    extra: Mapping[str, object] = attrs.field(default=NO_EXTRA, kw_only=True)

    @classmethod
    def from_(cls: "type[D]", item: Model) -> "D":
        """A draft that repeats `item`, for an element of a list: PUT replaces lists, so `extra` comes along.

        Attributes that can't be written are left out.
        """
        writable = {field.name: field for field in cls.__attrs_attrs__}
        given: dict[str, Any] = {
            name: _redraft(value, writable[name].type) for name, value in item._given().items() if name in writable
        }
        return cls(**given)


D = TypeVar("D", bound=Draft)


def _redraft(value: object, declared: Any) -> object:
    """Turn models inside a value into the classes that the declared type names, drafts mostly."""
    if isinstance(value, Model):
        options = options_of(declared)
        if any(is_model(option) and isinstance(value, option) for option in options):
            return value
        for option in options:
            if isinstance(option, type) and issubclass(option, Draft):
                return option.from_(value)
            if is_model(option):
                writable = {field.name for field in option.__attrs_attrs__}
                return option(**{name: part for name, part in value._given().items() if name in writable})
    elif isinstance(value, list):
        for option in options_of(declared):
            if get_origin(option) is list:
                return [_redraft(element, get_args(option)[0]) for element in value]
    return value


def options_of(declared: Any) -> tuple[Any, ...]:
    """The members of a declared type, without None and `UNSET`."""
    members = get_args(declared) if get_origin(declared) in (Union, UnionType) else (declared,)
    return tuple(member for member in members if member not in (NoneType, Unset))


def is_model(declared: Any) -> bool:
    return isinstance(declared, type) and issubclass(declared, Model)


@attrs.frozen
class Variants:
    """Models among which an object's own `key` decides, compared without regard to case; `plain` is for the rest."""

    key: str
    tagged: Mapping[str, type[Model]]
    plain: type[Model]

    @classmethod
    def among(cls, options: tuple[Any, ...]) -> "Variants | None":
        """The variants that a declared type lists, None where it is no union of models."""
        if len(options) < 2 or not all(is_model(option) for option in options):
            return None
        tagged = {option.tag[1].upper(): option for option in options if option.tag}
        (plain,) = (option for option in options if not option.tag)
        (key,) = {option.tag[0] for option in options if option.tag}
        return cls(key, tagged, plain)

    def of(self, value: Mapping[str, object]) -> type[Model]:
        """The class that an object is to be read as."""
        told = value.get(self.key)
        return self.tagged.get(told.upper(), self.plain) if isinstance(told, str) else self.plain
