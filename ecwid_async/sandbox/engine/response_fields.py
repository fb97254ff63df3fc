"""Selected response fields (``responseFields``): parsing and projection."""

import re
from typing import Any, Final

__all__ = ["Selection", "parse_selection", "project"]

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
