"""Classes that users pass as ``into``: attrs classes, dataclasses, msgspec Structs and pydantic models."""

import dataclasses
from collections.abc import Iterator, Mapping
from inspect import Parameter, get_annotations, signature
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs
import msgspec

from ecwid_async.models.base import MUTABLE, Model

__all__ = [
    "SUPPORTED_CLASSES",
    "USE_CLASS_DEFAULT",
    "TargetField",
    "build_builder",
    "check_is_decorated",
    "describe_types",
    "get_fields",
    "get_parameters",
    "is_supported",
    "type_members",
]

USE_CLASS_DEFAULT: Final = object()
"""The default of a parameter with a default in the class itself: the argument is omitted if there is no value."""

SUPPORTED_CLASSES: Final = "an attrs class, a dataclass, a msgspec Struct or a pydantic model"

T = TypeVar("T")


# A Struct, since building an attrs class would add a millisecond or two to every start.


class TargetField(msgspec.Struct, frozen=True):
    """A field of a user's class.

    `converts` means that the class converts any value to the declared type. `keyword` is the argument's name in
    ``__init__`` if the signature does not show it; the argument is omitted if there is no value.
    """

    name: str
    type: Any
    converts: bool = False
    keyword: str | None = None


def is_supported(cls: object) -> bool:
    """Whether this is a class of a supported kind."""
    return isinstance(cls, type) and (
        attrs.has(cls) or dataclasses.is_dataclass(cls) or issubclass(cls, msgspec.Struct) or _is_pydantic(cls)
    )


def _is_pydantic(cls: type) -> bool:
    # By its attributes, so that pydantic is neither required nor imported.
    return hasattr(cls, "__pydantic_validator__") and isinstance(getattr(cls, "model_fields", None), dict)


def check_is_decorated(cls: type) -> None:
    """Raise `TypeError` for a subclass of an attrs class or a dataclass that adds fields without being decorated."""
    for kind, attribute in (("an attrs class", "__attrs_attrs__"), ("a dataclass", "__dataclass_fields__")):
        if hasattr(cls, attribute) and attribute not in vars(cls) and get_annotations(cls):
            raise TypeError(f"{cls.__name__} inherits from {kind} but is not decorated: decorate it, too")


def get_fields(cls: type) -> dict[str, TargetField]:
    """The fields of a class, by their names in ``__init__``. Raises `TypeError` if their types can't be resolved."""
    try:
        if attrs.has(cls):
            attrs.resolve_types(cls)
            return {
                field.alias or field.name: TargetField(field.name, field.type, field.converter is not None)
                for field in attrs.fields(cls)
            }
        if issubclass(cls, msgspec.Struct):
            return {
                field.name: TargetField(field.name, field.type, keyword=field.name)
                for field in msgspec.structs.fields(cls)
            }
        if _is_pydantic(cls):
            return _get_pydantic_fields(cls)
        hints = get_type_hints(cls, include_extras=True)
        fields = dataclasses.fields(cast(Any, cls))
        return {field.name: TargetField(field.name, hints[field.name]) for field in fields if field.init}
    except NameError as error:
        resolve = f", or call attrs.resolve_types({cls.__name__}, localns=locals()) after the class"
        raise TypeError(
            f"the annotations of {cls.__name__} name {error.name}, which can't be resolved: define or import it at the "
            f"top of the module (not under TYPE_CHECKING){resolve if attrs.has(cls) else ''}"
        ) from None


def _get_pydantic_fields(cls: Any) -> dict[str, TargetField]:
    if not cls.__pydantic_complete__ and not cls.model_rebuild(raise_errors=False):
        raise TypeError(
            f"the annotations of {cls.__name__} can't be resolved: define or import their names at the top of the "
            "module (not under TYPE_CHECKING), or call model_rebuild() after the class"
        )
    by_name = cls.model_config.get("populate_by_name") or cls.model_config.get("validate_by_name")
    fields = {}
    for name, info in cls.model_fields.items():
        alias = name if by_name else info.validation_alias or info.alias or name
        if not isinstance(alias, str):
            raise TypeError(f"{cls.__name__}.{name} has several aliases or a path: give it a single alias")
        fields[name] = TargetField(name, info.annotation, keyword=alias)
    return fields


