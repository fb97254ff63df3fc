"""Plain data to models and users' classes: a function ("hook") for each class, generated on first use.

A generated hook checks the type of each value inline and stores it. cattrs gets these hooks from hook factories.
Nothing is lost: unknown fields, and values of an unexpected type, stay in a model's `extra`. A user's class
(`Projection`) has no `extra`: a required member of an unexpected type is an error, any other becomes None.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from keyword import iskeyword
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, cast, get_args, get_origin

import attrs

from ecwid_async.codec.projection import USE_CLASS_DEFAULT, Member, Projection
from ecwid_async.codec.scalars import SCALAR_CONVERTERS, WrongType, decimal_cache, flag_mismatch, state
from ecwid_async.models.base import (
    JSON_TEXT,
    NO_EXTRA,
    PREFIX,
    Draft,
    Model,
    TaggedUnion,
    is_model,
    union_members,
    wire_name,
)
from ecwid_async.primitives.safe_json import DECODE_ERRORS, exact_decoder

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "Hook",
    "RequiredMemberError",
    "find_open_enum",
    "get_hook",
    "get_json_text_hook",
    "is_draft",
    "raise_wrong_type",
]

Hook = Callable[[Any, Any], Any]
"""Converts a parsed value to a type or raises `WrongType`. The second argument is unused, but cattrs passes it."""

_NO_RESULT: Final = object()


class RequiredMemberError(Exception):
    """A required `member` of a user's class is not in `data`, or is of another type."""

    def __init__(self, data: dict[str, object], member: Member) -> None:
        self.data = data
        self.member = member


@cache
def _converter() -> "Converter":
    """The cattrs converter, imported and built with the first hook so that a client starts without it."""
    from cattrs import Converter

    converter = Converter()
    converter.register_structure_hook_factory(is_model, _generate_model_hook)
    converter.register_structure_hook_factory(is_draft, _build_draft_hook)
    return converter


def is_draft(declared: Any) -> bool:
    """Whether a declared type is a class of drafts."""
    return isinstance(declared, type) and issubclass(declared, Draft)


# Hooks of declared types


def get_hook(declared: Any) -> Hook:
    """The hook of a declared type."""
    if declared.__class__ is Projection:
        if declared.hook is None:
            declared.hook = _generate_projection_hook(declared)
        return cast(Hook, declared.hook)
    return _cached_hook(declared) if isinstance(declared, type) or _is_cacheable(declared) else _build_hook(declared)


def _is_cacheable(declared: Any) -> bool:
    """Whether a type contains no class of a user's, which a cache must not keep alive."""
    if parts := get_args(declared):
        return all(map(_is_cacheable, parts))
    if isinstance(declared, type):
        return declared.__module__.partition(".")[0] in ("builtins", "datetime", "decimal", "ecwid_async")
    return not isinstance(declared, Projection)


@cache
def _cached_hook(declared: Any) -> Hook:
    return _build_hook(declared)


def _build_hook(declared: Any) -> Hook:
    options = union_members(declared)
    enum = find_open_enum(options)
    if enum is not None:
        members = {member.value: member for member in enum}
        return lambda value, _: members.get(value, value) if value.__class__ is str else raise_wrong_type()
    union = TaggedUnion.from_members(options)
    if union is not None:
        return _build_tagged_union_hook(union)
    if len(options) > 1:
        hooks = [(option, get_hook(option)) for option in options]
        return lambda value, _: _convert_to_first_match(hooks, value)
    (only,) = options
    origin = get_origin(only)
    if only in SCALAR_CONVERTERS:
        convert = SCALAR_CONVERTERS[only]
        return lambda value, _: convert(value)
    if origin is list:
        return _build_list_hook(get_args(only)[0])
    if origin is dict:
        return _build_dict_hook(get_args(only)[1])
    if only is object:
        return lambda value, _: value
    return _converter().get_structure_hook(only)


def find_open_enum(options: tuple[Any, ...]) -> type[Enum] | None:
    """The enum in a union that also allows any other text."""
    for option in options:
        if isinstance(option, type) and issubclass(option, Enum) and str in options:
            return option
    return None


