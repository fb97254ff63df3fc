"""Filters: each turns the value of a query parameter into a condition on the items of a list."""

import math
from collections.abc import Callable, Hashable
from typing import Any

from ecwid_async.sandbox.engine import Filter
from ecwid_async.sandbox.state import ContainsWords, InRange, KeyIn, OneOf

__all__ = ["at_least", "at_most", "by_key", "contains", "one_of", "since", "until"]


def at_least(column: str) -> Filter:
    """The number is this or more."""
    return lambda request, value: InRange(column, low=value)


def at_most(column: str) -> Filter:
    """The number is this or less."""
    return lambda request, value: InRange(column, high=value)


def since(column: str) -> Filter:
    """The time is this or later (or strictly later: see `Switches.inclusive_bounds`)."""
    return lambda request, value: InRange(
        column, low=value if request.store.switches.inclusive_bounds else math.nextafter(value, math.inf)
    )


def until(column: str) -> Filter:
    """The time is this or earlier (or strictly earlier)."""
    return lambda request, value: InRange(
        column, high=value if request.store.switches.inclusive_bounds else math.nextafter(value, -math.inf)
    )


def one_of(term: str, make: Callable[[Any], Hashable] = lambda value: value) -> Filter:
    """A term has this value, or one of these; `make` turns a parameter's value into the term's."""
    return lambda request, value: OneOf(term, tuple(map(make, value if isinstance(value, tuple) else (value,))))


def contains(column: str) -> Filter:
    """The text contains each word of this; an empty parameter asks for nothing."""
    return lambda request, value: ContainsWords(column, tuple(value.split())) if value.strip() else None


def by_key() -> Filter:
    """The item is one of these."""
    return lambda request, value: KeyIn(frozenset(value if isinstance(value, tuple) else (value,)))
