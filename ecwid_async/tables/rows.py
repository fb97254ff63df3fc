"""Reading items into rows, and merging the columns of a row with its `_extra`.

`RowReader` is built for speed: `msgspec` decodes items straight into slots. Each object of the model has a class with
the fields seen so far, in the order of their first occurrence. Items that do not fit these classes are handled one by
one. A new field gets a slot. Values of an unexpected type, and fields that the model does not have, move unchanged to
the item's rest. Nothing is lost: `merge_extra` merges the columns and the rest into the item again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
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

__all__ = ["RowReader", "merge_extra"]

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
    "float": float | None,
    "int": Annotated[int, msgspec.Meta(ge=-_INT64, le=_INT64 - 1)] | None,
    "json": msgspec.Raw,
    "literal": msgspec.Raw,
    "quoted": msgspec.Raw,
    "text": str | None,
}

_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class _SlotsAdded(Exception):
    """The row classes were rebuilt with more slots: read the items again."""


class RowReader:
    """Reads items into rows of `struct`, and adds a slot to it for each field that occurs.

    `before_new_slots` is called before slots are added. Values that do not fit their column are reported to `codec`
    under `operation`.
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
        self._split: dict[int, tuple[bytes, bytes | None]] = {}
        self._build_decoder()

    def _build_decoder(self) -> None:
        _build_slot_type(self.struct)
        self._decode = msgspec.json.Decoder(self.struct.row_type).decode

    def read(self, items: Sequence[bytes | msgspec.Raw]) -> tuple[list[Any], list[bytes | None]]:
        """Read items. Return their rows, and the rest of each item as JSON, None if there is none.

        Raises `DecodeError` for anything but a JSON object and, if the codec is strict, for a value that does not fit.
        """
        self._split = {}
        while True:
            try:
                rows = self._decode_rows(items)
                return rows, self._rests(rows)
            except _SlotsAdded:
                pass

    def split_others(self, items: Sequence[bytes | msgspec.Raw], rows: list[Any]) -> list[bytes | None]:
        """Split the items of `rows` with another value in a column of texts. Replace their rows; return all rests."""
        self._split_others_from(0, items, rows)
        return self._rests(rows)

    def _rests(self, rows: list[Any]) -> list[bytes | None]:
        rests = {index: rest for index, (_, rest) in self._split.items() if rest is not None}
        if self.struct.has_unknown:
            for index, row in enumerate(rows):
                if index not in rests and (rest := _rest_of(self.struct, row)):
                    rests[index] = _encode(rest)
        return [rests.get(index) for index in range(len(rows))] if rests else [None] * len(rows)

    def _decode_rows(self, items: Sequence[bytes | msgspec.Raw]) -> list[Any]:
        decode, split, rows, checked = self._decode, self._split, [], 0
        for index, item in enumerate(items):
            try:
                rows.append(decode(split[index][0] if index in split else item))
            except DECODE_ERRORS:
                if any(self._new_fields(item)):
                    self._add_slots(items)
                    raise _SlotsAdded from None
                # Values are reported in the order of the items.
                self._split_others_from(checked, items, rows)
                checked = index + 1
                split[index] = self.split_item(item)
                rows.append(decode(split[index][0]))
        return rows

    def _split_others_from(self, start: int, items: Sequence[bytes | msgspec.Raw], rows: list[Any]) -> None:
        """Split the items from `start` on whose row has another value in a column of texts."""
        for index in range(start, len(rows)):
            if index not in self._split and _has_other(self.struct, rows[index]):
                self._split[index] = self.split_item(items[index])
                rows[index] = self._decode(self._split[index][0])

    def _add_slots(self, items: Sequence[bytes | msgspec.Raw]) -> None:
        self._before_new_slots()
        for item in items:
            for struct, name in self._new_fields(item):
                struct.add_slot(name)
        self._build_decoder()

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

    def split_items(self, items: Sequence[bytes | msgspec.Raw]) -> list[tuple[bytes, bytes | None]]:
        """Split all items of the last `read`."""
        return [self._split.get(index) or self.split_item(item) for index, item in enumerate(items)]

    def split_item(self, item: bytes | msgspec.Raw) -> tuple[bytes, bytes | None]:
        """Split an item into the part that its columns hold and the rest, None if there is none, both as JSON."""
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
        if kind in ("json", "literal"):
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
    column.has_unknown = bool(column.unknown)
    for position, (name, child) in enumerate(column.seen.items()):
        slot_type = _build_slot_type(child)
        default: Any = b"" if slot_type is msgspec.Raw else None
        slots.append((f"f{position}", slot_type, msgspec.field(name=name, default=default)))
        column.has_unknown = column.has_unknown or child.has_unknown
    # Not tracked by the garbage collector: rows are short-lived and contain no cycles.
    column.row_type = msgspec.defstruct("Row", slots, forbid_unknown_fields=column.keep_unknown, gc=False)
    column.empty_row = column.row_type()
    return column.row_type | None


def _has_other(struct: StructColumn, row: Any) -> bool:
    """Whether a value in a column of texts is anything but text in UTF-8 or null."""
    for slot, column in zip(msgspec.structs.astuple(row), struct.seen.values(), strict=True):
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
        for slot, (name, child) in zip(msgspec.structs.astuple(value), column.seen.items(), strict=True):
            if name in column.unknown:
                if slot:
                    rest[name] = slot
            elif child.has_unknown and (inner := _rest_of(child, slot)):
                rest[name] = inner
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
