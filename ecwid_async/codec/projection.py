"""What a class of the caller's takes from the API: ``into=Row`` asks for the fields that Row has, and no others."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import reduce
from inspect import Parameter, get_annotations, signature
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Generic, NoReturn, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs
import msgspec

from ecwid_async.codec.selection import Selection, format_selection
from ecwid_async.models.base import JSON_TEXT, MUTABLE, PREFIX, Data, Model, is_model, union_members, wire_name
from ecwid_async.wire import Request

__all__ = ["LEFT_OUT", "Member", "Projection", "apply_projection", "get_projection"]

T = TypeVar("T")

# What holds what another type says, without a loss; a type always holds itself.
_HELD: Final[Mapping[object, tuple[type, ...]]] = {Decimal: (int,), str: (date, datetime, Enum)}


LEFT_OUT: Final = object()
"""The default of a `Member` that is not passed at all where there is no value: the class has a default of its own."""

# Where a class keeps its projections, so that they live as long as it does.
_KEPT: Final = "__ecwid_projections__"

_KINDS: Final = "an attrs class, a dataclass, a msgspec Struct or a pydantic model"


# Structs here: attrs would take a millisecond or two of every start to make each of them.


class Member(msgspec.Struct, frozen=True, eq=False):
    """One argument of a projected class: where its value stands in an object, and what that is read as.

    `name` is what messages call it, `attribute` what becomes of it. A `required` one has no `default` and can't be
    None; one with a `keyword` is given by that. `as_text` is JSON inside a JSON string.
    """

    name: str
    attribute: str
    wire: str
    declared: Any
    nullable: bool
    required: bool
    default: object
    keyword: str | None
    as_text: bool


class Projection(msgspec.Struct, Generic[T], eq=False):
    """How objects of the API are read into a class of the caller's.

    They are of one of `models`. `selection` is what has to be asked for. A `builder` takes values by plain assignment,
    and what it made can then be turned into the class. `hook` is for the codec to keep what it reads them with. Stands
    wherever a declared type does; pickles as long as the class does.
    """

    into: type[T]
    models: tuple[type[Model], ...]
    members: tuple[Member, ...]
    selection: Selection
    builder: type | None
    hook: Any = None

    def __repr__(self) -> str:
        return f"<Projection into {self.into.__qualname__}>"

    @property
    def __name__(self) -> str:
        return self.into.__name__

    def __reduce__(self) -> tuple[Any, ...]:
        return get_projection, (self.into, self.models)


def apply_projection(
    request: Request, model: type[object], into: type[T] | None, *, inside: str | None = None
) -> tuple[Request, type[T]]:
    """The request that asks for what `into` needs, and the type that its answer is read as: `model` without one.

    `inside` is the member of the answer that holds the model, or a list of it. Raises `TypeError` for a class that
    can't hold what the API answers, `ValueError` where the request says already which fields it wants.
    """
    if into is None:
        return request, cast("type[T]", model)
    if any(name == "responseFields" for name, _ in request.params):
        raise ValueError("into and response_fields both say which fields are wanted: give one of them")
    if into is model:
        return request, into
    if not _is_for_data(into):
        raise TypeError(f"into takes {_KINDS}, not {into!r}: define one with @attrs.frozen or @dataclass")
    found = get_projection(into, (cast("type[Model]", model),))
    selection = found.selection if inside is None else {inside: found.selection}
    params = (*request.params, ("responseFields", format_selection(selection)))
    return attrs.evolve(request, params=params), cast("type[T]", found)


def get_projection(into: type[T], models: tuple[type[Model], ...]) -> Projection[T]:
    """How objects of one of these models are read into a class. Raises `TypeError` for one that can't hold them."""
    if not _is_for_data(into):
        raise TypeError(f"{into!r} is none of these: {_KINDS}")
    # On the class itself and on none that it inherits from: no table of ours keeps a class alive.
    kept: dict[tuple[type[Model], ...], Projection[T]] | None = vars(into).get(_KEPT)
    if kept is None:
        kept = {}
        type.__setattr__(into, _KEPT, kept)
    if models not in kept:
        kept[models] = _project(into, models)
    return kept[models]


def _is_for_data(into: object) -> bool:
    return isinstance(into, type) and (
        attrs.has(into) or dataclasses.is_dataclass(into) or issubclass(into, msgspec.Struct) or _is_pydantic(into)
    )


