"""What ``responseFields`` says: names, and in brackets what is wanted of each, as in ``total,items(id,name)``."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

__all__ = ["Selection", "add_fields", "format_selection", "parse_selection"]

Selection: TypeAlias = Mapping[str, "Selection | None"]
"""The wanted members, and of each what is wanted of it: None stands for all."""

_PIECE: Final = r"[(),]|[^(),\s]+"
# Far more than any answer of the API has.
_DEEPEST: Final = 50
_SIGNS: Final = frozenset("(),")


def parse_selection(text: str) -> Selection:
    """Read a selection. Raises `ValueError` where names, commas and brackets do not fit together, or go too deep."""
    tokens = re.findall(_PIECE, text)
    selection, end = _fields(tokens, 0)
    if end < len(tokens):
        raise ValueError(f"response_fields {text!r} closes a bracket that it did not open")
    return selection


def _fields(tokens: list[str], at: int, depth: int = 1) -> tuple[dict[str, Selection | None], int]:
    if depth > _DEEPEST:
        raise ValueError(f"response_fields opens more than {_DEEPEST} brackets inside one another")
    found: dict[str, Selection | None] = {}
    while True:
        if at >= len(tokens) or tokens[at] in _SIGNS:
            raise ValueError(f"response_fields {''.join(tokens)!r} lacks a name: write it as total,items(id,name)")
        name, at = tokens[at], at + 1
        inner: Selection | None = None
        if tokens[at : at + 1] == ["("]:
            inner, at = _fields(tokens, at + 1, depth + 1)
            if tokens[at : at + 1] != [")"]:
                raise ValueError(f"response_fields {''.join(tokens)!r} leaves a bracket open")
            at += 1
        found[name] = _union(found[name], inner) if name in found else inner
        if tokens[at : at + 1] != [","]:
            return found, at
        at += 1


def _union(one: Selection | None, other: Selection | None) -> Selection | None:
    if one is None or other is None:
        return None
    return {
        name: _union(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name))
        for name in (*one, *(name for name in other if name not in one))
    }


def format_selection(selection: Selection) -> str:
    """The selection as the API reads it."""
    return ",".join(
        name if inner is None else f"{name}({format_selection(inner)})" for name, inner in selection.items()
    )


def add_fields(selection: Selection, names: Iterable[str]) -> Selection:
    """The selection with all of these members, asked for in front."""
    return {**{name: None for name in names if name not in selection}, **selection}
