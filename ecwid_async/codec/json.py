"""JSON bytes and plain data: whole numbers as int, every other number as an exact `Decimal`."""

import re
from typing import Any, Final

import msgspec

from ecwid_async.primitives.safe_json import UNREADABLE, NotJSON, exact
from ecwid_async.wire import printable

__all__ = [
    "HEAD",
    "MOST_DIGITS",
    "encode",
    "envelope_decoder",
    "item_name",
    "items_of",
    "loads",
    "total_decoder",
    "whole_number",
]

encode: Final = msgspec.json.Encoder(decimal_format="number").encode
# As of an int that comes without an exponent.
MOST_DIGITS: Final = 4300


class _Envelope(msgspec.Struct):
    items: list[msgspec.Raw]
    total: msgspec.Raw = msgspec.Raw(b"")


class _Total(msgspec.Struct):
    total: msgspec.Raw = msgspec.Raw(b"")


class _Identity(msgspec.Struct):
    id: int | str | None = None


envelope_decoder: Final = msgspec.json.Decoder(_Envelope)
total_decoder: Final = msgspec.json.Decoder(_Total)
_identity_decoder: Final = msgspec.json.Decoder(_Identity)
# How the API begins a page.
HEAD: Final = rb'\s*\{\s*"total"\s*:\s*(\d{1,18})\s*,'


def loads(text: bytes | str) -> Any:
    """Parse JSON: whole numbers as int, every other number as an exact `Decimal`.

    Raises `ValueError` for what is not JSON, is nested too deeply or can't be read exactly.
    """
    try:
        return exact.decode(text)
    except UNREADABLE as error:
        raise NotJSON(f"not JSON that can be read exactly: {error}") from None


def items_of(body: bytes | msgspec.Raw) -> list[msgspec.Raw]:
    """The items of a page that can't be parsed as a whole; none for anything else."""
    try:
        return envelope_decoder.decode(body).items
    except UNREADABLE:
        return []


def item_name(item: bytes | msgspec.Raw) -> str:
    """Which item it is, where that can be read at least."""
    try:
        known_as = _identity_decoder.decode(item).id
    except UNREADABLE:
        return ""
    return "" if known_as is None else f", in the item with the id {printable(str(known_as), limit=40)}"


def whole_number(raw: msgspec.Raw) -> int | None:
    """An int of up to 18 digits, None for any other JSON."""
    digits = bytes(raw)
    return int(digits) if re.fullmatch(rb"-?[0-9]{1,18}", digits) else None
