"""Items of lists, and their JSON."""

from typing import Any, Final, NamedTuple

import msgspec

from ecwid_async.primitives.safe_json import DECODE_ERRORS, repair

__all__ = ["ODD_VALUE_ERRORS", "EncodedItem", "Item", "Key", "decode_json", "encode_json"]

Item = dict[str, Any]
"""One entity as in JSON."""
Key = int | str
"""The identifier of an item in paths: a number, or text for carts."""


class EncodedItem(NamedTuple):
    """An item with its JSON, which the API returns byte for byte.

    `item` needs only the fields by which the list is searched. `sample` is an item of the list with the same search
    terms, other than `Columns.distinct`: they are read once for all items with the same (identical) sample.
    """

    item: Item
    raw: bytes
    sample: Item | None = None


ODD_VALUE_ERRORS: Final = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError)
"""What code raises that reads an exported item with a missing field, or a value of another type than the API's."""

_decode: Final = msgspec.json.Decoder().decode
# Python reads numbers that are too large for a float as infinity.
_decode_any_number: Final = msgspec.json.Decoder(float_hook=float).decode
_encode: Final = msgspec.json.Encoder().encode


def decode_json(encoded: bytes) -> Any:
    """Decode JSON. Half of a surrogate pair becomes U+FFFD; numbers that are too large become infinite, or text."""
    try:
        return _decode(encoded)
    except DECODE_ERRORS:
        return _decode_any_number(repair(encoded))


def encode_json(value: Any) -> bytes:
    """Encode a value as JSON. Integers beyond 64 bits, such as sums of many numbers, lose their last digits."""
    try:
        return _encode(value)
    except OverflowError:
        return _encode(_with_large_as_float(value))


def _with_large_as_float(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_large_as_float(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_large_as_float(inner) for inner in value]
    return float(value) if isinstance(value, int) and not -(2**63) <= value < 2**64 else value
