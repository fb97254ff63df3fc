"""JSON bytes and plain data: integers are int, all other numbers exact `Decimal`; pages split into unparsed items."""

import re
from decimal import Decimal
from typing import Any, Final

import msgspec

from ecwid_async.primitives.safe_json import DECODE_ERRORS, MaskedJSON, NotJSON, decode_json, exact_decoder
from ecwid_async.wire import to_printable

__all__ = ["MAX_INT_DIGITS", "describe_unreadable", "encode", "loads", "read_total", "split_page", "split_whole_page"]

MAX_INT_DIGITS: Final = 4300
"""The longest int that Python parses by default."""

encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class _Page(msgspec.Struct):
    items: list[msgspec.Raw]
    total: msgspec.Raw = msgspec.Raw(b"")


class _WholePage(msgspec.Struct, forbid_unknown_fields=True):
    """A page without a field that would be skipped, and so not be checked."""

    items: list[msgspec.Raw]
    total: Any = None
    count: Any = None
    offset: Any = None
    limit: Any = None


class _Total(msgspec.Struct):
    total: msgspec.Raw = msgspec.Raw(b"")


class _ItemId(msgspec.Struct):
    id: int | str | None = None


_page_decoder: Final = msgspec.json.Decoder(_Page)
_whole_page_decoder: Final = msgspec.json.Decoder(_WholePage, float_hook=Decimal)
_total_decoder: Final = msgspec.json.Decoder(_Total)
_item_id_decoder: Final = msgspec.json.Decoder(_ItemId)
# The API's pages begin with the total.
_PAGE_START: Final = rb'\s*\{\s*"total"\s*:\s*(\d{1,18})\s*,'


def loads(text: bytes | str) -> Any:
    """Parse JSON: integers as int, all other numbers as exact `Decimal`.

    Raises `ValueError` for text that is not JSON, is nested too deeply or has a number that can't be read exactly.
    """
    try:
        return exact_decoder.decode(text)
    except DECODE_ERRORS as error:
        raise NotJSON(f"not JSON that can be read exactly: {error}") from None


def split_page(body: bytes) -> tuple[list[msgspec.Raw], int | None] | None:
    """Split a page into its items, unparsed, and its total. Returns None for anything but a page."""
    try:
        page = _page_decoder.decode(body)
        return page.items, _parse_int(page.total)
    except DECODE_ERRORS:
        masked = MaskedJSON(body)
    try:
        page = _page_decoder.decode(masked.json)
    except DECODE_ERRORS:
        return None
    return [msgspec.Raw(masked.restore(item)) for item in page.items], _parse_int(page.total)


def split_whole_page(body: bytes) -> tuple[list[msgspec.Raw], int | None] | None:
    """Like `split_page`, but also return None if something outside the items is unusual."""
    try:
        if not body.isascii():
            body.decode()  # also the items that a second list replaces
        page = _whole_page_decoder.decode(body)
    except DECODE_ERRORS:
        return None
    return page.items, page.total if type(page.total) is int else None


def read_total(body: bytes) -> int | None:
    """Read a page's total, mostly without parsing its items. Raises `NotJSON` for anything but an object."""
    if (start := re.match(_PAGE_START, body)) is not None:
        return int(start[1])
    return _parse_int(decode_json(body, _total_decoder).total)


def _parse_int(raw: msgspec.Raw) -> int | None:
    digits = bytes(raw)
    return int(digits) if re.fullmatch(rb"-?[0-9]{1,18}", digits) else None


def describe_unreadable(body: bytes | msgspec.Raw, error: NotJSON) -> tuple[int | None, str]:
    """Find the item of a page that can't be read; return its position, None for the whole body, and a description."""
    try:
        items = _page_decoder.decode(body).items
    except DECODE_ERRORS:
        items = []
    for position, item in enumerate(items):
        try:
            decode_json(item, exact_decoder)
        except NotJSON as item_error:
            return position, f"{item_error}{_describe_id(item)}"
    return None, f"{error}{_describe_id(body)}"


def _describe_id(item: bytes | msgspec.Raw) -> str:
    try:
        item_id = _item_id_decoder.decode(item).id
    except DECODE_ERRORS:
        return ""
    return "" if item_id is None else f", in the item with the id {to_printable(str(item_id), limit=40)}"
