"""Functions that read the value of a column or search term from an item."""

from collections.abc import Callable, Hashable, Iterable

from ecwid_async.sandbox.state import Item, parse_time

__all__ = ["date_column", "optional_term"]


def date_column(name: str) -> Callable[[Item], float]:
    """The date in a field, in Unix seconds; zero if it is missing."""
    return lambda item: parse_time(item[name]) if item.get(name) else 0


def optional_term(name: str) -> Callable[[Item], Iterable[Hashable]]:
    """The value of a field as a search term; none if it is missing, empty or zero."""
    return lambda item: filter(None, (item.get(name),))
