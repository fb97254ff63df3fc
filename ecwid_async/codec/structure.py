"""Plain data as models: one function per class, generated on first use.

Reading: `msgspec` parses (every fractional number as an exact `Decimal`), then one function per class, generated on
first use and handed to cattrs through its hook-factory interface, checks each value's type inline and stores it.
What an attribute can't hold is never lost: unknown fields, and values of an unexpected type, stay in `extra`.
A class of the caller's (`Projection`) has no `extra`: what it can't do without is an error, anything else None.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from keyword import iskeyword
from types import NoneType
from typing import Any, Final, cast, get_args, get_origin

import attrs
from cattrs import Converter

from ecwid_async.codec.projection import LEFT_OUT, Member, Projection
from ecwid_async.codec.scalars import SCALARS, Mismatch, decimals, retyped, run
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
from ecwid_async.primitives.safe_json import UNREADABLE, exact

__all__ = ["Hook", "Unfit", "hook_for", "is_draft", "text_hook", "warm_up"]


class Unfit(Exception):
    """What a class of the caller's can't do without is not in `data`, or of another type."""

    def __init__(self, data: dict[str, object], member: Member) -> None:
        self.data = data
        self.member = member


Hook = Callable[[Any, Any], Any]

_NONE: Final = object()

# What generated code asks of a value before it stores it as it is.
_INLINE: Final[Mapping[object, str]] = {
    str: "v.__class__ is str",
    int: "v.__class__ is int",
    Decimal: "v.__class__ is Decimal",
    bool: "v is True or v is False",
}


def _open_enum(options: tuple[Any, ...]) -> type[Enum] | None:
    for option in options:
        if isinstance(option, type) and issubclass(option, Enum) and str in options:
            return option
    return None


def hook_for(declared: Any) -> Hook:
    """The function that turns a parsed value into the declared type or raises `Mismatch`."""
    if declared.__class__ is Projection:
        if declared.hook is None:
            declared.hook = _generate_projection(declared)
        return cast(Hook, declared.hook)
    return _shared_hook(declared) if isinstance(declared, type) or _is_shared(declared) else _made_hook(declared)


def _is_shared(declared: Any) -> bool:
    """Whether a type is built from nothing of the caller's, whose classes must not be kept alive by a cache."""
    if parts := get_args(declared):
        return all(map(_is_shared, parts))
    if isinstance(declared, type):
        return declared.__module__.partition(".")[0] in ("builtins", "datetime", "decimal", "ecwid_async")
    return not isinstance(declared, Projection)


@cache
def _shared_hook(declared: Any) -> Hook:
    return _made_hook(declared)


def _made_hook(declared: Any) -> Hook:
    options = union_members(declared)
    enum = _open_enum(options)
    if enum is not None:
        members = {member.value: member for member in enum}
        return lambda value, _: members.get(value, value) if value.__class__ is str else _refuse()
    variants = TaggedUnion.from_members(options)
    if variants is not None:
        return _variant_hook(variants)
    if len(options) > 1:
        hooks = [(option, hook_for(option)) for option in options]
        return lambda value, _: _first(hooks, value)
    (only,) = options
    origin = get_origin(only)
    if only in SCALARS:
        convert = SCALARS[only]
        return lambda value, _: convert(value)
    if origin is list:
        return _list_hook(get_args(only)[0])
    if origin is dict:
        return _dict_hook(get_args(only)[1])
    if only is object:
        return lambda value, _: value
    return _converter().get_structure_hook(only)


def _variant_hook(variants: TaggedUnion) -> Hook:
    hooks = {cls: _converter().get_structure_hook(cls) for cls in (*variants.models_by_tag.values(), variants.fallback)}
    return lambda value, _: hooks[variants.select(value)](value, None) if value.__class__ is dict else _refuse()


def _element_hook(element: Any) -> Hook:
    """As `hook_for`, for what a list or a mapping holds: there a null is a value, allowed where declared."""
    inner = hook_for(element)
    if NoneType not in get_args(element):
        return inner
    return lambda value, _: None if value is None else inner(value, None)


def _list_hook(element: Any) -> Hook:
    inner = _element_hook(element)
    if element not in (str, int):
        return lambda value, _: [inner(x, None) for x in value] if value.__class__ is list else _refuse()

    def read(value: Any, _: object) -> object:
        if value.__class__ is not list:
            raise Mismatch
        for x in value:
            if x.__class__ is not element:
                return [inner(x, None) for x in value]
        return value

    return read


def _dict_hook(element: Any) -> Hook:
    inner = _element_hook(element)

    def read(value: Any, _: object) -> object:
        if value.__class__ is not dict:
            raise Mismatch
        if element is object:
            return value
        for x in value.values():
            if x.__class__ is not element:
                return {key: inner(x, None) for key, x in value.items()}
        return value

    return read


def _refuse() -> Any:
    raise Mismatch


