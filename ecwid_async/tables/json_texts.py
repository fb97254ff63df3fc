"""Joining many JSON texts into one buffer, which is checked and split much faster than each text."""

from collections.abc import Iterable
from typing import Final

import msgspec

__all__ = ["SEPARATOR", "join_texts"]

SEPARATOR: Final = b"\x1e"
"""A control character, which JSON never contains unescaped."""


def join_texts(texts: Iterable[bytes | msgspec.Raw]) -> bytes:
    """Join JSON texts. Pass an empty text for a missing one."""
    return SEPARATOR.join(texts)