def get_parameters(cls: type, fields: Mapping[str, TargetField]) -> Iterator[tuple[str, Parameter]]:
    """The parameters of ``__init__`` that are fields. Raises `TypeError` for any other one without a default."""
    if issubclass(cls, msgspec.Struct) or _is_pydantic(cls):
        # Their ``__init__`` is not a Python function; it takes every field by keyword.
        required = (
            {field.name for field in msgspec.structs.fields(cls) if field.required}
            if issubclass(cls, msgspec.Struct)
            else {name for name, info in cast(Any, cls).model_fields.items() if info.is_required()}
        )
        for name in fields:
            default = Parameter.empty if name in required else USE_CLASS_DEFAULT
            yield name, Parameter(name, Parameter.KEYWORD_ONLY, default=default)
        return
    _, *parameters = signature(cast(Any, cls).__init__).parameters.values()
    positional = True
    for parameter in parameters:
        if parameter.kind is Parameter.VAR_KEYWORD:
            names = {parameter.name for parameter in parameters}
            for name in fields:
                if name not in names:
                    yield name, Parameter(name, Parameter.KEYWORD_ONLY)
        elif parameter.name in fields:
            yield parameter.name, parameter if positional else parameter.replace(kind=Parameter.KEYWORD_ONLY)
        elif parameter.kind is not Parameter.VAR_POSITIONAL:
            positional = False
            if parameter.default is Parameter.empty:
                raise TypeError(
                    f"{cls.__name__}.__init__ requires {parameter.name}, which is not a field: give it a default"
                )


def build_builder(cls: Any) -> type | None:
    """Build a mutable subclass for filling frozen attrs instances, which takes half the time of their ``__init__``.

    Returns None for any other class, and for one that runs code of its own when it is instantiated.
    """
    if not attrs.has(cls):
        return None
    fields = attrs.fields(cls)
    init = getattr(cls.__init__, "__code__", None)
    is_plain = (
        cls.__setattr__ is cast(Any, Model).__setattr__  # as in all frozen attrs classes
        and type(cls) is type
        and not any({"__new__", "__init_subclass__"} & vars(base).keys() for base in cls.__mro__[:-1])
        and init is not None
        and init.co_filename.startswith("<attrs generated")
        and "_attrs_cached_hash" not in (*init.co_names, *init.co_consts)
        and not hasattr(cls, "__attrs_pre_init__")
        and not hasattr(cls, "__attrs_post_init__")
        and all(field.init and field.converter is None and field.validator is None for field in fields)
        and not any(isinstance(field.default, cast(type, attrs.Factory)) for field in fields)
    )
    if not is_plain:
        return None
    return type(f"_{cls.__name__}Builder", (cls,), {"__slots__": (), **MUTABLE})


def type_members(declared: Any) -> tuple[Any, ...]:
    """The members of a declared type, without `Annotated`. `Any` becomes object, a `NewType` its base type."""
    if declared is Any:
        return (object,)
    if declared is None:
        return (NoneType,)
    if get_origin(declared) is Annotated:
        return type_members(get_args(declared)[0])
    for attribute in ("__supertype__", "__value__"):  # of a `NewType`, and of an alias from a ``type`` statement
        if not isinstance(declared, type) and hasattr(declared, attribute):
            return type_members(getattr(declared, attribute))
    if get_origin(declared) in (Union, UnionType):
        return tuple(member for option in get_args(declared) for member in type_members(option))
    return (declared,)


def describe_types(declared: Any) -> str:
    """Format a declared type, or a tuple of several, as an annotation."""
    if isinstance(declared, tuple):
        return " | ".join(map(describe_types, declared))
    if declared is NoneType:
        return "None"
    arguments = get_args(declared)
    if get_origin(declared) in (Union, UnionType):
        return describe_types(arguments)
    name = getattr(declared, "__name__", None) or str(declared)
    return f"{name}[{', '.join(map(describe_types, arguments))}]" if arguments else name