def _lacks(data: dict[str, object], member: Member) -> Any:
    raise Unfit(data, member)


def _drop() -> None:
    """What can't be placed is None, and reported."""
    run.odd = True


def _first(hooks: list[tuple[Any, Hook]], value: object) -> object:
    """The value as the first of several types it fits exactly, else the first it can be turned into."""
    for option, hook in hooks:
        if type(value) is option:
            return hook(value, None)
    before, found = run.odd, _NONE
    for _, hook in hooks:
        run.odd = False
        try:
            result = hook(value, None)
        except Mismatch:
            continue
        if not run.odd:
            run.odd = before
            return result
        found = result if found is _NONE else found
    if found is _NONE:
        run.odd = before
        raise Mismatch
    return retyped(found)


def _keep(lost: dict[str, object] | None, name: str, value: object) -> dict[str, object]:
    run.odd = True
    lost = {} if lost is None else lost
    lost[name] = value
    return lost


def _rest(data: dict[str, object], known: frozenset[str], lost: dict[str, object] | None) -> dict[str, object]:
    extra = {key: value for key, value in data.items() if key not in known}
    return extra if lost is None else {**extra, **lost}


_SCOPE: Final[Mapping[str, Any]] = {
    "Decimal": Decimal,
    "Mismatch": Mismatch,
    "decimals": decimals,
    "fromisoformat": datetime.fromisoformat,
    "refuse": _refuse,
}


