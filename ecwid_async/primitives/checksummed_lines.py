"""Lines that start with a checksum, which detects damage when a file or a token is read later."""

from hashlib import sha256
from typing import Final

__all__ = ["add_checksum", "strip_checksum"]

_DIGITS: Final = 16


def add_checksum(line: bytes) -> bytes:
    """Return the line with its checksum in front and a newline at the end. Raises `ValueError` for a line break."""
    if b"\n" in line or b"\r" in line:
        raise ValueError("a line can't contain line breaks")
    return b"%s %s\n" % (_checksum(line), line)


def strip_checksum(line: bytes) -> bytes | None:
    """Return a line without its checksum and newline, or None if it has changed. The newline may be missing."""
    checksum, _, content = line.removesuffix(b"\n").partition(b" ")
    return content if checksum == _checksum(content) else None


def _checksum(line: bytes) -> bytes:
    return sha256(line).hexdigest()[:_DIGITS].encode()
