"""Reading items into rows, and merging the columns of a row with its `_extra`.

`RowReader` is built for speed: `msgspec` decodes items straight into slots. Each object of the model has a class with
the fields seen so far, in the order of their first occurrence. Items that do not fit these classes are handled one by
one. A new field gets a slot. Values of an unexpected type, and fields that the model does not have, move unchanged to
the item's rest. Nothing is lost: `merge_extra` merges the columns and the rest into the item again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from types import GenericAlias
from typing import Annotated, Any, Final, cast

import msgspec

from ecwid_async.codec import Codec
from ecwid_async.errors import DecodeError
from ecwid_async.primitives.safe_json import DECODE_ERRORS, exact_decoder, repair
from ecwid_async.tables.columns import (
    PRECISION,
    SCALAR_KINDS,
    SCALE,
    Column,
    Kind,
    ListColumn,
    ScalarColumn,
    StructColumn,
)
from ecwid_async.tables.json_texts import is_utf8

__all__ = ["RowReader", "Rows", "merge_extra"]

_ITEM_PATH: Final = "items[]"
_NOTHING: Final = msgspec.UNSET  # omitted when encoded
_INT64: Final = 1 << 63
_SCALAR_TYPES: Final[Mapping[Kind, type]] = {kind: cast(type, declared) for declared, kind in SCALAR_KINDS.items()} | {
    "float": Decimal,
    "quoted": str,
}
_SLOT_TYPES: Final[Mapping[Kind, Any]] = {
    "bool": bool | None,
    "date": str | None,
    "datetime": str | None,
    "decimal": msgspec.Raw,
    "flag": bool | None,
    "float": float | None,
    "int": Annotated[int, msgspec.Meta(ge=-_INT64, le=_INT64 - 1)] | None,
    "json": msgspec.Raw,
    "literal": msgspec.Raw,
    "quoted": msgspec.Raw,
    "text": str | None,
}

_decode_list: Final = msgspec.json.Decoder(list[Any]).decode
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class _SlotsChanged(Exception):
    """The row classes were rebuilt with other slots: read the items again."""


class Rows:
    """Some items as `rows`, and what the columns of each can't hold as `rests`: JSON, or None if there is nothing.

    `row_type` is the class of the rows. `split` has the items that were split into columns and rest, by position.
    """

    def __init__(
        self, row_type: type, *, items: Sequence[bytes | msgspec.Raw] | None = None, page: bytes = b""
    ) -> None:
        self.row_type = row_type
        self.rows: list[Any] = []
        self.rests: list[bytes | None] = []
        self.split: dict[int, tuple[bytes, bytes | None]] = {}
        self._items = items
        self._page = page

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def items(self) -> Sequence[bytes | msgspec.Raw]:
        """The items as received. A page is split into its items only when they are needed."""
        if self._items is None:
            self._items = Codec().split_page(self._page, "rows")[0]
        return self._items


class RowReader:
    """Reads items into rows of `struct`, and adds a slot to it for each field that occurs.

    `before_new_slots` is called before slots change. Values that do not fit their column are reported to `codec` under
    `operation`. `split_count` is the number of items split into columns and rest, `opened` has the columns of JSON that
    `open_columns` replaced.
    """

    def __init__(
        self,
        struct: StructColumn,
        before_new_slots: Callable[[], None] = lambda: None,
        *,
        codec: Codec | None = None,
        operation: str = "rows",
    ) -> None:
        self.struct = struct
        self._before_new_slots = before_new_slots
        self._codec = Codec() if codec is None else codec
        self._operation = operation
        self.opened: dict[str, Column] = {}
        self.split_count = 0
        self._hidden: list[str] = []
        """Fields without a column that are read from pages."""
        self._build_decoders()

    def _build_decoders(self) -> None:
        _build_slot_type(self.struct)
        row_type: Any = self.struct.row_type
        self._decode = msgspec.json.Decoder(row_type).decode
        self._attributes = {name: f"f{position}" for position, name in enumerate(self.struct.seen)}
        hidden = {name: f"hidden{position}" for position, name in enumerate(self._hidden)}
        if hidden:
            self._attributes |= hidden
            slots = [(slot, msgspec.Raw, msgspec.field(name=name, default=b"")) for name, slot in hidden.items()]
            row_type = msgspec.defstruct("HiddenRow", slots, bases=(row_type,), gc=False)
        page_type = msgspec.defstruct("Page", [("items", GenericAlias(list, row_type))])
        self._decode_page: Callable[[bytes], Any] = msgspec.json.Decoder(page_type).decode

    def open_columns(self, columns: Mapping[str, Column]) -> None:
        """Read these columns of JSON into slots of their own, until an item does not fit them."""
        if columns:
            self.opened |= {name: self.struct.fields[name] for name in columns}
            self._replace_columns(columns)

    def close_columns(self) -> bool:
        """Read opened columns as JSON again. Return whether there were any."""
        if not self.opened:
            return False
        self._before_new_slots()
        self._replace_columns(self.opened)
        self.opened = {}
        return True

    def _replace_columns(self, columns: Mapping[str, Column]) -> None:
        self.struct.fields |= columns
        self.struct.seen |= {name: column for name, column in columns.items() if name in self.struct.seen}
        self._build_decoders()

    def read(self, items: Sequence[bytes | msgspec.Raw]) -> Rows:
        """Read items.

        Raises `DecodeError` for anything but a JSON object and, if the codec is strict, for a value that does not fit.
        """
        read = Rows(self.struct.row_type, items=items)
        while True:
            try:
                self._decode_rows(read)
                self._set_rests(read)
                return read
            except _SlotsChanged:
                read.row_type, read.rows = self.struct.row_type, []

    def read_page(self, page: bytes, names: Sequence[str]) -> tuple[Rows, list[list[Any]]] | None:
        """Read all items of a page at once, and the plain values of these fields, with None for a missing one.

        Returns None, and reports nothing, if anything on the page is unusual: `read` its items instead. But values that
        are kept as JSON, or skipped, may not be UTF-8. Rows that were read before slots are added must be renewed.
        """
        if not self.struct.keep_unknown and not self._attributes.keys() >= set(names):
            self._hidden += [name for name in names if name not in self._attributes]
            self._build_decoders()
        read = Rows(self.struct.row_type, page=page)
        try:
            read.rows = self._decode_page(page).items
            values = [self._plain_values(read.rows, name) for name in names]
            self._set_rests(read)
        except DECODE_ERRORS:
            return None
        return read, values

    def _plain_values(self, rows: list[Any], name: str) -> list[Any]:
        if name not in self._attributes:
            return [None] * len(rows)
        values = list(map(attrgetter(self._attributes[name]), rows))
        column = self.struct.seen.get(name)
        if isinstance(column, ScalarColumn) and _SLOT_TYPES[column.kind] is not msgspec.Raw:
            return values
        return _decode_list(b"[%b]" % b",".join([value or b"null" for value in values]))

    def is_current(self, read: Rows) -> bool:
        """Whether no slots were added since."""
        return read.row_type is self.struct.row_type

    def renew(self, read: Rows) -> Rows:
        """Read the items again if slots were added since."""
        return read if self.is_current(read) else self.read(read.items)

    def split_others(self, read: Rows) -> None:
        """Split the items with another value in a column of texts. Replaces their rows and sets all rests."""
        self._split_others_from(0, read)
        self._set_rests(read)

    def _set_rests(self, read: Rows) -> None:
        rests = {index: rest for index, (_, rest) in read.split.items() if rest is not None}
        if self.struct.has_unknown:
            for index, row in enumerate(read.rows):
                if index not in rests and (rest := _rest_of(self.struct, row)):
                    rests[index] = _encode(rest)
        read.rests = [rests.get(index) for index in range(len(read))] if rests else [None] * len(read)

    def _decode_rows(self, read: Rows) -> None:
        decode, items, rows, split, checked = self._decode, read.items, read.rows, read.split, 0
        for index, item in enumerate(items):
            try:
                rows.append(decode(split[index][0] if index in split else item))
            except DECODE_ERRORS:
                if self.close_columns():
                    raise _SlotsChanged from None
                if any(self._new_fields(item)):
                    self._add_slots(items)
                    raise _SlotsChanged from None
                if self.struct.widen_flags():
                    self._build_decoders()
                    raise _SlotsChanged from None
                # Values are reported in the order of the items.
                self._split_others_from(checked, read)
                checked = index + 1
                split[index] = self.split_item(item)
                rows.append(decode(split[index][0]))

    def _split_others_from(self, start: int, read: Rows) -> None:
        """Split the items from `start` on whose row has another value in a column of texts."""
        for index in range(start, len(read)):
            if index not in read.split and _has_other(self.struct, read.rows[index]):
                read.split[index] = self.split_item(read.items[index])
                read.rows[index] = self._decode(read.split[index][0])

    def _add_slots(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        self._before_new_slots()
        for item in items:
            for struct, name in self._new_fields(item):
                struct.add_slot(name)
        self._build_decoders()

    def _new_fields(self, item: bytes | msgspec.Raw) -> "Iterator[tuple[StructColumn, str]]":
        """Yield the fields of an item that have no slot yet. An unreadable item has none; `split_item` refuses it."""
        try:
            return _fields_without_slot(self.struct, exact_decoder.decode(item))
        except DECODE_ERRORS:
            pass
        try:
            return _fields_without_slot(self.struct, exact_decoder.decode(repair(bytes(item))))
        except DECODE_ERRORS:
            return iter(())

    def split_items(self, read: Rows) -> list[tuple[bytes, bytes | None]]:
        """Split all items that were read."""
        return [read.split.get(index) or self.split_item(item) for index, item in enumerate(read.items)]

    def split_item(self, item: bytes | msgspec.Raw) -> tuple[bytes, bytes | None]:
        """Split an item into the part that its columns hold and the rest, None if there is none, both as JSON."""
        self.split_count += 1
        data: object = self._codec.parse(item, self._operation, _ITEM_PATH)
        if not isinstance(data, dict):
            raise DecodeError(
                operation=self._operation, path=_ITEM_PATH, expected="an object", found="JSON of another type"
            )
        held, rest = self._split_value(self.struct, data, _ITEM_PATH)
        return _encode(held), None if rest is _NOTHING else _encode(rest)

    def _split_value(self, column: Column, value: object, path: str) -> tuple[Any, Any]:
        """Split a value into the part that its column holds and the rest."""
        if value is None:
            return None, _NOTHING
        if isinstance(column, ScalarColumn):
            return self._split_scalar(column.kind, value, path)
        if isinstance(column, ListColumn):
            elements = self._codec.structure_or_none(value, list[object], self._operation, path)
            if elements is None:
                return None, value
            pairs = [self._split_value(column.element, element, f"{path}[]") for element in elements]
            rests = [None if rest is _NOTHING else rest for _, rest in pairs]
            return [held for held, _ in pairs], rests if any(rest is not _NOTHING for _, rest in pairs) else _NOTHING
        members = self._codec.structure_or_none(value, dict[str, object], self._operation, path)
        if members is None:
            return None, value
        held_members, rest_members = {}, {}
        for name, member in members.items():
            if name in column.fields:
                held_members[name], rest = self._split_value(column.fields[name], member, f"{path}.{name}")
                if rest is not _NOTHING:
                    rest_members[name] = rest
            elif column.keep_unknown:
                rest_members[name] = member
        return held_members, rest_members or _NOTHING

    def _split_scalar(self, kind: Kind, value: object, path: str) -> tuple[Any, Any]:
        """Convert a value as models do. If the column can't hold it exactly, it is rest."""
        if kind in ("flag", "json", "literal"):
            return value, _NOTHING
        typed: Any = self._codec.structure_or_none(value, _SCALAR_TYPES[kind], self._operation, path)
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
            # Always written without an exponent.
            return (msgspec.Raw(f"{typed:f}".encode()), _NOTHING) if _fits_decimal_column(typed) else (None, value)
        if kind == "float" and float(typed) in (float("inf"), float("-inf")):
            return None, value
        return typed, _NOTHING