def _build_tagged_union_hook(union: TaggedUnion) -> Hook:
    models = (*union.models_by_tag.values(), union.fallback)
    hooks = {cls: _converter().get_structure_hook(cls) for cls in models}
    return lambda value, _: hooks[union.select(value)](value, None) if value.__class__ is dict else raise_wrong_type()


def _build_element_hook(element: Any) -> Hook:
    """Like `get_hook`, for elements of a list or dict, where null is a value that must be declared."""
    inner = get_hook(element)
    if NoneType not in get_args(element):
        return inner
    return lambda value, _: None if value is None else inner(value, None)


def _build_list_hook(element: Any) -> Hook:
    inner = _build_element_hook(element)
    if element not in (str, int):
        return lambda value, _: [inner(x, None) for x in value] if value.__class__ is list else raise_wrong_type()

    def structure(value: Any, _: object) -> object:
        if value.__class__ is not list:
            raise WrongType
        for x in value:
            if x.__class__ is not element:
                return [inner(x, None) for x in value]
        return value

    return structure


def _build_dict_hook(element: Any) -> Hook:
    inner = _build_element_hook(element)

    def structure(value: Any, _: object) -> object:
        if value.__class__ is not dict:
            raise WrongType
        if element is object:
            return value
        for x in value.values():
            if x.__class__ is not element:
                return {key: inner(x, None) for key, x in value.items()}
        return value

    return structure


def get_json_text_hook(declared: Any) -> Hook:
    """Like `get_hook`, for JSON text inside a JSON string."""
    inner = get_hook(declared)

    def structure(value: object, _: object) -> object:
        if not isinstance(value, str):
            raise WrongType
        try:
            return inner(exact_decoder.decode(value), None)
        except DECODE_ERRORS:
            raise WrongType from None

    return structure


def _build_draft_hook(cls: type[Draft]) -> Hook:
    """Build the hook of a draft: null is None, a missing field is `UNSET`. Not generated: not for hot paths."""
    attrs.resolve_types(cast(Any, cls))
    fields = {wire_name(field): field for field in cls.__attrs_attrs__ if field.name != "extra"}

    def structure(data: Any, _: object) -> Draft:
        if data.__class__ is not dict:
            raise WrongType
        values: dict[str, Any] = {}
        for wire, field in fields.items():
            if wire in data:
                hook = get_json_text_hook(field.type) if JSON_TEXT in field.metadata else get_hook(field.type)
                values[field.name] = None if data[wire] is None else hook(data[wire], None)
        if extra := {name: value for name, value in data.items() if name not in fields}:
            values["extra"] = extra
        return cls(**values)

    return structure


def _convert_to_first_match(hooks: list[tuple[Any, Hook]], value: object) -> object:
    """Convert to the first type that the value already has, else to the first to which it can be converted."""
    for option, hook in hooks:
        if type(value) is option:
            return hook(value, None)
    before, converted = state.mismatch_seen, _NO_RESULT
    for _, hook in hooks:
        state.mismatch_seen = False
        try:
            result = hook(value, None)
        except WrongType:
            continue
        if not state.mismatch_seen:
            state.mismatch_seen = before
            return result
        converted = result if converted is _NO_RESULT else converted
    if converted is _NO_RESULT:
        state.mismatch_seen = before
        raise WrongType
    return flag_mismatch(converted)


# Functions that generated code calls


def raise_wrong_type() -> Any:
    """Raise `WrongType`, in an expression."""
    raise WrongType


def _raise_required(data: dict[str, object], member: Member) -> Any:
    raise RequiredMemberError(data, member)


def _flag_dropped() -> None:
    state.mismatch_seen = True


def _keep_raw(raw: dict[str, object] | None, name: str, value: object) -> dict[str, object]:
    state.mismatch_seen = True
    raw = {} if raw is None else raw
    raw[name] = value
    return raw


def _collect_extra(
    data: dict[str, object], known: frozenset[str], raw: dict[str, object] | None
) -> Mapping[str, object]:
    extra = {key: value for key, value in data.items() if key not in known}
    # Empty if known fields are null.
    return (extra if raw is None else {**extra, **raw}) or NO_EXTRA


