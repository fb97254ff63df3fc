"""The syntax of ``responseFields``: names, each with an optional selection in parentheses: ``items(id,name)``."""

import re
from collections.abc import Iterable
from typing import Final

from ecwid_async.primitives.json_fields import Selection

__all__ = ["Selection", "add_fields", "format_selection", "parse_selection"]

_NAME_OR_PUNCTUATION: Final = r"[(),]|[^(),\s]+"
_MAX_DEPTH: Final = 50  # far more than any response of the API has
_PUNCTUATION: Final = frozenset("(),")


def parse_selection(text: str) -> Selection:
    """Parse a selection. Raises `ValueError` for invalid syntax, or for more than 50 levels."""
    tokens = re.findall(_NAME_OR_PUNCTUATION, text)
    selection, end = _parse_fields(tokens, 0)
    if end < len(tokens):
        raise ValueError(f"response_fields {text!r} closes a parenthesis that is not open")
    return selection


def _parse_fields(tokens: list[str], position: int, depth: int = 1) -> tuple[dict[str, Selection | None], int]:
    if depth > _MAX_DEPTH:
        raise ValueError(f"response_fields nests parentheses more than {_MAX_DEPTH} deep")
    fields: dict[str, Selection | None] = {}
    while True:
        if position >= len(tokens) or tokens[position] in _PUNCTUATION:
            raise ValueError(f"response_fields {''.join(tokens)!r} lacks a name: write it as total,items(id,name)")
        name, position = tokens[position], position + 1
        inner: Selection | None = None
        if tokens[position : position + 1] == ["("]:
            inner, position = _parse_fields(tokens, position + 1, depth + 1)
            if tokens[position : position + 1] != [")"]:
                raise ValueError(f"response_fields {''.join(tokens)!r} does not close a parenthesis")
            position += 1
        fields[name] = _merge(fields[name], inner) if name in fields else inner
        if tokens[position : position + 1] != [","]:
            return fields, position
        position += 1


def _merge(one: Selection | None, other: Selection | None) -> Selection | None:
    if one is None or other is None:
        return None
    return {
        name: _merge(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name))
        for name in (*one, *(name for name in other if name not in one))
    }


def format_selection(selection: Selection) -> str:
    """Format a selection for ``responseFields``."""
    return ",".join(
        name if inner is None else f"{name}({format_selection(inner)})" for name, inner in selection.items()
    )


def add_fields(selection: Selection, names: Iterable[str]) -> Selection:
    """Return the selection with these fields added in front, each as a whole, unless it has them already."""
    return {**{name: None for name in names if name not in selection}, **selection}
