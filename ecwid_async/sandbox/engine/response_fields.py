"""Selected response fields (``responseFields``): parsing and projection."""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from ecwid_async.primitives.json_fields import select_fields
from ecwid_async.primitives.safe_json import DECODE_ERRORS
from ecwid_async.sandbox.state import Item, decode_json, encode_json

__all__ = ["Selection", "apply_view", "parse_selection", "project", "project_encoded"]

Selection = dict[str, "Selection | None"]
"""The selected fields, and the selection within each; None selects all of it."""

_MAX_DEPTH: Final = 32
_DELIMITERS: Final = frozenset({"(", ")", ",", ""})


def parse_selection(text: str) -> Selection | None:
    """Parse ``total,items(id,options(name))``. None if the text is empty, which selects everything.

    Raises `ValueError` for a syntax error.
    """
    tokens = [token.strip() for token in re.findall(r"[(),]|[^(),]+", text.strip())]
    if not tokens:
        return None
    # An empty token marks the end.
    selection, end = _parse_fields([*tokens, ""], 0, 1)
    if end < len(tokens):
        raise ValueError("a closing bracket has no opening bracket")
    return selection


def _parse_fields(tokens: list[str], at: int, depth: int) -> tuple[Selection, int]:
    if depth > _MAX_DEPTH:
        raise ValueError(f"brackets are nested deeper than {_MAX_DEPTH} levels")
    selection: Selection = {}
    while True:
        name, inner = tokens[at], None
        if name in _DELIMITERS:
            raise ValueError("a name is missing")
        at += 1
        if tokens[at] == "(":
            inner, at = _parse_fields(tokens, at + 1, depth + 1)
            if tokens[at] != ")":
                raise ValueError("a bracket is not closed")
            at += 1
        selection[name] = _union(selection[name], inner) if name in selection else inner
        if tokens[at] in {")", ""}:
            return selection, at
        if tokens[at] != ",":
            raise ValueError(f"a comma is missing before {tokens[at]!r}")
        at += 1


def _union(one: Selection | None, other: Selection | None) -> Selection | None:
    if one is None or other is None:
        return None
    both = {**one, **other}
    return both | {name: _union(one[name], other[name]) for name in one.keys() & other.keys()}


def project(value: Any, selection: Selection | None) -> Any:
    """The value with only the selected fields. In a list, this applies to each element."""
    if not selection:
        return value
    if isinstance(value, list):
        return [project(element, selection) for element in value]
    if isinstance(value, dict):
        return {name: project(inner, selection[name]) for name, inner in value.items() if name in selection}
    return value


def project_encoded(item: bytes, selection: Selection | None) -> bytes:
    """The item, as JSON, with only the selected fields. Their values stay byte for byte the same."""
    return select_fields(item, selection) if selection else item


def apply_view(item: bytes, view: Callable[[Item], Item]) -> bytes:
    """The item, as JSON, after `view`. Fields that it does not change stay byte for byte the same."""
    before = decode_json(item)
    after = view(dict(before))
    if after == before:
        return item
    try:
        encoded: Item = msgspec.json.decode(item, type=dict[str, msgspec.Raw])
    except DECODE_ERRORS:
        return encode_json(after)
    return msgspec.json.encode(
        {
            name: encoded[name] if name in before and before[name] == value else msgspec.Raw(encode_json(value))
            for name, value in after.items()
        }
    )