def _is_pydantic(into: type) -> bool:
    # By its attributes: pydantic itself need not be installed, and is not imported.
    return hasattr(into, "__pydantic_validator__") and isinstance(getattr(into, "model_fields", None), dict)


def _project(into: type[T], models: tuple[type[Model], ...]) -> Projection[T]:
    if issubclass(into, Data):
        raise TypeError(f"{into.__name__} is not what is answered here, {_spelled(models)}: leave into= out")
    for kind, mark in (("an attrs class", "__attrs_attrs__"), ("a dataclass", "__dataclass_fields__")):
        if hasattr(into, mark) and mark not in vars(into) and get_annotations(into):
            raise TypeError(f"{into.__name__} inherits from {kind} without being one: decorate it too")
    known = _known(models)
    fields = _resolved(into)
    selection: dict[str, Selection | None] = {}
    members = []
    for alias, parameter in _parameters(into, fields):
        field = fields[alias]
        name = f"{into.__name__}.{field.name}"
        if alias not in known:
            _refuse_name(name, alias, known, models)
        answered = known[alias]
        declared, inner = _fit_field(name, field, f"{models[0].__name__}.{alias}", answered)
        as_text = any(JSON_TEXT in one.metadata for one in answered)
        wire = wire_name(answered[0])
        selection[wire] = None if as_text else inner
        nullable = not {NoneType, object}.isdisjoint(_members(field.type))
        has_default = parameter.default is not Parameter.empty
        members.append(
            Member(
                name=name,
                attribute=field.name,
                wire=wire,
                declared=declared,
                nullable=nullable,
                required=not nullable and not has_default,
                default=parameter.default if has_default else None,
                keyword=(field.keyword or alias) if parameter.kind is Parameter.KEYWORD_ONLY else None,
                as_text=as_text,
            )
        )
    if not members:
        raise TypeError(f"{into.__name__} has no fields to ask for: add some of {', '.join(list(known)[:3])}, …")
    builder = _builder(into, attrs.fields(into)) if attrs.has(into) else None
    return Projection(into, models, tuple(members), selection, builder)


def _builder(into: type, fields: Collection["attrs.Attribute[Any]"]) -> type | None:
    """A class to fill frozen instances in, which takes half the time that their ``__init__`` does.

    None for a class that is not frozen, or that does anything else while it is made.
    """
    cls: Any = into
    init = getattr(cls.__init__, "__code__", None)
    plain = (
        cls.__setattr__ is cast(Any, Member).__setattr__  # that of every frozen class
        and type(cls) is type
        and not any({"__new__", "__init_subclass__"} & vars(base).keys() for base in cls.__mro__[:-1])
        and init is not None
        and init.co_filename.startswith("<attrs generated")
        and "_attrs_cached_hash" not in (*init.co_names, *init.co_consts)
        and not hasattr(cls, "__attrs_pre_init__")
        and not hasattr(cls, "__attrs_post_init__")
        and all(one.init and one.converter is None and one.validator is None for one in fields)
        and not any(isinstance(one.default, cast(type, attrs.Factory)) for one in fields)
    )
    if not plain:
        return None
    return type(f"_{into.__name__}Builder", (into,), {"__slots__": (), **MUTABLE})


def _known(models: tuple[type[Model], ...]) -> dict[str, list["attrs.Attribute[Any]"]]:
    """The fields that can be asked for, by name, in each of the models that has them."""
    known: dict[str, list[attrs.Attribute[Any]]] = {}
    for model in models:
        attrs.resolve_types(model)
        for field in model.__attrs_attrs__:
            # The rest of an answer, and what stands in it under names of the store's own, can't be selected.
            if field.name != "extra" and PREFIX not in field.metadata:
                known.setdefault(field.name, []).append(field)
    return known


class _Field(msgspec.Struct, frozen=True):
    """A field of the caller's class.

    `converts` says that the class turns whatever comes into the declared type. A `keyword` is what ``__init__`` takes
    it by where that is no parameter of its own; it is not passed where there is no value for it.
    """

    name: str
    type: Any
    converts: bool = False
    keyword: str | None = None


