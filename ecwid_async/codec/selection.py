"""The syntax of ``responseFields``: names, each with a selection in parentheses if wanted: ``total,items(id,name)``."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

__all__ = ["Selection", "add_fields", "format_selection", "parse_selection"]

Selection: TypeAlias = Mapping[str, "Selection | None"]
"""The selected fields, each with the selection inside it; None selects all of it."""

_SYNTAX: Final = r"[(),]|[^(),\s]+"
_MAX_DEPTH: Final = 50  # far more than any response of the API has
_PUNCTUATION: Final = frozenset("(),")


def parse_selection(text: str) -> Selection:
    """Parse a selection. Raises `ValueError` for invalid syntax, or for more than 50 levels."""
    tokens = re.findall(_SYNTAX, text)
    selection, end = _parse_fields(tokens, 0)
    if end < len(tokens):
        raise ValueError(f"response_fields {text!r} closes a parenthesis that is not open")
    return selection


def _parse_fields(tokens: list[str], at: int, depth: int = 1) -> tuple[dict[str, Selection | None], int]:
    if depth > _MAX_DEPTH:
        raise ValueError(f"response_fields nests parentheses more than {_MAX_DEPTH} deep")
    fields: dict[str, Selection | None] = {}
    while True:
        if at >= len(tokens) or tokens[at] in _PUNCTUATION:
            raise ValueError(f"response_fields {''.join(tokens)!r} lacks a name: write it as total,items(id,name)")
        name, at = tokens[at], at + 1
        inner: Selection | None = None
        if tokens[at : at + 1] == ["("]:
            inner, at = _parse_fields(tokens, at + 1, depth + 1)
            if tokens[at : at + 1] != [")"]:
                raise ValueError(f"response_fields {''.join(tokens)!r} does not close a parenthesis")
            at += 1
        fields[name] = _union(fields[name], inner) if name in fields else inner
        if tokens[at : at + 1] != [","]:
            return fields, at
        at += 1


def _union(one: Selection | None, other: Selection | None) -> Selection | None:
    if one is None or other is None:
        return None
    return {
        name: _union(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name))
        for name in (*one, *(name for name in other if name not in one))
    }


def format_selection(selection: Selection) -> str:
    """Format a selection for ``responseFields``."""
    return ",".join(
        name if inner is None else f"{name}({format_selection(inner)})" for name, inner in selection.items()
    )


def add_fields(selection: Selection, names: Iterable[str]) -> Selection:
    """Select these fields as well; new ones come first, with all they contain."""
    return {**{name: None for name in names if name not in selection}, **selection}