def _fits_decimal_column(number: Decimal) -> bool:
    """Whether a decimal column holds the number exactly."""
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and exponent >= -SCALE and len(digits) + exponent <= PRECISION - SCALE


def _build_slot_type(column: Column) -> Any:
    """The type that `msgspec` decodes a column into; for structs, a new class with a slot for each field seen."""
    if isinstance(column, ScalarColumn):
        return _SLOT_TYPES[column.kind]
    if isinstance(column, ListColumn):
        element = _build_slot_type(column.element)
        column.has_unknown = column.element.has_unknown
        return list[element] | None  # type: ignore[valid-type]
    slots: list[tuple[str, Any, Any]] = []
    column.unknown_slots = []
    for position, (name, child) in enumerate(column.seen.items()):
        slot_type = _build_slot_type(child)
        default: Any = b"" if slot_type is msgspec.Raw else None
        slots.append((f"f{position}", slot_type, msgspec.field(name=name, default=default)))
        if name in column.unknown or child.has_unknown:
            column.unknown_slots.append((f"f{position}", name, None if name in column.unknown else child))
    column.has_unknown = bool(column.unknown_slots)
    # Not tracked by the garbage collector: rows are short-lived and contain no cycles.
    column.row_type = msgspec.defstruct("Row", slots, forbid_unknown_fields=column.keep_unknown, gc=False)
    column.empty_row = column.row_type()
    return column.row_type | None


