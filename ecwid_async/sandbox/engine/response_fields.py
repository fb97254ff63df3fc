"""The fields that a request selects (``responseFields``)."""

import re
from typing import Any, Final

__all__ = ["Selection", "parse_selection", "project"]

Selection = dict[str, "Selection | None"]
"""The asked members and what is asked of each; None asks for all of it."""


_DEEPEST: Final = 32
_SIGNS: Final = frozenset({"(", ")", ",", ""})


def parse_selection(text: str) -> Selection | None:
    """Read ``total,items(id,options(name))``; None where nothing was named, which asks for everything.

    Raises `ValueError` where names, brackets and commas do not fit together.
    """
    tokens = [token.strip() for token in re.findall(r"[(),]|[^(),]+", text.strip())]
    if not tokens:
        return None
    # An empty token stands for the end.
    selection, end = _parse_fields([*tokens, ""], 0, 1)
    if end < len(tokens):
        raise ValueError("a bracket is closed that was not opened")
    return selection


def _parse_fields(tokens: list[str], at: int, depth: int) -> tuple[Selection, int]:
    if depth > _DEEPEST:
        raise ValueError(f"brackets go deeper than {_DEEPEST} levels")
    selection: Selection = {}
    while True:
        name, inner = tokens[at], None
        if name in _SIGNS:
            raise ValueError("a name is missing")
        at += 1
        if tokens[at] == "(":
            inner, at = _parse_fields(tokens, at + 1, depth + 1)
            if tokens[at] != ")":
                raise ValueError("a bracket is not closed")
            at += 1
        selection[name] = _united(selection[name], inner) if name in selection else inner
        if tokens[at] in {")", ""}:
            return selection, at
        if tokens[at] != ",":
            raise ValueError(f"a comma is missing before {tokens[at]!r}")
        at += 1


def _united(one: Selection | None, other: Selection | None) -> Selection | None:
    if one is None or other is None:
        return None
    both = {**one, **other}
    return both | {name: _united(one[name], other[name]) for name in one.keys() & other.keys()}


def project(value: Any, selection: Selection | None) -> Any:
    """Leave only the selected members, in every element where there is a list."""
    if not selection:
        return value
    if isinstance(value, list):
        return [project(element, selection) for element in value]
    if isinstance(value, dict):
        return {name: project(inner, selection[name]) for name, inner in value.items() if name in selection}
    return value
