"""JSON from outside: whatever its bytes say, reading them ends soon, with data or with `NotJSON`.

`msgspec` refuses JSON's grammar in three places that servers reach: half of a surrogate pair as an escape
(``"nice \\ud83d"``, half an emoji), a number that no `Decimal` or int of Python's holds, and a byte order mark. One of
them in one item must not cost the page, so what a decoder refuses is repaired and read once more. JSON nested deeper
than the interpreter's recursion limit and bytes that are not UTF-8 stay unreadable.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

import msgspec

__all__ = ["UNREADABLE", "Masked", "NotJSON", "exact", "is_absurd", "read_json", "repaired"]

T = TypeVar("T")

exact: Final = msgspec.json.Decoder(float_hook=Decimal)
"""Reads plain data: whole numbers are ints, all others exact decimals."""

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation)
"""Everything that a decoder of `msgspec` whose ``float_hook`` is `Decimal` raises for bytes from outside."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# An open end counts as text as well: looking for another beginning inside it would take quadratic time.
# These are compiled when they are first needed, which mostly is never.
_TEXT_OR_NUMBER: Final = rb'(?s)"(?:[^"\\]++|\\.)*+"?|-?[0-9][0-9.eE+-]*+'
_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
# A whole pair first, so that only a half that stands alone is a group.
_SURROGATE: Final = (
    rb"(?s)\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
# Any other escape is passed over: a backslash that is escaped itself begins none.
_ANY_SURROGATE: Final = rb"(?s)\\(u[dD][89a-fA-F])|\\."
# What Python reads and writes of an int as text, unless it is told otherwise.
_MOST_DIGITS: Final = 4300
# One digit, and an exponent with one digit more than exponents have.
_SHORTEST_ABSURD: Final = len("1e1000000000000000000")


class NotJSON(ValueError):
    """Bytes that can't be read as JSON; the message says in a few words what they are."""


def read_json(body: bytes | msgspec.Raw, decoder: "msgspec.json.Decoder[T]") -> T:
    """What `decoder` reads of a body, which is repaired where need be. Raises `NotJSON`, and nothing else.

    The ``float_hook`` of `decoder` must be `Decimal`: without it a number beyond a float's range is unreadable.
    """
    try:
        return decoder.decode(body)
    except RecursionError:
        raise NotJSON("JSON that is nested too deeply") from None
    except UNREADABLE:
        pass
    try:
        return decoder.decode(repaired(bytes(body)))
    except UNREADABLE as error:
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


def repaired(body: bytes) -> bytes:
    """The same JSON without what `msgspec` refuses: U+FFFD for half of a surrogate pair, absurd numbers as text.

    A number is absurd if no `Decimal` holds it, or if it is whole and has more than 4,300 digits.
    """
    return re.sub(_TEXT_OR_NUMBER, _repaired_token, _unmarked(body))


def _unmarked(body: bytes) -> bytes:
    return b"   " + body[3:] if body.startswith(_BYTE_ORDER_MARK) else body


def _repaired_token(match: "re.Match[bytes]") -> bytes:
    token = match[0]
    if token[:1] == b'"':
        return re.sub(_SURROGATE, _replaced, token) if rb"\u" in token else token
    if len(token) < _SHORTEST_ABSURD:
        return token
    return b'"' + token + b'"' if is_absurd(token.decode()) else token


def _replaced(half: "re.Match[bytes]") -> bytes:
    return rb"\ufffd" if half[1] else half[0]


class Masked:
    """JSON in which escapes of surrogates are plain text, for what reads parts of it and must not change them.

    `restored` makes a part what it was, byte for byte.
    """

    def __init__(self, sent: bytes | msgspec.Raw) -> None:
        text = _unmarked(bytes(sent))
        # A character without a meaning, which does not occur.
        self._mark = next(mark for code in range(0x10FFFF, 0x10F000, -1) if (mark := chr(code).encode()) not in text)
        self.json = re.sub(_ANY_SURROGATE, lambda escape: self._mark + escape[1] if escape[1] else escape[0], text)

    def restored(self, part: bytes | msgspec.Raw) -> bytes:
        """A part of the JSON, as it was sent."""
        return bytes(part).replace(self._mark, b"\\")


def is_absurd(text: str) -> bool:
    """Whether text is a JSON number that neither an int of Python's nor a `Decimal` holds."""
    if re.fullmatch(_NUMBER, text) is None:
        return False
    if text.lstrip("-").isdigit():
        return len(text) > _MOST_DIGITS
    try:
        Decimal(text)
    except InvalidOperation:
        return True
    return False
