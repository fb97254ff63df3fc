"""The declaration of a list: its searchable values, filters and sort orders."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.state import Columns, Condition, Item, Sort

__all__ = ["Filter", "Listing"]

Filter = Callable[[Any, Any], Condition | None]
"""Turns a request and the value of a parameter into a condition; None if the parameter does not filter."""


@frozen(kw_only=True)
class Listing:
    """One list of a store.

    `filters` are keyed by parameter name. A name that ends in an underscore matches all parameters with that prefix;
    its filter gets a pair of the rest of the name and the value. `sorts` are keyed by the name in ``sortBy`` without
    its direction: each is a column, or a function that returns the whole `Sort`. `always` is a filter for every search,
    for example to exclude hidden rows. `unsorted` marks lists without a documented order and without ``sortBy``: see
    `Switches`. `view` returns a function that adapts each item to the request (language, base URL of the storefront),
    or None.
    """

    section: str
    columns: Columns
    first_id: int
    filters: Mapping[str, Filter] = field(factory=dict)
    sorts: Mapping[str, str | Callable[[Any], Sort]] = field(factory=dict)
    default_sort: Sort = field(factory=Sort)
    unsorted: bool = False
    always: Filter | None = None
    view: Callable[[Any], Callable[[Item], Item] | None] = lambda request: None