def _build_prefix_collector(
    prefixes: list[tuple[str, str, Hook]], known: frozenset[str]
) -> Callable[[Any, dict[str, object]], dict[str, object]]:
    """A function that sets the attributes with `prefixed_fields` and returns the data without their fields."""

    def collect(self: Any, data: dict[str, object]) -> dict[str, object]:
        others = dict(data)
        for name, prefix, hook in prefixes:
            values: dict[str, object] = {}
            for key, value in data.items():
                if key.startswith(prefix) and key not in known:
                    try:
                        values[key[len(prefix) :]] = hook(value, None)
                    except WrongType:
                        state.mismatch_seen = True
                    else:
                        del others[key]
            setattr(self, name, values or None)
        return others

    return collect


# Generated hooks

_NAMESPACE: Final[Mapping[str, Any]] = {
    "Decimal": Decimal,
    "WrongType": WrongType,
    "decimal_cache": decimal_cache,
    "fromisoformat": datetime.fromisoformat,
    "raise_wrong_type": raise_wrong_type,
}

# Conditions under which a value is stored as it is.
_INLINE_CHECKS: Final[Mapping[object, str]] = {
    str: "v.__class__ is str",
    int: "v.__class__ is int",
    Decimal: "v.__class__ is Decimal",
    bool: "v is True or v is False",
}


def _generate_model_hook(cls: type[Model]) -> Hook:
    """Generate the hook of a model: each attribute is fetched, checked and stored inline."""
    namespace: dict[str, Any] = {
        **_NAMESPACE,
        "NO_EXTRA": NO_EXTRA,
        "cls": cls,
        "builder": cls.__bases__[0],
        "keep_raw": _keep_raw,
        "collect_extra": _collect_extra,
    }
    lines = [
        "def structure(data, _):",
        "    if data.__class__ is not dict:",
        "        raise WrongType",
        "    self = builder()",
        "    get = data.get",
        "    raw = None",
        "    absent = 0",
    ]
    known: list[str] = []
    prefixes: list[tuple[str, str, Hook]] = []
    attrs.resolve_types(cls)
    for field in cls.__attrs_attrs__:
        if field.name == "extra":
            continue
        if PREFIX in field.metadata:
            (mapping,) = union_members(field.type)
            prefixes.append((field.name, field.metadata[PREFIX], get_hook(get_args(mapping)[1])))
            continue
        wire = wire_name(field)
        known.append(wire)
        target = f"self.{field.name}"
        lines += _generate_assignment(
            field.type,
            f"v = get({wire!r})",
            target,
            namespace,
            as_text=JSON_TEXT in field.metadata,
            if_absent=f"{target} = None; absent += 1",
            if_wrong_type=[f"{target} = None", f"raw = keep_raw(raw, {wire!r}, v)"],
        )
    namespace["known"] = frozenset(known)
    # Counting is cheaper than comparing names: present and absent fields add up unless the response has others.
    if prefixes:
        namespace["collect_prefixed"] = _build_prefix_collector(prefixes, namespace["known"])
        lines += [
            f"    if len(data) + absent == {len(known)}:",
            *(f"        self.{name} = None" for name, _, _ in prefixes),
            "    else:",
            "        data = collect_prefixed(self, data)",
        ]
    lines += [
        f"    if raw is None and len(data) + absent == {len(known)}:",
        "        self.extra = NO_EXTRA",
        "    else:",
        "        self.extra = collect_extra(data, known, raw)",
        "    self.__class__ = cls",
        "    return self",
    ]
    exec("\n".join(lines), namespace)  # noqa: S102  the source contains only this package's own field names
    return cast(Hook, namespace["structure"])


