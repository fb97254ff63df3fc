"""Values of unexpected types: their path, the expected and the found type, and a count of each kind of problem."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, Final, NamedTuple, cast, get_args, get_origin

import msgspec

from ecwid_async.codec.dates import parse_datetime_checked
from ecwid_async.codec.projection import Projection
from ecwid_async.codec.scalars import WrongType, state
from ecwid_async.codec.structure import Hook, RequiredMemberError, get_hook, get_json_text_hook
from ecwid_async.models.base import JSON_TEXT, PREFIX, Data, TaggedUnion, union_members, wire_name
from ecwid_async.primitives.safe_json import is_unrepresentable
from ecwid_async.wire import to_printable

__all__ = [
    "DecodeProblem",
    "FieldPath",
    "Mismatch",
    "ProblemCounter",
    "describe_type",
    "describe_value",
    "explain_required_member",
    "find_mismatches",
    "find_repairs",
]


class DecodeProblem(msgspec.Struct, frozen=True):
    """A field with a value of an unexpected type: its endpoint, path and types, never the value."""

    operation: str
    path: str
    expected: str
    found: str


# Limited, since keys chosen by a store, in fields unknown to this version, could make any number of kinds.
_MAX_KINDS: Final = 1_000
_MORE_KINDS: Final = DecodeProblem("", "", "", f"more kinds of problems than the {_MAX_KINDS:,} that are counted")


class ProblemCounter:
    """Counts decode problems in `counts`, at most 1,000 kinds of them; calls `on_problem` once for each kind."""

    def __init__(self, on_problem: Callable[[DecodeProblem], None] | None = None) -> None:
        self.counts: Counter[DecodeProblem] = Counter()
        self._on_problem = on_problem

    def add(self, problem: DecodeProblem, times: int = 1) -> None:
        """Count a problem."""
        if problem not in self.counts and len(self.counts) >= _MAX_KINDS:
            problem = _MORE_KINDS
        is_new = problem not in self.counts
        self.counts[problem] += times
        if self._on_problem is not None and is_new:
            self._on_problem(problem)

    def take(self, other: "ProblemCounter") -> None:
        """Move the counts of another counter here."""
        counts, other.counts = other.counts, Counter()
        for problem, times in counts.items():
            self.add(problem, times)


class FieldPath(NamedTuple):
    """A path in a response: `exact`, and `general` without positions and keys that a store chose."""

    exact: str = ""
    general: str = ""

    @classmethod
    def of(cls, path: str | int) -> "FieldPath":
        """The path of a part of a response. An int is the position of an item."""
        return cls(f"items[{path}]", "items[]") if isinstance(path, int) else cls(path, path)

    def field(self, name: str) -> "FieldPath":
        """The path of a field of this object."""
        return FieldPath(f"{self.exact}.{name}".lstrip("."), f"{self.general}.{name}".lstrip("."))

    def key(self, key: str, prefix: str = "") -> "FieldPath":
        """The path of a value of this object whose key a store chose."""
        name = to_printable(key, limit=60)
        return FieldPath(f"{self.exact}.{prefix}{name}".lstrip("."), f"{self.general}.{prefix}*".lstrip("."))

    def position(self, index: int) -> "FieldPath":
        """The path of an element of this list."""
        return FieldPath(f"{self.exact}[{index}]", f"{self.general}[]")


class Mismatch(NamedTuple):
    """A value of an unexpected type: its path, the expected type and the found one."""

    path: FieldPath
    expected: str
    found: str


# Finding mismatches, which is slow and done only after one was seen


def find_mismatches(value: object, declared: Any, path: FieldPath) -> Iterator[Mismatch]:
    """Find the parts of a value that are not of their declared type."""
    if value is None and NoneType in get_args(declared):
        return
    # A user's class is not instantiated again only to check values.
    if not _contains_projection(declared) and _fits(value, get_hook(declared)):
        return
    options = union_members(declared)
    union = TaggedUnion.from_members(options)
    chosen = union.select(value) if union is not None and isinstance(value, dict) else options[0]
    if isinstance(chosen, type) and issubclass(chosen, Data) and isinstance(value, dict):
        hooks = _field_hooks(cast(Any, chosen))
        known = {wire for wire, _ in hooks.values()}
        for field in chosen.__attrs_attrs__:
            if PREFIX in field.metadata:
                prefix, inner = field.metadata[PREFIX], get_args(union_members(field.type)[0])[1]
                for key in value:
                    if key.startswith(prefix) and key not in known:
                        yield from find_mismatches(value[key], inner, path.key(key[len(prefix) :], prefix))
            elif field.name in hooks:
                wire, hook = hooks[field.name]
                if (element := value.get(wire)) is not None and not _fits(element, hook):
                    as_text = JSON_TEXT in field.metadata
                    yield from _find_field_mismatches(element, field.type, path.field(wire), as_text=as_text)
    elif isinstance(chosen, Projection) and isinstance(value, dict):
        for member in chosen.members:
            if (element := value.get(member.wire_name)) is not None:
                inner_path = path.field(member.wire_name)
                yield from _find_field_mismatches(element, member.declared, inner_path, as_text=member.as_text)
    elif get_origin(chosen) is list and isinstance(value, list):
        for index, element in enumerate(value):
            yield from find_mismatches(element, get_args(chosen)[0], path.position(index))
    elif get_origin(chosen) in (dict, Mapping) and isinstance(value, dict):
        for key, element in value.items():
            yield from find_mismatches(element, get_args(chosen)[1], path.key(key))
    else:
        yield Mismatch(path, describe_type(declared), _describe_found(value, chosen))


@cache
def _field_hooks(cls: type[Data]) -> dict[str, tuple[str, Hook]]:
    """The wire name and the hook of each attribute, except for those that collect fields."""
    return {
        field.name: (
            wire_name(field),
            get_json_text_hook(field.type) if JSON_TEXT in field.metadata else get_hook(field.type),
        )
        for field in cls.__attrs_attrs__
        if PREFIX not in field.metadata and field.name != "extra"
    }


def _find_field_mismatches(value: object, declared: Any, path: FieldPath, *, as_text: bool) -> Iterator[Mismatch]:
    if not as_text:
        yield from find_mismatches(value, declared, path)
        return
    try:
        get_json_text_hook(declared)(value, None)
    except WrongType:
        yield Mismatch(path, f"JSON text of {describe_type(declared)}", describe_value(value))


def _contains_projection(declared: Any) -> bool:
    return isinstance(declared, Projection) or any(map(_contains_projection, get_args(declared)))


def _fits(value: object, hook: Hook) -> bool:
    """Whether a value and all its parts are of the declared types of a hook."""
    state.mismatch_seen = False
    try:
        hook(value, None)
    except WrongType:
        return False
    finally:
        mismatch_seen, state.mismatch_seen = state.mismatch_seen, False
    return not mismatch_seen


def explain_required_member(value: object, error: RequiredMemberError, path: FieldPath) -> tuple[Mismatch, str]:
    """Find the required member that is missing or of another type; return the mismatch and advice."""
    member, data = error.member, error.data
    path = next((found for found, part in _walk(value, path) if part is data), path).field(member.wire_name)
    expected = describe_type(member.declared)
    if data.get(member.wire_name) is None:
        found = "null" if member.wire_name in data else "nothing"
        return Mismatch(path, expected, found), f"Give {member.name} a default, or let it be None."
    element = data[member.wire_name]
    mismatches = _find_field_mismatches(element, member.declared, path, as_text=member.as_text)
    mismatch = next(mismatches, Mismatch(path, expected, describe_value(element)))
    return mismatch, f"Let {member.name} be None, or declare it as object, which accepts any value."


def find_repairs(data: object, path: FieldPath) -> Iterator[Mismatch]:
    """Find the values in parsed data that were repaired. Text that the server sent with U+FFFD counts, too."""
    for found, value in _walk(data, path):
        if isinstance(value, str):
            if "\ufffd" in value:
                yield Mismatch(found, "Unicode text", "half of a surrogate pair")
            elif is_unrepresentable(value):
                yield Mismatch(found, "a number", "one that is too large, as text")


def _walk(value: object, path: FieldPath) -> Iterator[tuple[FieldPath, object]]:
    """Yield all values in parsed data with their paths. Not recursive, so the nesting may be deep."""
    yield path, value
    stack = [_children(value, path)]
    while stack:
        for inner_path, inner in stack[-1]:
            yield inner_path, inner
            if isinstance(inner, dict | list):
                stack.append(_children(inner, inner_path))
                break
        else:
            stack.pop()


def _children(value: object, path: FieldPath) -> Iterator[tuple[FieldPath, object]]:
    if isinstance(value, dict):
        return ((path.field(to_printable(key, limit=60)), element) for key, element in value.items())
    return ((path.position(index), element) for index, element in enumerate(value if isinstance(value, list) else ()))


# Descriptions of types


_JSON_TYPES: Final[Mapping[type, str]] = {
    NoneType: "null",
    bool: "a boolean",
    dict: "an object",
    int: "a whole number",
    list: "a list",
    Decimal: "a number",
    str: "text",
}


def describe_value(value: object) -> str:
    """The JSON type of a parsed value, in words."""
    return _JSON_TYPES.get(type(value), type(value).__name__)


def describe_type(declared: Any) -> str:
    """A declared type, in words."""
    names = [getattr(option, "__name__", str(option)) for option in union_members(declared)]
    return " or ".join(names)


def _describe_found(value: object, declared: Any) -> str:
    """The type of a value, or why text that looks like a datetime is not one."""
    if declared is datetime and isinstance(value, str):
        try:
            if len(value) == 10 and date.fromisoformat(value):
                return "a date without a time"
            if not parse_datetime_checked(value)[1]:
                return "a time finer than microseconds"
        except OverflowError:
            return "a time outside the years 1 to 9999"
        except ValueError:
            pass
    return describe_value(value)
