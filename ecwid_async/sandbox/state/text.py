"""Texts as requests bring them."""

from typing import Final
from urllib.parse import urlsplit

__all__ = ["as_number", "clean", "host_of"]


def host_of(url: object) -> str:
    """The host in an address; empty where there is none, or no address."""
    try:
        return urlsplit(url).hostname or "" if isinstance(url, str) else ""
    except ValueError:
        return ""


_DIGITS: Final = 18


def clean(text: str) -> str:
    """The text with a replacement character for each half of a surrogate pair, as UTF-8 has it."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_number(text: str) -> int | None:
    """The number that these digits say; None where there is anything else. All beyond 18 digits say the same one."""
    if not text.isascii() or not text.isdigit():
        return None
    return int(text) if len(text) <= _DIGITS else 10**_DIGITS