def _generate_projection_hook(projection: Projection[Any]) -> Hook:
    """Like `_generate_model_hook`, for a user's class: calls its ``__init__``, unless there is a builder."""
    builder = projection.builder
    namespace: dict[str, Any] = {
        **_NAMESPACE,
        "builder": builder,
        "cls": projection.into,
        "raise_required": _raise_required,
        "flag_dropped": _flag_dropped,
    }
    by_keyword = any(member.default is USE_CLASS_DEFAULT for member in projection.members)
    lines = [
        "def structure(data, _):",
        "    if data.__class__ is not dict:",
        "        raise WrongType",
        "    get = data.get",
        "    self = builder()" if builder else "",
        "    arguments = {}" if by_keyword else "",
    ]
    arguments = []
    for position, member in enumerate(projection.members):
        target, default = f"self.{member.attribute}" if builder else f"v{position}", f"default{position}"
        if by_keyword:
            target = f"arguments[{member.keyword!r}]"
        namespace[f"member{position}"], namespace[default] = member, member.default
        raise_required = f"raise_required(data, member{position})"
        if member.required:
            if_absent = raise_required
        elif member.default is USE_CLASS_DEFAULT:
            if_absent = (
                f"{member.wire_name!r} in data and arguments.update({{{member.keyword!r}: None}})"
                if member.nullable
                else "pass"
            )
        elif member.default is None:
            if_absent = f"{target} = None"
        elif member.nullable:
            if_absent = f"{target} = None if {member.wire_name!r} in data else {default}"
        else:
            if_absent = f"{target} = {default}"
        lines += _generate_assignment(
            member.declared,
            f"v = get({member.wire_name!r})",
            target,
            namespace,
            as_text=member.as_text,
            if_absent=if_absent,
            if_wrong_type=[f"{target} = None", "flag_dropped()"] if member.nullable else [raise_required],
        )
        arguments.append(target if member.keyword is None else _keyword_argument(member.keyword, target))
    if by_keyword:
        lines.append("    return cls(**arguments)")
    elif builder:
        lines += ["    self.__class__ = cls", "    return self"]
    else:
        lines.append(f"    return cls({', '.join(arguments)})")
    exec("\n".join(lines), namespace)  # noqa: S102  the source contains field names, and users' names as literals
    return cast(Hook, namespace["structure"])


def _keyword_argument(keyword: str, value: str) -> str:
    # pydantic's aliases can be any text.
    return f"{keyword}={value}" if keyword.isidentifier() and not iskeyword(keyword) else f"**{{{keyword!r}: {value}}}"


def _generate_assignment(
    declared: Any,
    fetch: str,
    target: str,
    namespace: dict[str, Any],
    *,
    as_text: bool,
    if_absent: str,
    if_wrong_type: list[str],
) -> Iterator[str]:
    """Generate the lines that fetch one value and assign it to `target`; common types are checked inline."""
    options = union_members(declared)
    only = options[0] if len(options) == 1 else None
    number = len(namespace)
    hook = f"hook{number}"
    yield f"    {fetch}"
    yield f"    if v is None: {if_absent}"
    if only in _INLINE_CHECKS:
        yield f"    elif {_INLINE_CHECKS[only]}: {target} = v"
    if only is Decimal:
        yield f"    elif v.__class__ is int: {target} = decimal_cache[v]"
    if only is datetime:
        yield "    elif v.__class__ is str and v[19:] == ' +0000':"
        yield f"        try: {target} = fromisoformat(v[:19] + '+00:00')"
        yield "        except ValueError:"
        yield from (f"            {line}" for line in if_wrong_type)
    if only is object:
        yield f"    else: {target} = v"
        return
    enum = find_open_enum(options)
    if enum is not None:
        namespace[f"enum{number}"] = {member.value: member for member in enum}.get
        yield f"    elif v.__class__ is str: {target} = enum{number}(v, v)"
    namespace[hook] = get_json_text_hook(declared) if as_text else get_hook(declared)
    value = f"{hook}(v, None)"
    if get_origin(only) is list and (is_model(get_args(only)[0]) or isinstance(get_args(only)[0], Projection)):
        # The most common kind of list: its loop is inline, so that each element takes a single call.
        namespace[hook] = get_hook(get_args(only)[0])
        value = f"([{hook}(x, None) for x in v] if v else v) if v.__class__ is list else raise_wrong_type()"
    yield "    else:"
    yield f"        try: {target} = {value}"
    yield "        except WrongType:"
    yield from (f"            {line}" for line in if_wrong_type)