def _resolved(into: type) -> dict[str, _Field]:
    """The fields of a class by what `__init__` calls them, their types no longer text."""
    try:
        if attrs.has(into):
            attrs.resolve_types(into)
            return {
                one.alias or one.name: _Field(one.name, one.type, one.converter is not None)
                for one in attrs.fields(into)
            }
        if issubclass(into, msgspec.Struct):
            return {one.name: _Field(one.name, one.type, keyword=one.name) for one in msgspec.structs.fields(into)}
        if _is_pydantic(into):
            return _pydantic_fields(into)
        hints = get_type_hints(into, include_extras=True)
        return {one.name: _Field(one.name, hints[one.name]) for one in dataclasses.fields(cast(Any, into)) if one.init}
    except NameError as error:
        resolve = f", or call attrs.resolve_types({into.__name__}, localns=locals()) after the class"
        raise TypeError(
            f"the annotations of {into.__name__} name {error.name}, which is not known where they are read: define or "
            f"import it at the top of the module (not under TYPE_CHECKING){resolve if attrs.has(into) else ''}"
        ) from None


def _pydantic_fields(into: Any) -> dict[str, _Field]:
    if not into.__pydantic_complete__ and not into.model_rebuild(raise_errors=False):
        raise TypeError(
            f"the annotations of {into.__name__} name what is not known where they are read: define or import it at "
            "the top of the module (not under TYPE_CHECKING), or call model_rebuild() after the class"
        )
    by_name = into.model_config.get("populate_by_name") or into.model_config.get("validate_by_name")
    fields = {}
    for name, info in into.model_fields.items():
        alias = name if by_name else info.validation_alias or info.alias or name
        if not isinstance(alias, str):
            raise TypeError(f"{into.__name__}.{name} is filled by several names or a path: let it be filled by one")
        fields[name] = _Field(name, info.annotation, keyword=alias)
    return fields


def _parameters(into: type, fields: Mapping[str, _Field]) -> Iterator[tuple[str, Parameter]]:
    """What `__init__` takes that is a field. What is none is left alone; so are fields that it does not take."""
    if issubclass(into, msgspec.Struct) or _is_pydantic(into):
        # Their ``__init__`` is not Python's own, and takes every field by its keyword.
        required = (
            {one.name for one in msgspec.structs.fields(into) if one.required}
            if issubclass(into, msgspec.Struct)
            else {name for name, info in cast(Any, into).model_fields.items() if info.is_required()}
        )
        for name in fields:
            default = Parameter.empty if name in required else LEFT_OUT
            yield name, Parameter(name, Parameter.KEYWORD_ONLY, default=default)
        return
    _, *parameters = signature(cast(Any, into).__init__).parameters.values()
    positional = True
    for parameter in parameters:
        if parameter.kind is Parameter.VAR_KEYWORD:
            taken = {one.name for one in parameters}
            for alias in fields:
                if alias not in taken:
                    yield alias, Parameter(alias, Parameter.KEYWORD_ONLY)
        elif parameter.name in fields:
            yield parameter.name, parameter if positional else parameter.replace(kind=Parameter.KEYWORD_ONLY)
        elif parameter.kind is not Parameter.VAR_POSITIONAL:
            positional = False
            if parameter.default is Parameter.empty:
                raise TypeError(
                    f"{into.__name__}.__init__ needs {parameter.name}, which is no field: give it a default"
                )


def _refuse_name(name: str, alias: str, known: Mapping[str, object], models: tuple[type[Model], ...]) -> NoReturn:
    from difflib import get_close_matches

    near = get_close_matches(alias, known, 1)
    advice = (
        f"did you mean {near[0]}?" if near else "use a name of the model's, or keep it out of __init__ (init=False)"
    )
    raise TypeError(f"{name}: {_spelled(models)} has no field {alias}: {advice}")


def _fit_field(
    name: str, field: _Field, theirs: str, answered: list["attrs.Attribute[Any]"]
) -> tuple[Any, Selection | None]:
    """What to read a field as, and what of it to ask for. Raises `TypeError` where it can't hold what is answered."""
    options = tuple(dict.fromkeys(option for one in answered for option in union_members(one.type)))
    if field.type is None and not field.converts:
        raise TypeError(f"{name} has no type: declare it as {_spelled(options)}")
    fit = None if field.type is None else _fit(field.type, options)
    if fit is None and field.converts:
        return reduce(or_, options), None  # the converter makes of it what is declared
    if fit is None:
        advice = f"declare it as {_spelled(options)}"
        if float in _members(field.type):
            advice += ", which is exact, or let attrs.field(converter=float) turn it"
        if any(is_model(option) for one in options for option in (one, *get_args(one))):
            advice += ", or as a class with some of its fields in place of the model"
        raise TypeError(f"{name}: {_spelled(_members(field.type))} can't hold {theirs}: {advice}")
    return fit


