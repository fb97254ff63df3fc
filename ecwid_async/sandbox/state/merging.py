"""Partial updates: merging a change into a stored item."""

from collections.abc import Iterable
from typing import Any

from ecwid_async.sandbox.state.items import Item

__all__ = ["merge"]


def merge(stored: Item, change: Item, *, clearable: Iterable[str] = (), null_clears: bool = False) -> Item:
    """The item after a partial PUT. Fields missing from `change` stay.

    Objects are merged. Lists are replaced, but an element with the id of a stored element is merged into that one.
    Null keeps the value, except that it removes a `clearable` field, and with `null_clears` any field; there it empties
    lists and objects instead.
    """
    merged = dict(stored)
    for name, value in change.items():
        before = stored.get(name)
        if value is None:
            if null_clears and isinstance(before, list | dict):
                merged[name] = type(before)()
            elif null_clears or name in clearable:
                merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(before, dict):
            merged[name] = merge(before, value, null_clears=null_clears)
        elif isinstance(value, list) and isinstance(before, list):
            merged[name] = _merge_elements(before, value, null_clears=null_clears)
        else:
            merged[name] = _without_nulls(value)
    return merged


def _merge_elements(before: list[Any], after: list[Any], *, null_clears: bool) -> list[Any]:
    known = {element["id"]: element for element in before if isinstance(element, dict) and "id" in element}
    return [
        merge(known[element["id"]], element, null_clears=null_clears)
        if isinstance(element, dict) and element.get("id") in known
        else _without_nulls(element)
        for element in after
    ]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value
