"""Projections: how items are read into a user's class, and which fields are requested for it (``into=Row``)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import reduce
from inspect import Parameter
from operator import or_
from types import NoneType
from typing import Any, Final, Generic, NoReturn, TypeVar, cast, get_args, get_origin

import attrs
import msgspec

from ecwid_async.codec.selection import Selection, format_selection
from ecwid_async.codec.target_class import (
    SUPPORTED_CLASSES,
    USE_CLASS_DEFAULT,
    TargetField,
    build_builder,
    check_is_decorated,
    describe_types,
    get_fields,
    get_parameters,
    is_supported,
    type_members,
)
from ecwid_async.models.base import JSON_TEXT, PREFIX, Data, Model, is_model, union_members, wire_name
from ecwid_async.wire import Request

__all__ = ["USE_CLASS_DEFAULT", "Member", "Projection", "apply_projection", "get_projection"]

T = TypeVar("T")

# The types whose values a type can hold without loss, besides its own.
_ALSO_HOLDS: Final[Mapping[object, tuple[type, ...]]] = {Decimal: (int,), str: (date, datetime, Enum)}

# The attribute of a class that keeps its projections, so that they live as long as the class.
_PROJECTIONS_ATTRIBUTE: Final = "__ecwid_projections__"


# Structs, since building an attrs class would add a millisecond or two to every start.


class Member(msgspec.Struct, frozen=True, eq=False):
    """One argument of a user's class, and the field of the API's object from which it is read.

    `name` is used in messages; `attribute` is the attribute it sets. A `required` member has no `default` and can't be
    None. `keyword` is the argument's name if it is passed by keyword. `as_text` is JSON text inside a JSON string.
    """

    name: str
    attribute: str
    wire_name: str
    declared: Any
    nullable: bool
    required: bool
    default: object
    keyword: str | None
    as_text: bool


class Projection(msgspec.Struct, Generic[T], eq=False):
    """How an API object, which is one of `models`, is read into the user's class `into`.

    `selection` are the fields to request. Instances of `builder` are filled by assignment and then converted to `into`
    by assigning their ``__class__``. The codec caches its `hook`, `layout` and `decoder` here. A projection can be used
    like a declared type, and can be pickled if the class can.
    """

    into: type[T]
    models: tuple[type[Model], ...]
    members: tuple[Member, ...]
    selection: Selection
    builder: type | None
    hook: Any = None
    layout: Any = msgspec.UNSET
    decoder: Any = msgspec.UNSET

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
    """Return a request for the fields of `into`, and the type to read its response as: `model` if `into` is None.

    `inside` is the field of the response that holds the model, or a list of them. Raises `TypeError` for a class that
    can't hold the response, and `ValueError` if the request already selects fields.
    """
    if into is None:
        return request, cast("type[T]", model)
    if any(name == "responseFields" for name, _ in request.params):
        raise ValueError("into and response_fields both select fields: give one of them")
    if into is model:
        return request, into
    if not is_supported(into):
        raise TypeError(f"into takes {SUPPORTED_CLASSES}, not {into!r}: define one with @attrs.frozen or @dataclass")
    projection = get_projection(into, (cast("type[Model]", model),))
    selection = projection.selection if inside is None else {inside: projection.selection}
    params = (*request.params, ("responseFields", format_selection(selection)))
    return attrs.evolve(request, params=params), cast("type[T]", projection)


def get_projection(into: type[T], models: tuple[type[Model], ...]) -> Projection[T]:
    """Return the projection of one of these models into a class. Raises `TypeError` if the class can't hold them."""
    if not is_supported(into):
        raise TypeError(f"{into!r} is not {SUPPORTED_CLASSES}")
    # Stored on the class, not in a table, which would keep it alive; `vars` ignores those of its base classes.
    projections: dict[tuple[type[Model], ...], Projection[T]] | None = vars(into).get(_PROJECTIONS_ATTRIBUTE)
    if projections is None:
        projections = {}
        type.__setattr__(into, _PROJECTIONS_ATTRIBUTE, projections)
    if models not in projections:
        projections[models] = _build_projection(into, models)
    return projections[models]


def _build_projection(into: type[T], models: tuple[type[Model], ...]) -> Projection[T]:
    if issubclass(into, Data):
        raise TypeError(f"{into.__name__} is not the model of this response, {describe_types(models)}: omit into=")
    check_is_decorated(into)
    known = _selectable_fields(models)
    fields = get_fields(into)
    selection: dict[str, Selection | None] = {}
    members = []
    for alias, parameter in get_parameters(into, fields):
        field = fields[alias]
        name = f"{into.__name__}.{field.name}"
        if alias not in known:
            _refuse_name(name, alias, known, models)
        model_fields = known[alias]
        declared, inner = _fit_field(name, field, f"{models[0].__name__}.{alias}", model_fields)
        as_text = any(JSON_TEXT in model_field.metadata for model_field in model_fields)
        wire = wire_name(model_fields[0])
        selection[wire] = None if as_text else inner
        nullable = not {NoneType, object}.isdisjoint(type_members(field.type))
        has_default = parameter.default is not Parameter.empty
        members.append(
            Member(
                name=name,
                attribute=field.name,
                wire_name=wire,
                declared=declared,
                nullable=nullable,
                required=not nullable and not has_default,
                default=parameter.default if has_default else None,
                keyword=(field.keyword or alias) if parameter.kind is Parameter.KEYWORD_ONLY else None,
                as_text=as_text,
            )
        )
    if not members:
        raise TypeError(f"{into.__name__} has no fields to request: add some of {', '.join(list(known)[:3])}, …")
    return Projection(into, models, tuple(members), selection, build_builder(into))