def _has_other(struct: StructColumn, row: Any) -> bool:
    """Whether a value in a column of texts is anything but text in UTF-8 or null."""
    for slot, column in zip(msgspec.structs.astuple(row), struct.seen.values(), strict=False):
        if isinstance(column, StructColumn):
            if slot is not None and _has_other(column, slot):
                return True
        elif isinstance(column, ScalarColumn) and column.kind == "quoted":
            text = bytes(slot)
            if text and text != b"null" and not (text.startswith(b'"') and is_utf8(text)):
                return True
    return False


def _fields_without_slot(column: Column, value: object) -> Iterator[tuple[StructColumn, str]]:
    if isinstance(column, StructColumn) and isinstance(value, dict):
        for name, member in value.items():
            if name not in column.seen and column.can_add_slot(name):
                yield column, name
            if member and name in column.fields:
                yield from _fields_without_slot(column.fields[name], member)
    elif isinstance(column, ListColumn) and isinstance(value, list):
        for element in value:
            yield from _fields_without_slot(column.element, element)


def _rest_of(column: Column, value: Any) -> Any:
    """Return the part of a decoded value that has no column, in the shape of the item, or None."""
    if value is None or not column.has_unknown:
        return None
    rest: Any = None
    if isinstance(column, StructColumn):
        rest = {}
        for slot, name, child in column.unknown_slots:
            member = getattr(value, slot)
            if child is not None:
                member = _rest_of(child, member)
            if member:
                rest[name] = member
    elif isinstance(column, ListColumn):
        rest = [_rest_of(column.element, element) for element in value]
        return rest if any(rest) else None
    return rest or None


def merge_extra(columns: Any, extra: Any) -> Any:
    """Merge the columns of a row with its parsed `_extra` into the item."""
    if extra is None:
        return columns
    if isinstance(columns, dict) and isinstance(extra, dict):
        return columns | {name: merge_extra(columns.get(name), inner) for name, inner in extra.items()}
    if isinstance(columns, list) and isinstance(extra, list) and len(columns) == len(extra):
        return [merge_extra(one, other) for one, other in zip(columns, extra, strict=True)]
    return extra
