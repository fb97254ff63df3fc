"""Items as rows: what columns a model makes, and how items are read for them.

Reading is made for speed: `Reader` has `msgspec` decode items straight into slots, one class for each object of the
model, with the fields that were seen so far and in the order in which they came. What does not fit such a class is
looked at one by one: a field seen for the first time becomes a slot; a value of an unexpected type goes, as it is,
into the item's rest, and so does every field that the model does not have. Nothing is lost: `merged` puts columns and
rest together again.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, Any, Final, Literal, TypeAlias, cast, get_args, get_origin

import attrs
import msgspec

from ecwid_async.codec import Codec, Projection, Selection, parse_selection
from ecwid_async.errors import ConfigError, DecodeError
from ecwid_async.models.base import JSON_TEXT, PREFIX, is_model, options_of, wire_name
from ecwid_async.primitives.safe_json import UNREADABLE, exact, repaired

__all__ = ["EXTRA", "STORE_ID", "Fields", "Items", "Node", "Reader", "Record", "Scalar", "flat", "merged", "record_of"]

Kind: TypeAlias = Literal["bool", "date", "datetime", "decimal", "float", "int", "json", "plain", "text"]
Fields: TypeAlias = Selection | Sequence[str]

EXTRA: Final = "_extra"
"""The column for what no other can hold, as JSON in the shape of the item."""

STORE_ID: Final = "store_id"
"""The column or key that says of which store an item is, where that is asked for."""

SCALE: Final = 18
PRECISION: Final = 38
_INT64: Final = 1 << 63
_DEEPEST: Final = 12  # levels of objects; what is below stays JSON, and so does a model inside itself
_NO_SLOT: Final = re.compile(r'["\\\x00-\x1f]')  # msgspec takes no such names
# Names in one place that get a slot of their own: an object with free keys has no end of them.
_MOST_UNKNOWN: Final = 64


# The columns of a model


@attrs.define(eq=False)
class Scalar:
    """A single value. ``json`` is any value at all, kept as the text that came; an object with free keys is such.

    ``plain`` is a number or a flag in a text cell, kept in the same way.
    """

    kind: Kind
    dirty: bool = False


@attrs.define(eq=False)
class Items:
    """A list."""

    element: "Node"
    dirty: bool = False


@attrs.define(eq=False)
class Record:
    """An object with these fields, by their names on the wire.

    `seen` are those for which there are slots, in the order in which they came, with what the model does not know. One
    that is `closed` wants the latter kept. `dirty` means that there is such a field here or below.
    """

    fields: dict[str, "Node"]
    closed: bool = True
    dirty: bool = False
    seen: dict[str, "Node"] = attrs.field(factory=dict)
    unknown: set[str] = attrs.field(factory=set)
    slots: type[msgspec.Struct] = msgspec.Struct
    empty: Any = None

    def __attrs_post_init__(self) -> None:
        if not self.closed:
            self.seen = dict(self.fields)

    def has_room(self, name: str) -> bool:
        """Whether a field may have a slot."""
        return name in self.fields or (self.closed and len(self.unknown) < _MOST_UNKNOWN and not _NO_SLOT.search(name))

    def make_room(self, name: str) -> None:
        """Let a field have a slot, if it may."""
        if name in self.fields:
            self.seen[name] = self.fields[name]
        elif self.has_room(name):
            self.seen[name] = Scalar("json")
            self.unknown.add(name)


Node: TypeAlias = Scalar | Items | Record


def record_of(
    model: type[object] | Projection[Any], fields: Fields | None = None, *, closed: bool | None = None
) -> Record:
    """The columns of a model, or only `fields` of it: names as the API or as the model has them.

    What has no column is kept where the record is `closed`, as it is without `fields`; else items are taken to hold
    more than is wanted, and names that are none raise `ConfigError`, naming the nearest.
    """
    if isinstance(model, Projection):
        models: tuple[type[Any], ...] = model.models
        selection: Selection | None = model.selection
    else:
        models = (model,)
        selection = None
    if fields is not None:
        selection = fields if isinstance(fields, Mapping) else parse_selection(",".join(fields))
    record = _record(models, selection, (), fields is None if closed is None else closed)
    if not isinstance(record, Record):
        raise ConfigError(f"{models[0].__name__} has no columns")
    return record


def _record(models: tuple[type[Any], ...], selection: Selection | None, above: tuple[Any, ...], closed: bool) -> Node:
    if models in above or len(above) > _DEEPEST:
        return Scalar("json")
    known: dict[str, list[attrs.Attribute[Any]]] = {}
    names: dict[str, str] = {}
    for model in models:
        attrs.resolve_types(model)
        for field in attrs.fields(model):
            if above and field.metadata.get(PREFIX) == "":
                return Scalar("json")  # keys of the store's own beside its fields
            if field.name != "extra" and PREFIX not in field.metadata:
                known.setdefault(wire_name(field), []).append(field)
                names[field.name] = wire_name(field)
    # An object of which nothing was selected in particular is wanted whole.
    closed = closed or selection is None
    wanted: dict[str, Selection | None] = dict.fromkeys(known)
    if selection is not None:
        told = {names.get(name, name): inner for name, inner in selection.items()}
        if not closed:
            _refuse(told.keys() - known.keys(), names, models[0])
        wanted = {name: inner for name, inner in told.items() if name in known}
    made: dict[str, Node] = {}
    for name, inner in wanted.items():
        nodes = [_column(field, inner, (*above, models), closed) for field in known[name]]
        made[name] = nodes[0] if all(_like(nodes[0], node) for node in nodes) else Scalar("json")
    return Record(made, closed) if made else Scalar("json")


def _refuse(unknown: Collection[str], names: Collection[str], model: type) -> None:
    for name in unknown:
        near = get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names)}"
        raise ConfigError(f"{model.__name__} has no field {name!r}: {hint}")


def _column(field: "attrs.Attribute[Any]", selection: Selection | None, above: tuple[Any, ...], closed: bool) -> Node:
    return Scalar("text") if JSON_TEXT in field.metadata else _node(field.type, selection, above, closed)


_KINDS: Final[Mapping[object, Kind]] = {
    bool: "bool",
    date: "date",
    datetime: "datetime",
    Decimal: "decimal",
    int: "int",
    str: "text",
}


def _node(declared: Any, selection: Selection | None, above: tuple[Any, ...], closed: bool) -> Node:
    options = options_of(declared)
    if all(is_model(option) for option in options):
        return _record(options, selection, above, closed)
    if str in options and all(option is str or issubclass(option, Enum) for option in options if _is_class(option)):
        return Scalar("text")  # an open enum
    (only, *others) = options
    if not others and only in _KINDS:
        return Scalar(_KINDS[only])
    if not others and get_origin(only) is list:
        return Items(_node(get_args(only)[0], selection, above, closed))
    return Scalar("json")


def _is_class(option: object) -> bool:
    return isinstance(option, type) or get_origin(option) is None


def _like(one: Node, other: Node) -> bool:
    """Whether two columns hold the same, so that one can stand for both."""
    if isinstance(one, Record) and isinstance(other, Record):
        return one.fields.keys() == other.fields.keys() and all(
            _like(node, other.fields[name]) for name, node in one.fields.items()
        )
    if isinstance(one, Items) and isinstance(other, Items):
        return _like(one.element, other.element)
    return isinstance(one, Scalar) and isinstance(other, Scalar) and one.kind == other.kind


def flat(record: Record, levels: int = 3) -> Record:
    """The same for text cells: objects down to `levels` keep their fields, all else is JSON as it came."""
    return Record({name: _flat(node, levels - 1) for name, node in record.fields.items()}, record.closed)


def _flat(node: Node, levels: int) -> Node:
    if isinstance(node, Record) and levels:
        return flat(node, levels)
    if isinstance(node, Scalar) and node.kind in ("date", "datetime", "text"):
        return Scalar("text")
    return Scalar("plain" if isinstance(node, Scalar) and node.kind != "json" else "json")


# Reading


class Reader:
    """Reads items for the columns of a record, which it changes: `Record.seen` grows with what it meets.

    Before it does, `growing` is called. What does not fit its column is reported to `codec`, under the name of the
    `operation`.
    """

    def __init__(
        self,
        record: Record,
        growing: Callable[[], None] = lambda: None,
        *,
        codec: Codec | None = None,
        operation: str = "rows",
    ) -> None:
        self.record = record
        self._growing = growing
        self._codec = Codec() if codec is None else codec
        self._operation = operation
        self._fitted: dict[int, tuple[bytes, bytes | None]] = {}
        self._compile()

    def _compile(self) -> None:
        _compile(self.record)
        self._decode = msgspec.json.Decoder(self.record.slots).decode

    def read(self, items: Sequence[bytes | msgspec.Raw]) -> tuple[list[Any], list[bytes | None]]:
        """Each item in slots, and its rest as JSON, None where nothing is left.

        Raises `DecodeError` for what is no JSON object, and for a value that does not fit where the codec is strict.
        """
        self._fitted = {}
        while True:
            try:
                rows = self._read(items)
                break
            except _Grown:
                pass
        rests = {index: rest for index, (_, rest) in self._fitted.items() if rest is not None}
        if self.record.dirty:
            for index, row in enumerate(rows):
                if index not in rests and (rest := _rest(self.record, row)):
                    rests[index] = _encode(rest)
        return rows, [rests.get(index) for index in range(len(rows))] if rests else [None] * len(rows)

    def _read(self, items: Sequence[bytes | msgspec.Raw]) -> list[Any]:
        decode, rows = self._decode, []
        for index, item in enumerate(items):
            try:
                rows.append(decode(item))
            except UNREADABLE:
                if index not in self._fitted:
                    if any(self._unseen(item)):
                        self._growing()
                        for other in items:
                            for record, name in self._unseen(other):
                                record.make_room(name)
                        self._compile()
                        raise _Grown from None
                    self._fitted[index] = self.fit(item)
                rows.append(decode(self._fitted[index][0]))
        return rows

    def fitted(self, items: Sequence[bytes | msgspec.Raw]) -> list[tuple[bytes, bytes | None]]:
        """Each of the items that were just read, as `fit` makes it."""
        return [self._fitted.get(index) or self.fit(item) for index, item in enumerate(items)]

    def fit(self, item: bytes | msgspec.Raw) -> tuple[bytes, bytes | None]:
        """What of an item the columns hold, and the rest, None where nothing is left: both as JSON."""
        data: object = self._codec.parse(item, self._operation, _ITEM)
        if not isinstance(data, dict):
            raise DecodeError(operation=self._operation, path=_ITEM, expected="an object", found="JSON that is none")
        clean, rest = self._fit(self.record, data, _ITEM)
        return _encode(clean), None if rest is _NOTHING else _encode(rest)

    def _unseen(self, item: bytes | msgspec.Raw) -> "Iterator[tuple[Record, str]]":
        """The fields of an item for which there are no slots yet. One that can't be read is for `fit` to refuse."""
        try:
            return _unseen(self.record, exact.decode(item))
        except UNREADABLE:
            pass
        try:
            return _unseen(self.record, exact.decode(repaired(bytes(item))))
        except UNREADABLE:
            return iter(())

    # One item that does not fit

    def _fit(self, node: Node, value: object, path: str) -> tuple[Any, Any]:
        """What of a value a column holds, and the rest."""
        if value is None:
            return None, _NOTHING
        if isinstance(node, Scalar):
            return self._fit_scalar(node.kind, value, path)
        if isinstance(node, Items):
            elements = self._codec.convert(value, list[object], self._operation, path)
            if elements is None:
                return None, value
            pairs = [self._fit(node.element, inner, f"{path}[]") for inner in elements]
            rests = [None if rest is _NOTHING else rest for _, rest in pairs]
            return [clean for clean, _ in pairs], rests if any(rest is not _NOTHING for _, rest in pairs) else _NOTHING
        members = self._codec.convert(value, dict[str, object], self._operation, path)
        if members is None:
            return None, value
        cleans, left = {}, {}
        for name, inner in members.items():
            if name in node.fields:
                cleans[name], rest = self._fit(node.fields[name], inner, f"{path}.{name}")
                if rest is not _NOTHING:
                    left[name] = rest
            elif node.closed:
                left[name] = inner
        return cleans, left or _NOTHING

    def _fit_scalar(self, kind: Kind, value: object, path: str) -> tuple[Any, Any]:
        """As models read it: what loses nothing by it is turned into the type of the column."""
        if kind in ("json", "plain"):
            return value, _NOTHING
        typed: Any = self._codec.convert(value, _TYPES[kind], self._operation, path)
        if typed is None:
            return None, value
        if isinstance(typed, datetime):
            utc = typed.astimezone(UTC).replace(tzinfo=None)
            return utc.isoformat(" ", "microseconds") + " +0000", _NOTHING
        if isinstance(typed, date):
            return typed.isoformat(), _NOTHING
        if kind == "int" and not -_INT64 <= typed < _INT64:
            return None, value
        if kind == "decimal":
            # Without an exponent, whatever it came with.
            return (msgspec.Raw(f"{typed:f}".encode()), _NOTHING) if _holds(typed) else (None, value)
        if kind == "float" and float(typed) in (float("inf"), float("-inf")):
            return None, value
        return typed, _NOTHING


