"""A list of a store: how it is filtered and sorted."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from ecwid_async.sandbox.state import Columns, Condition, Item, Sort

__all__ = ["Filter", "Listing"]

Filter = Callable[[Any, Any], "Condition | None"]
"""Request and parameter value to a condition; None where the parameter asks for nothing."""


@frozen(kw_only=True)
class Listing:
    """One list of a store: what it holds, by what it is filtered and sorted.

    `filters` go by parameter name; a name that ends in an underscore stands for all that start so, and its
    filter gets a pair of the rest of the name and the value. `sorts` go by the name in ``sortBy``: a column,
    the direction being in the name's last word, or what makes the whole `Sort`. `always` is asked on every
    search, as for hidden rows. `unsorted` says that the documentation gives the list no order, and no ``sortBy``: see
    `Switches`. `view` gives what the request's parameters (a language, a storefront's address)
    change in items, None for nothing.
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
