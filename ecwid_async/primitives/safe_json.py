"""Decoding JSON from outside: for any bytes it quickly returns data or raises `NotJSON`.

`msgspec` rejects three things that servers do send: half of a surrogate pair as an escape (``"nice \\ud83d"``, half an
emoji), a number that fits neither Python's `Decimal` nor its int, and a byte order mark. One of them in one item must
not make a whole page unreadable, so rejected JSON is repaired and decoded again. JSON that is nested deeper than the
interpreter's recursion limit, and bytes that are not UTF-8, can't be decoded.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

import msgspec

__all__ = ["DECODE_ERRORS", "MaskedJSON", "NotJSON", "decode_json", "exact_decoder", "is_unrepresentable", "repair"]

T = TypeVar("T")

exact_decoder: Final = msgspec.json.Decoder(float_hook=Decimal)
"""Decodes plain data: whole numbers become ints, all others exact `Decimal`."""

DECODE_ERRORS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation)
"""Everything that a `msgspec` decoder with ``float_hook=Decimal`` raises for bytes from outside."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# Unterminated text matches too: trying another start inside it would take quadratic time.
# These patterns are compiled on first use, because most programs never need them.
_TEXT_OR_NUMBER: Final = rb'(?s)"(?:[^"\\]++|\\.)*+"?|-?[0-9][0-9.eE+-]*+'
_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
# Whole pairs are matched first, so that only a lone half is captured.
_SURROGATE: Final = (
    rb"(?s)\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
# Other escapes are skipped: an escaped backslash starts no escape.
_ANY_SURROGATE: Final = rb"(?s)\\(u[dD][89a-fA-F])|\\."
# The default limit of Python for converting between int and text.
_MAX_DIGITS: Final = 4300
# One digit, and an exponent with one digit more than `Decimal` accepts.
_SHORTEST_UNREPRESENTABLE: Final = len("1e1000000000000000000")


class NotJSON(ValueError):
    """Bytes that can't be decoded as JSON. The message describes them in a few words."""


def decode_json(body: bytes | msgspec.Raw, decoder: "msgspec.json.Decoder[T]") -> T:
    """Decode a body with `decoder`, repaired if necessary. Raises only `NotJSON`.

    The ``float_hook`` of `decoder` must be `Decimal`: without it a number beyond the range of a float can't be decoded.
    """
    try:
        return decoder.decode(body)
    except RecursionError:
        raise NotJSON("JSON that is nested too deeply") from None
    except DECODE_ERRORS:
        pass
    try:
        return decoder.decode(repair(bytes(body)))
    except DECODE_ERRORS as error:
        raise NotJSON(_reason(bytes(body), error)) from None


def _reason(body: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "JSON that is nested too deeply"
    if not body:
        return "an empty body, not JSON"
    try:
        body.decode()
    except UnicodeDecodeError:
        return f"{len(body):,} bytes that are not UTF-8"
    return f"{len(body):,} bytes that are not JSON"


def repair(body: bytes) -> bytes:
    """Return the JSON in a form that `msgspec` accepts.

    Half of a surrogate pair becomes U+FFFD. Numbers that do not fit a `Decimal`, and whole numbers of over 4,300
    digits, become text.
    """
    return re.sub(_TEXT_OR_NUMBER, _repair_token, _without_byte_order_mark(body))


def _without_byte_order_mark(body: bytes) -> bytes:
    return b"   " + body[3:] if body.startswith(_BYTE_ORDER_MARK) else body


def _repair_token(match: "re.Match[bytes]") -> bytes:
    token = match[0]
    if token[:1] == b'"':
        return re.sub(_SURROGATE, _replace_surrogate, token) if rb"\u" in token else token
    if len(token) < _SHORTEST_UNREPRESENTABLE:
        return token
    return b'"' + token + b'"' if is_unrepresentable(token.decode()) else token


def _replace_surrogate(half: "re.Match[bytes]") -> bytes:
    return rb"\ufffd" if half[1] else half[0]


class MaskedJSON:
    """JSON with surrogate escapes turned into plain text, for splitting it into parts without changing them.

    `restore` turns a part back, byte for byte.
    """

    def __init__(self, original: bytes | msgspec.Raw) -> None:
        text = _without_byte_order_mark(bytes(original))
        # A private-use character that does not occur in the text.
        self._mark = next(mark for code in range(0x10FFFF, 0x10F000, -1) if (mark := chr(code).encode()) not in text)
        self.json = re.sub(_ANY_SURROGATE, lambda escape: self._mark + escape[1] if escape[1] else escape[0], text)

    def restore(self, part: bytes | msgspec.Raw) -> bytes:
        """A part of the JSON as the server sent it."""
        return bytes(part).replace(self._mark, b"\\")


def is_unrepresentable(text: str) -> bool:
    """Whether text is a JSON number that fits neither Python's int nor `Decimal`."""
    if re.fullmatch(_NUMBER, text) is None:
        return False
    if text.lstrip("-").isdigit():
        return len(text) > _MAX_DIGITS
    try:
        Decimal(text)
    except InvalidOperation:
        return True
    return False