_ITEM: Final = "items[]"
_NOTHING: Final = msgspec.UNSET  # left out where it is encoded
_TYPES: Final[Mapping[Kind, type]] = {kind: cast(type, declared) for declared, kind in _KINDS.items()} | {
    "float": Decimal
}


def _holds(number: Decimal) -> bool:
    """Whether a number is exact in the decimals of a column."""
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and exponent >= -SCALE and len(digits) + exponent <= PRECISION - SCALE


class _Grown(Exception):
    """There are other slots now."""


_encode: Final = msgspec.json.Encoder(decimal_format="number").encode

_PYTHON: Final[Mapping[Kind, Any]] = {
    "bool": bool | None,
    "date": str | None,
    "datetime": str | None,
    "decimal": msgspec.Raw,
    "float": float | None,
    "int": Annotated[int, msgspec.Meta(ge=-_INT64, le=_INT64 - 1)] | None,
    "json": msgspec.Raw,
    "plain": msgspec.Raw,
    "text": str | None,
}


def _compile(node: Node) -> Any:
    """The type that `msgspec` reads a column as; for objects a class with a slot for each field that was seen."""
    if isinstance(node, Scalar):
        return _PYTHON[node.kind]
    if isinstance(node, Items):
        element = _compile(node.element)
        node.dirty = node.element.dirty
        return list[element] | None  # type: ignore[valid-type]
    slots: list[tuple[str, Any, Any]] = []
    node.dirty = bool(node.unknown)
    for position, (name, child) in enumerate(node.seen.items()):
        declared = _compile(child)
        default: Any = b"" if declared is msgspec.Raw else None
        slots.append((f"f{position}", declared, msgspec.field(name=name, default=default)))
        node.dirty = node.dirty or child.dirty
    # Untracked by the garbage collector: rows live for a moment, and hold no cycles.
    node.slots = msgspec.defstruct("Slots", slots, forbid_unknown_fields=node.closed, gc=False)
    node.empty = node.slots()
    return node.slots | None


