"""The items of a section as JSON text: reading their keys and chosen fields."""

import msgspec

from ecwid_async.codec import Selection
from ecwid_async.primitives.safe_json import DECODE_ERRORS, MaskedJSON
from ecwid_async.sections import Item, Items

__all__ = ["item_keys", "select_fields"]


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