def _generate(cls: type[Model]) -> Hook:
    """Write the function that reads one class: each attribute fetched, checked and stored in line."""
    scope: dict[str, Any] = {
        **_SCOPE,
        "NO_EXTRA": NO_EXTRA,
        "cls": cls,
        "builder": cls.__bases__[0],
        "keep": _keep,
        "rest": _rest,
    }
    lines = [
        "def structure(data, _):",
        "    if data.__class__ is not dict:",
        "        raise Mismatch",
        "    self = builder()",
        "    get = data.get",
        "    lost = None",
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
            prefixes.append((field.name, field.metadata[PREFIX], hook_for(get_args(mapping)[1])))
            continue
        wire = wire_name(field)
        known.append(wire)
        target = f"self.{field.name}"
        lines += _read(
            field.type,
            f"v = get({wire!r})",
            target,
            scope,
            as_text=JSON_TEXT in field.metadata,
            absent=f"{target} = None; absent += 1",
            odd=[f"{target} = None", f"lost = keep(lost, {wire!r}, v)"],
        )
    scope["known"] = frozenset(known)
    # Counting is cheaper than comparing names: fields and absences add up unless the answer holds something else.
    if prefixes:
        scope["collect"] = _collector(prefixes, scope["known"])
        lines += [
            f"    if len(data) + absent == {len(known)}:",
            *(f"        self.{name} = None" for name, _, _ in prefixes),
            "    else:",
            "        data = collect(self, data)",
        ]
    lines += [
        f"    if lost is None and len(data) + absent == {len(known)}:",
        "        self.extra = NO_EXTRA",
        "    else:",
        "        self.extra = rest(data, known, lost)",
        "    self.__class__ = cls",
        "    return self",
    ]
    exec("\n".join(lines), scope)  # noqa: S102  the source is made of this package's own field names
    return cast(Hook, scope["structure"])


def is_draft(declared: Any) -> bool:
    """Whether a declared type is a class to write."""
    return isinstance(declared, type) and issubclass(declared, Draft)


def _draft_hook(cls: type[Draft]) -> Hook:
    """Read a draft: null is None, and a field that is not there `UNSET`. Not for hot paths."""
    attrs.resolve_types(cast(Any, cls))
    fields = {wire_name(field): field for field in cls.__attrs_attrs__ if field.name != "extra"}

    def structure(data: Any, _: object) -> Draft:
        if data.__class__ is not dict:
            raise Mismatch
        given: dict[str, Any] = {}
        for wire, field in fields.items():
            if wire in data:
                hook = text_hook(field.type) if JSON_TEXT in field.metadata else hook_for(field.type)
                given[field.name] = None if data[wire] is None else hook(data[wire], None)
        if extra := {name: value for name, value in data.items() if name not in fields}:
            given["extra"] = extra
        return cls(**given)

    return structure


def _generate_projection(projection: Projection[Any]) -> Hook:
    """As `_generate`, for a class of the caller's: its own ``__init__`` gets each value, unless there is a builder."""
    builder = projection.builder
    scope: dict[str, Any] = {**_SCOPE, "builder": builder, "cls": projection.into, "lacks": _lacks, "drop": _drop}
    by_keyword = any(member.default is LEFT_OUT for member in projection.members)
    lines = [
        "def structure(data, _):",
        "    if data.__class__ is not dict:",
        "        raise Mismatch",
        "    get = data.get",
        "    self = builder()" if builder else "",
        "    given = {}" if by_keyword else "",
    ]
    arguments = []
    for position, member in enumerate(projection.members):
        target, default = f"self.{member.attribute}" if builder else f"v{position}", f"default{position}"
        if by_keyword:
            target = f"given[{member.keyword!r}]"
        scope[f"member{position}"], scope[default] = member, member.default
        lacks = f"lacks(data, member{position})"
        if member.required:
            absent = lacks
        elif member.default is LEFT_OUT:
            absent = (
                f"{member.wire!r} in data and given.update({{{member.keyword!r}: None}})" if member.nullable else "pass"
            )
        elif member.default is None:
            absent = f"{target} = None"
        elif member.nullable:
            absent = f"{target} = None if {member.wire!r} in data else {default}"
        else:
            absent = f"{target} = {default}"
        lines += _read(
            member.declared,
            f"v = get({member.wire!r})",
            target,
            scope,
            as_text=member.as_text,
            absent=absent,
            odd=[f"{target} = None", "drop()"] if member.nullable else [lacks],
        )
        arguments.append(target if member.keyword is None else _argument(member.keyword, target))
    if by_keyword:
        lines.append("    return cls(**given)")
    elif builder:
        lines += ["    self.__class__ = cls", "    return self"]
    else:
        lines.append(f"    return cls({', '.join(arguments)})")
    exec("\n".join(lines), scope)  # noqa: S102  the source is made of field names, and of others' as literals
    return cast(Hook, scope["structure"])


def _argument(keyword: str, value: str) -> str:
    # An alias of pydantic's may be anything.
    return f"{keyword}={value}" if keyword.isidentifier() and not iskeyword(keyword) else f"**{{{keyword!r}: {value}}}"


def _read(
    declared: Any, fetch: str, target: str, scope: dict[str, Any], *, as_text: bool, absent: str, odd: list[str]
) -> Iterator[str]:
    """The lines that read one value: checked in line where its type is a common one.

    `absent` is what to do without a value, `odd` what to do with one of an unexpected type.
    """
    options = union_members(declared)
    only = options[0] if len(options) == 1 else None
    number = len(scope)
    hook = f"hook{number}"
    yield f"    {fetch}"
    yield f"    if v is None: {absent}"
    if only in _INLINE:
        yield f"    elif {_INLINE[only]}: {target} = v"
    if only is Decimal:
        yield f"    elif v.__class__ is int: {target} = decimals[v]"
    if only is datetime:
        yield "    elif v.__class__ is str and v[19:] == ' +0000':"
        yield f"        try: {target} = fromisoformat(v[:19] + '+00:00')"
        yield "        except ValueError:"
        yield from (f"            {line}" for line in odd)
    if only is object:
        yield f"    else: {target} = v"
        return
    enum = _open_enum(options)
    if enum is not None:
        scope[f"enum{number}"] = {member.value: member for member in enum}.get
        yield f"    elif v.__class__ is str: {target} = enum{number}(v, v)"
    scope[hook] = text_hook(declared) if as_text else hook_for(declared)
    value = f"{hook}(v, None)"
    if get_origin(only) is list and (is_model(get_args(only)[0]) or isinstance(get_args(only)[0], Projection)):
        # The most common list: one call per element, without a wrapper around it.
        scope[hook] = hook_for(get_args(only)[0])
        value = f"([{hook}(x, None) for x in v] if v else v) if v.__class__ is list else refuse()"
    yield "    else:"
    yield f"        try: {target} = {value}"
    yield "        except Mismatch:"
    yield from (f"            {line}" for line in odd)


def text_hook(declared: Any) -> Hook:
    """As `hook_for`, for JSON text inside a JSON string."""
    inner = hook_for(declared)

    def read(value: object, _: object) -> object:
        if not isinstance(value, str):
            raise Mismatch
        try:
            return inner(exact.decode(value), None)
        except UNREADABLE:
            raise Mismatch from None

    return read


def _collector(
    prefixes: list[tuple[str, str, Hook]],
    known: frozenset[str],
) -> Callable[[Any, dict[str, object]], dict[str, object]]:
    def collect(self: Any, data: dict[str, object]) -> dict[str, object]:
        left = dict(data)
        for name, prefix, hook in prefixes:
            found: dict[str, object] = {}
            for key, value in data.items():
                if key.startswith(prefix) and key not in known:
                    try:
                        found[key[len(prefix) :]] = hook(value, None)
                    except Mismatch:
                        run.odd = True
                    else:
                        del left[key]
            setattr(self, name, found or None)
        return left

    return collect


@cache
def _converter() -> Converter:
    """Made with the first hook: a client that has read nothing yet starts without it."""
    converter = Converter()
    converter.register_structure_hook_factory(is_model, _generate)
    converter.register_structure_hook_factory(is_draft, _draft_hook)
    return converter


def warm_up(*classes: type[Model]) -> None:
    """Build the hooks of these classes and of all they hold ahead of the first answer (about 2 ms a class)."""
    for cls in classes:
        _converter().get_structure_hook(cls)