def _unseen(node: Node, value: object) -> Iterator[tuple[Record, str]]:
    """The fields of a value for which there are no slots yet."""
    if isinstance(node, Record) and isinstance(value, dict):
        for name, inner in value.items():
            if name not in node.seen and node.has_room(name):
                yield node, name
            if inner and name in node.fields:
                yield from _unseen(node.fields[name], inner)
    elif isinstance(node, Items) and isinstance(value, list):
        for inner in value:
            yield from _unseen(node.element, inner)


def _rest(node: Node, value: Any) -> Any:
    """What of a value in slots no column has, in the shape of the item; None for nothing."""
    if value is None or not node.dirty:
        return None
    rest: Any = None
    if isinstance(node, Record):
        rest = {}
        for slot, (name, child) in zip(msgspec.structs.astuple(value), node.seen.items(), strict=True):
            if name in node.unknown:
                if slot:
                    rest[name] = slot
            elif child.dirty and (inner := _rest(child, slot)):
                rest[name] = inner
    elif isinstance(node, Items):
        rest = [_rest(node.element, inner) for inner in value]
        return rest if any(rest) else None
    return rest or None


def merged(columns: Any, rest: Any) -> Any:
    """A value of the columns and what is left of it, put together: for reading a file back."""
    if rest is None:
        return columns
    if isinstance(columns, dict) and isinstance(rest, dict):
        return columns | {name: merged(columns.get(name), inner) for name, inner in rest.items()}
    if isinstance(columns, list) and isinstance(rest, list) and len(columns) == len(rest):
        return [merged(one, other) for one, other in zip(columns, rest, strict=True)]
    return rest
