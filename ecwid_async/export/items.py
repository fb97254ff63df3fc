"""The items of a section as JSON text: reading their keys."""

import msgspec

from ecwid_async.primitives.safe_json import DECODE_ERRORS, MaskedJSON
from ecwid_async.sections import Items

__all__ = ["item_keys"]


def item_keys(items: Items, key: str) -> list[int | str]:
    """Return the value of the field `key` of each item."""
    item_type = msgspec.defstruct("Item", [("key", int | str, msgspec.field(name=key))])
    decode = msgspec.json.Decoder(item_type).decode
    try:
        return [decode(item).key for item in items]  # type: ignore[attr-defined]  # the class is created at run time
    except DECODE_ERRORS:
        return [decode(MaskedJSON(item).json).key for item in items]  # type: ignore[attr-defined]  # the same
