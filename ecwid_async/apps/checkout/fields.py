"""Fields that all requests of the checkout have, read from untrusted JSON."""

import re
from collections.abc import Mapping
from typing import Final

from ecwid_async.codec import dumps

__all__ = ["read_language", "read_settings", "read_store_id"]

_MAX_ID_DIGITS: Final = 18
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


def read_store_id(data: Mapping[str, object]) -> int | None:
    """The id of the store, or None if it is missing or invalid."""
    value = data.get("storeId")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MAX_ID_DIGITS:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**_MAX_ID_DIGITS:
        return None
    return value


def read_language(data: Mapping[str, object]) -> str | None:
    """The language of the storefront, or None if it is missing or no language code."""
    value = data.get("lang")
    return value if isinstance(value, str) and _LANGUAGE.fullmatch(value) else None


def read_settings(data: Mapping[str, object]) -> dict[str, str]:
    """The app's storage. Values that are not text, which are undocumented, become JSON text."""
    value = data.get("merchantAppSettings")
    if not isinstance(value, dict):
        return {}
    return {key: each if isinstance(each, str) else _to_json(each) for key, each in value.items()}


def _to_json(value: object) -> str:
    try:
        return dumps(value).decode()
    except TypeError:  # nested too deeply
        return ""