def _selectable_fields(models: tuple[type[Model], ...]) -> dict[str, list["attrs.Attribute[Any]"]]:
    """The fields that can be requested, by name: a list with the field of each model that has it."""
    known: dict[str, list[attrs.Attribute[Any]]] = {}
    for model in models:
        attrs.resolve_types(model)
        for field in model.__attrs_attrs__:
            # `extra`, and fields whose names a store chose, can't be selected.
            if field.name != "extra" and PREFIX not in field.metadata:
                known.setdefault(field.name, []).append(field)
    return known


def _refuse_name(name: str, alias: str, known: Mapping[str, object], models: tuple[type[Model], ...]) -> NoReturn:
    from difflib import get_close_matches

    matches = get_close_matches(alias, known, 1)
    advice = (
        f"did you mean {matches[0]}?"
        if matches
        else "use a field of the model, or keep it out of __init__ (init=False)"
    )
    raise TypeError(f"{name}: {describe_types(models)} has no field {alias}: {advice}")


# Matching declared types with the API's types


def _fit_field(
    name: str, field: TargetField, model_field: str, candidates: list["attrs.Attribute[Any]"]
) -> tuple[Any, Selection | None]:
    """Return the type to read a field as, and the selection inside it.

    Raises `TypeError` if the declared type can't hold every value of the model's field.
    """
    options = tuple(dict.fromkeys(option for one in candidates for option in union_members(one.type)))
    if field.type is None and not field.converts:
        raise TypeError(f"{name} has no type: declare it as {describe_types(options)}")
    fit = None if field.type is None else _fit(field.type, options)
    if fit is None and field.converts:
        return reduce(or_, options), None  # the converter returns the declared type
    if fit is None:
        advice = f"declare it as {describe_types(options)}"
        if float in type_members(field.type):
            advice += ", which is exact, or convert it with attrs.field(converter=float)"
        if any(is_model(option) for one in options for option in (one, *get_args(one))):
            advice += ", or as a class with some of its fields in place of the model"
        declared = describe_types(type_members(field.type))
        raise TypeError(f"{name}: {declared} can't hold {model_field}: {advice}")
    return fit


def _fit(declared: Any, api_types: tuple[Any, ...]) -> tuple[Any, Selection | None] | None:
    """Return the type to read a value of these API types as, and the selection inside it.

    The type is `declared` without the members that never occur. Returns None if it can't hold every value.
    """
    options = type_members(declared)
    if object in options:
        return object, None
    if all(is_model(api_type) for api_type in api_types):
        return _fit_object(options, api_types)
    kept: list[Any] = []
    selection: Selection | None = None
    for api_type in api_types:
        if get_origin(api_type) in (list, dict):
            fits = [fit for option in options if (fit := _fit_container(option, api_type)) is not None]
            if not fits:
                return None
            fitted, selection = fits[0]
        else:
            holders = [
                option
                for option in options
                if api_type in _ALSO_HOLDS.get(option, ()) or _is_enum_as_text(api_type, option)
            ]
            if api_type not in options and not holders:
                return None
            fitted = api_type if api_type in options else holders[0]
        kept.append(fitted)
    if str in kept:
        # A user's enum may replace an open enum of the API.
        kept += [option for option in options if isinstance(option, type) and issubclass(option, Enum)]
    return reduce(or_, dict.fromkeys(kept)), selection


def _is_enum_as_text(api_type: Any, option: Any) -> bool:
    return option is str and isinstance(api_type, type) and issubclass(api_type, Enum)


def _fit_object(options: tuple[Any, ...], models: tuple[Any, ...]) -> tuple[Any, Selection | None] | None:
    """Like `_fit`, for objects: a user's class, the models themselves, or a dict."""
    classes = [option for option in options if is_supported(option) and not is_model(option)]
    if len(classes) == 1:
        projection = get_projection(classes[0], models)
        return projection, projection.selection
    if set(models) <= set(options):
        return reduce(or_, models), None
    mappings = [get_args(option) for option in options if get_origin(option) in (dict, Mapping)]
    if any(value in (object, Any) for _, value in mappings):
        return dict[str, object], None
    if len(models) == 1 and any(key is str and value is _free_value_type(models[0]) for key, value in mappings):
        return dict[str, _free_value_type(models[0])], None  # type: ignore[misc]
    return (dict[str, object], None) if dict in options else None


def _free_value_type(model: type[Model]) -> Any:
    """The type of values whose keys a store chose, if the model has those next to its fields."""
    types = [field.type for field in model.__attrs_attrs__ if field.metadata.get(PREFIX) == ""]
    return get_args(union_members(types[0])[0])[1] if types else None


def _fit_container(option: Any, api_type: Any) -> tuple[Any, Selection | None] | None:
    """Like `_fit`, for lists, and for objects with free keys."""
    container = get_origin(api_type)
    if option is not container and get_origin(option) not in (
        (list, Sequence) if container is list else (dict, Mapping)
    ):
        return None
    *keys, element = get_args(option) or (object,)
    if any(key not in (str, object, Any) for key in keys):
        return None
    api_element = get_args(api_type)[-1]
    fit = _fit(element, union_members(api_element))
    if fit is None:
        return None
    fitted, selection = fit
    if NoneType in get_args(api_element) and fitted is not object:
        if NoneType not in type_members(element):
            return None
        fitted |= None
    # Fields of objects under free keys can't be selected.
    return (list[fitted], selection) if container is list else (dict[str, fitted], None)  # type: ignore[valid-type]
