"""Filters: each turns the value of a query parameter into a condition on the items of a list."""

import math
from collections.abc import Callable, Hashable
from typing import Any

from ecwid_async.sandbox.engine import Filter, StoreRequest
from ecwid_async.sandbox.state import Condition, ContainsWords, InRange, KeyIn, OneOf

__all__ = ["at_least", "at_most", "by_key", "contains", "if_present", "one_of", "since", "until"]


def at_least(column: str) -> Filter:
    """The number is greater than or equal to the value."""
    return lambda request, value: InRange(column, low=value)


def at_most(column: str) -> Filter:
    """The number is less than or equal to the value."""
    return lambda request, value: InRange(column, high=value)


def since(column: str) -> Filter:
    """The time is at or after the value; strictly after it without `Switches.inclusive_bounds`."""
    return lambda request, value: InRange(
        column, low=value if request.store.switches.inclusive_bounds else math.nextafter(value, math.inf)
    )


def until(column: str) -> Filter:
    """The time is at or before the value; strictly before it without `Switches.inclusive_bounds`."""
    return lambda request, value: InRange(
        column, high=value if request.store.switches.inclusive_bounds else math.nextafter(value, -math.inf)
    )


def if_present(column: str, bound: Callable[[str], Filter]) -> Filter:
    """The filter `since` or `until` on a time that is missing in some items. A missing time never matches."""

    def condition(request: StoreRequest, value: int) -> Condition | None:
        window = bound(column)(request, value)
        if not isinstance(window, InRange):
            return window
        # A missing time is zero in the column.
        return InRange(column, low=max(window.low, 1), high=window.high)

    return condition


def one_of(term: str, convert: Callable[[Any], Hashable] = lambda value: value) -> Filter:
    """The term equals the value, or one of the values; `convert` turns the value of a parameter into a term."""
    return lambda request, value: OneOf(term, tuple(map(convert, value if isinstance(value, tuple) else (value,))))


def contains(column: str) -> Filter:
    """The text contains each word of the value. An empty value sets no condition."""
    return lambda request, value: ContainsWords(column, tuple(value.split())) if value.strip() else None


def by_key() -> Filter:
    """The item's key is the value, or one of the values."""
    return lambda request, value: KeyIn(frozenset(value if isinstance(value, tuple) else (value,)))