def _fit(given: Any, answered: tuple[Any, ...]) -> tuple[Any, Selection | None] | None:
    """What to read a value as that is one of the types `answered`, and what of it to ask for.

    That is `given` without what can't come; None where it can't hold everything that can.
    """
    options = _members(given)
    if object in options:
        return object, None
    if all(is_model(one) for one in answered):
        return _fit_object(options, answered)
    kept: list[Any] = []
    selection: Selection | None = None
    for one in answered:
        if get_origin(one) in (list, dict):
            fits = [fit for option in options if (fit := _fit_container(option, one)) is not None]
            if not fits:
                return None
            declared, selection = fits[0]
        else:
            held = [option for option in options if one in _HELD.get(option, ()) or _is_enum(one, option)]
            if one not in options and not held:
                return None
            declared = one if one in options else held[0]
        kept.append(declared)
    if str in kept:
        # Of an open enum the caller may have one of his own.
        kept += [option for option in options if isinstance(option, type) and issubclass(option, Enum)]
    return reduce(or_, dict.fromkeys(kept)), selection


def _is_enum(answered: Any, option: Any) -> bool:
    return option is str and isinstance(answered, type) and issubclass(answered, Enum)


def _fit_object(options: tuple[Any, ...], answered: tuple[Any, ...]) -> tuple[Any, Selection | None] | None:
    """As `_fit`, for objects: a class of the caller's, the models themselves, or plain data."""
    own = [option for option in options if _is_for_data(option) and not is_model(option)]
    if len(own) == 1:
        found = get_projection(own[0], answered)
        return found, found.selection
    if set(answered) <= set(options):
        return reduce(or_, answered), None
    maps = [get_args(option) for option in options if get_origin(option) in (dict, Mapping)]
    if any(value in (object, Any) for _, value in maps):
        return dict[str, object], None
    if len(answered) == 1 and any(key is str and value is _free_value(answered[0]) for key, value in maps):
        return dict[str, _free_value(answered[0])], None  # type: ignore[misc]
    return (dict[str, object], None) if dict in options else None


def _free_value(model: type[Model]) -> Any:
    """What an object holds under names of the store's own, where it has those beside its fields."""
    free = [field.type for field in model.__attrs_attrs__ if field.metadata.get(PREFIX) == ""]
    return get_args(union_members(free[0])[0])[1] if free else None


def _fit_container(option: Any, answered: Any) -> tuple[Any, Selection | None] | None:
    """As `_fit`, for lists, and for objects whose keys are anybody's."""
    container = get_origin(answered)
    if option is not container and get_origin(option) not in (
        (list, Sequence) if container is list else (dict, Mapping)
    ):
        return None
    *keys, element = get_args(option) or (object,)
    if any(key not in (str, object, Any) for key in keys):
        return None
    inside = get_args(answered)[-1]
    fit = _fit(element, union_members(inside))
    if fit is None:
        return None
    declared, selection = fit
    if NoneType in get_args(inside) and declared is not object:
        if NoneType not in _members(element):
            return None
        declared |= None
    # In an object under names of the store's own nothing can be selected.
    return (list[declared], selection) if container is list else (dict[str, declared], None)  # type: ignore[valid-type]


def _members(declared: Any) -> tuple[Any, ...]:
    """The members of a declared type, bare: `Any` is an object, a `NewType` what it is made of."""
    if declared is Any:
        return (object,)
    if declared is None:
        return (NoneType,)
    if get_origin(declared) is Annotated:
        return _members(get_args(declared)[0])
    for stands_for in ("__supertype__", "__value__"):  # of a `NewType`, of an alias made with ``type``
        if not isinstance(declared, type) and hasattr(declared, stands_for):
            return _members(getattr(declared, stands_for))
    if get_origin(declared) in (Union, UnionType):
        return tuple(member for option in get_args(declared) for member in _members(option))
    return (declared,)


def _spelled(declared: Any) -> str:
    """A declared type, or several, as one would write them."""
    if isinstance(declared, tuple):
        return " | ".join(map(_spelled, declared))
    if declared is NoneType:
        return "None"
    arguments = get_args(declared)
    if get_origin(declared) in (Union, UnionType):
        return _spelled(arguments)
    name = getattr(declared, "__name__", None) or str(declared)
    return f"{name}[{', '.join(map(_spelled, arguments))}]" if arguments else name
