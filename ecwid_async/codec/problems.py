"""What did not fit: where it is, which type was expected, and which was found."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, Final, NamedTuple, get_args, get_origin

import msgspec

from ecwid_async.codec.dates import parse_moment
from ecwid_async.codec.projection import Projection
from ecwid_async.codec.scalars import Mismatch, run
from ecwid_async.codec.structure import hook_for, text_hook
from ecwid_async.models.base import JSON_TEXT, PREFIX, Data, TaggedUnion, union_members, wire_name
from ecwid_async.primitives.safe_json import is_absurd
from ecwid_async.wire import printable

__all__ = [
    "MORE_PROBLEMS",
    "MOST_PROBLEMS",
    "DecodeProblem",
    "Odd",
    "Path",
    "explain",
    "explain_member",
    "kind_of",
    "repairs",
    "type_name",
    "walk",
]


class DecodeProblem(msgspec.Struct, frozen=True):
    """A field that does not hold what it should: which endpoint, where, and which types. Never the value."""

    operation: str
    path: str
    expected: str
    found: str


# A store's own keys, in fields this version does not know, must not fill the memory.
MOST_PROBLEMS: Final = 1_000
MORE_PROBLEMS: Final = DecodeProblem("", "", "", f"more kinds of problems than the {MOST_PROBLEMS:,} that are kept")


class Path(NamedTuple):
    """Where in a response: to the letter, and without positions and the keys that a store chose."""

    exact: str = ""
    kind: str = ""

    @classmethod
    def of(cls, path: str | int) -> "Path":
        """The path of a part; a number says which of the items it is."""
        return cls(f"items[{path}]", "items[]") if isinstance(path, int) else cls(path, path)

    def field(self, name: str) -> "Path":
        """The path of a field of this object."""
        return Path(f"{self.exact}.{name}".lstrip("."), f"{self.kind}.{name}".lstrip("."))

    def key(self, key: str, prefix: str = "") -> "Path":
        """The path of a value whose key a store chose."""
        name = printable(key, limit=60)
        return Path(f"{self.exact}.{prefix}{name}".lstrip("."), f"{self.kind}.{prefix}*".lstrip("."))

    def position(self, index: int) -> "Path":
        """The path of an element of this list."""
        return Path(f"{self.exact}[{index}]", f"{self.kind}[]")


class Odd(NamedTuple):
    """A place where data departs from what is declared: which type was expected, and which was found."""

    path: Path
    expected: str
    found: str


def repairs(data: object, path: Path) -> Iterator[Odd]:
    """Where data that was repaired holds what had to be. Text that came with U+FFFD in it is taken for repaired."""
    for place, value in walk(data, path):
        if isinstance(value, str):
            if "\ufffd" in value:
                yield Odd(place, "Unicode text", "half of a surrogate pair")
            elif is_absurd(value):
                yield Odd(place, "a number", "one that is too large, as text")


def walk(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    """All that parsed data holds, with its path, however deep it is nested."""
    yield path, value
    waiting = [_inside(value, path)]
    while waiting:
        for place, inner in waiting[-1]:
            yield place, inner
            if isinstance(inner, dict | list):
                waiting.append(_inside(inner, place))
                break
        else:
            waiting.pop()


def _inside(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(value, dict):
        return ((path.field(printable(key, limit=60)), element) for key, element in value.items())
    return ((path.position(index), element) for index, element in enumerate(value if isinstance(value, list) else ()))


def explain(value: object, declared: Any, path: Path) -> Iterator[Odd]:
    """Where a value departs from its declared type. Runs only once something did."""
    if value is None and NoneType in get_args(declared):
        return
    # The caller's classes are not made again, only to see whether they fit.
    if not _holds_projection(declared) and _fits(value, declared):
        return
    options = union_members(declared)
    variants = TaggedUnion.from_members(options)
    only = variants.select(value) if variants is not None and isinstance(value, dict) else options[0]
    if isinstance(only, type) and issubclass(only, Data) and isinstance(value, dict):
        known = {wire_name(field) for field in only.__attrs_attrs__ if PREFIX not in field.metadata}
        for field in only.__attrs_attrs__:
            if PREFIX in field.metadata:
                prefix, inner = field.metadata[PREFIX], get_args(union_members(field.type)[0])[1]
                for key in value:
                    if key.startswith(prefix) and key not in known:
                        yield from explain(value[key], inner, path.key(key[len(prefix) :], prefix))
            elif (element := value.get(wire_name(field))) is not None and field.name != "extra":
                inner_path = path.field(wire_name(field))
                yield from explain_member(element, field.type, inner_path, as_text=JSON_TEXT in field.metadata)
    elif isinstance(only, Projection) and isinstance(value, dict):
        for member in only.members:
            if (element := value.get(member.wire)) is not None:
                yield from explain_member(element, member.declared, path.field(member.wire), as_text=member.as_text)
    elif get_origin(only) is list and isinstance(value, list):
        for index, element in enumerate(value):
            yield from explain(element, get_args(only)[0], path.position(index))
    elif get_origin(only) in (dict, Mapping) and isinstance(value, dict):
        for key, element in value.items():
            yield from explain(element, get_args(only)[1], path.key(key))
    else:
        yield Odd(path, type_name(declared), _found(value, only))


def _found(value: object, declared: Any) -> str:
    """The type of a value, or why this text is not the time that it looks like."""
    if declared is datetime and isinstance(value, str):
        try:
            if len(value) == 10 and date.fromisoformat(value):
                return "a date without a time"
            if not parse_moment(value)[1]:
                return "a time finer than microseconds"
        except OverflowError:
            return "a time outside the years 1 to 9999"
        except ValueError:
            pass
    return kind_of(value)


def explain_member(value: object, declared: Any, path: Path, *, as_text: bool) -> Iterator[Odd]:
    """As `explain`, for a field that may be JSON text."""
    if not as_text:
        yield from explain(value, declared, path)
        return
    try:
        text_hook(declared)(value, None)
    except Mismatch:
        yield Odd(path, f"JSON text of {type_name(declared)}", kind_of(value))


def _holds_projection(declared: Any) -> bool:
    return isinstance(declared, Projection) or any(map(_holds_projection, get_args(declared)))


def _fits(value: object, declared: Any) -> bool:
    """Whether a value reads as its type with nothing odd in it."""
    run.odd = False
    try:
        hook_for(declared)(value, None)
    except Mismatch:
        return False
    finally:
        odd, run.odd = run.odd, False
    return not odd


_KINDS: Final[Mapping[type, str]] = {
    NoneType: "null",
    bool: "a boolean",
    dict: "an object",
    int: "a whole number",
    list: "a list",
    Decimal: "a number",
    str: "text",
}


def kind_of(value: object) -> str:
    """The type of parsed JSON, in words."""
    return _KINDS.get(type(value), type(value).__name__)


def type_name(declared: Any) -> str:
    """A declared type, in words."""
    names = [getattr(option, "__name__", str(option)) for option in union_members(declared)]
    return " or ".join(names)
