"""Selecting fields of JSON without changing their values."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from ecwid_async.primitives.safe_json import DECODE_ERRORS, MaskedJSON

__all__ = ["Selection", "select_fields"]

Selection: TypeAlias = Mapping[str, "Selection | None"]
"""The selected fields, each with the selection inside it. None selects the whole field."""


def select_fields(item: bytes | msgspec.Raw, selection: Selection) -> bytes:
    """Return the selected fields of an item, or of each element of a list. Values stay byte for byte the same."""
    try:
        return _select(item, selection)
    except DECODE_ERRORS:
        masked = MaskedJSON(item)
        return masked.restore(_select(masked.json, selection))


def _select(item: bytes | msgspec.Raw, selection: Selection) -> bytes:
    start = bytes(memoryview(item)[:1])
    if start == b"[":
        elements = msgspec.json.decode(item, type=list[msgspec.Raw])
        return b"[" + b",".join(_select(element, selection) for element in elements) + b"]"
    if start != b"{":
        return bytes(item)
    members = msgspec.json.decode(item, type=dict[str, msgspec.Raw])
    chosen = {name: (value, selection[name]) for name, value in members.items() if name in selection}
    return msgspec.json.encode(
        {
            name: value if inner is None else msgspec.Raw(_select(value, inner))
            for name, (value, inner) in chosen.items()
        }
    )
