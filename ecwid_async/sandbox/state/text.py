"""Checks and conversions of text in requests."""

from typing import Final
from urllib.parse import urlsplit

__all__ = ["host_of", "parse_number", "replace_surrogates"]

_MAX_DIGITS: Final = 18


def host_of(url: object) -> str:
    """The host of a URL. Empty if the URL has none or is not valid."""
    try:
        return urlsplit(url).hostname or "" if isinstance(url, str) else ""
    except ValueError:
        return ""


def replace_surrogates(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot encode, replaced by U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_number(text: str) -> int | None:
    """The number with these ASCII digits, or None for other text. More than 18 digits always give ``10**18``."""
    if not text.isascii() or not text.isdigit():
        return None
    return int(text) if len(text) <= _MAX_DIGITS else 10**_MAX_DIGITS
