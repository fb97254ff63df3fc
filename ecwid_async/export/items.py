"""The items of a section as JSON text: splitting a response into items, and reading their keys and chosen fields."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from ecwid_async.codec import Selection
from ecwid_async.errors import DecodeError
from ecwid_async.primitives.safe_json import DECODE_ERRORS, MaskedJSON
from ecwid_async.sections import Section

__all__ = ["Item", "Items", "item_keys", "select_fields", "split_items"]

Item: TypeAlias = bytes | msgspec.Raw
"""A JSON object, as the server sent it."""

Items: TypeAlias = Sequence[Item]


def split_items(body: bytes, section: Section, operation: str) -> Items:
    """Split the only response of a section without pages into items. Raises `DecodeError` if it has another shape."""
    try:
        items = _split(body, section)
    except DECODE_ERRORS:
        masked = MaskedJSON(body)
        try:
            items = [masked.restore(item) for item in _split(masked.json, section)]
        except DECODE_ERRORS:
            items = [b""]
    if not all(bytes(memoryview(item)[:1]) == b"{" for item in items):
        expected = "an object" if section.is_document else "a list of objects"
        raise DecodeError(operation=operation, path=section.items_key or "", expected=expected, found="something else")
    return items


def _split(body: bytes, section: Section) -> Items:
    if section.is_document:
        return [msgspec.json.decode(body, type=msgspec.Raw)]
    if section.items_key is None:
        return msgspec.json.decode(body, type=list[msgspec.Raw])
    items = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get(section.items_key, b"")
    return msgspec.json.decode(items, type=list[msgspec.Raw])


def item_keys(items: Items, key: str) -> list[int | str]:
    """Return the value of the field `key` of each item."""
    item_type = msgspec.defstruct("Item", [("key", int | str, msgspec.field(name=key))])
    decode = msgspec.json.Decoder(item_type).decode
    try:
        return [decode(item).key for item in items]  # type: ignore[attr-defined]  # the class is created at run time
    except DECODE_ERRORS:
        return [decode(MaskedJSON(item).json).key for item in items]  # type: ignore[attr-defined]  # the same


def select_fields(item: Item, selection: Selection) -> bytes:
    """Return the selected fields of an item, or of each element of a list. Values stay byte for byte the same."""
    try:
        return _select(item, selection)
    except DECODE_ERRORS:
        masked = MaskedJSON(item)
        return masked.restore(_select(masked.json, selection))


def _select(item: Item, selection: Selection) -> bytes:
    start = bytes(memoryview(item)[:1])
    if start == b"[":
        elements = msgspec.json.decode(item, type=list[msgspec.Raw])
        return b"[" + b",".join(_select(element, selection) for element in elements) + b"]"
    if start != b"{":
        return bytes(item)
    members = msgspec.json.decode(item, type=dict[str, msgspec.Raw])
    chosen = {name: (value, selection[name]) for name, value in members.items() if name in selection}
    return msgspec.json.encode(
        {
            name: value if inner is None else msgspec.Raw(_select(value, inner))
            for name, (value, inner) in chosen.items()
        }
    )
