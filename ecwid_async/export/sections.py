"""What an export reads: each section's list with the parameters that make it show everything."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, Final

from attrs import frozen

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.errors import ConfigError
from ecwid_async.pages import Pages

__all__ = ["SECTIONS", "Rest", "Search", "Section", "sections_named"]

Search = Callable[[Store], Pages[Any]]
"""A list of a store."""


@frozen
class Rest:
    """Items that a list may leave out unless they are asked for: those whose `field` is `value`."""

    field: str
    value: str
    search: Search


@frozen(kw_only=True)
class Section:
    """One part of a store. Without a `search` it is a single document, as the profile is.

    `key` is the field that tells its items apart. `get` takes the id as text and raises `ConfigError` where it can't
    be one. `rest` is read as well where `search` shows no such item.
    """

    name: str
    get: Callable[[Store, str], Call[Any]]
    search: Search | None = None
    key: str = "id"
    rest: Rest | None = None

    @property
    def file_name(self) -> str:
        """Where its items are written."""
        return f"{self.name}.jsonl"


def _number(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise ConfigError(f"{text!r} is not an id of this section: pass a whole number, such as 439710255")


# Lists leave rows out unless told otherwise, and rows that move while they are read get lost: so each is asked for its
# hidden rows, and sorted by what never changes where the API can do that.
SECTIONS: Final = {
    section.name: section
    for section in (
        Section(name="profile", get=lambda store, _id: store.profile.get()),
        Section(
            name="orders",
            get=lambda store, id_: store.orders.get(id_),
            search=lambda store: store.orders.search(),
        ),
        Section(
            name="carts",
            key="cartId",
            get=lambda store, id_: store.carts.get(id_),
            search=lambda store: store.carts.search(show_hidden=True),
        ),
        Section(
            name="products",
            get=lambda store, id_: store.products.get(_number(id_)),
            search=lambda store: store.products.search(sort_by="ADDED_TIME_ASC"),
        ),
        Section(
            name="categories",
            get=lambda store, id_: store.categories.get(_number(id_)),
            search=lambda store: store.categories.search(hidden_categories=True),
        ),
        Section(
            name="customers",
            get=lambda store, id_: store.customers.get(_number(id_)),
            search=lambda store: store.customers.search(sort_by="REGISTERED_DATE_ASC"),
            # The documentation calls b2c the default of this filter: the plain list may hold no businesses.
            rest=Rest(
                "b2b_b2c",
                "b2b",
                lambda store: store.customers.search(b2b_b2c="b2b", sort_by="REGISTERED_DATE_ASC"),
            ),
        ),
    )
}


def sections_named(names: Iterable[str]) -> list[Section]:
    """The sections of these names, each once, or all of them for no names.

    Raises `ConfigError` for a name that is none, naming the nearest.
    """
    wanted = dict.fromkeys(names) or SECTIONS
    for name in wanted:
        if name not in SECTIONS:
            near = get_close_matches(name.lower(), SECTIONS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(SECTIONS)}."
            raise ConfigError(f"there is no section {name!r}. {hint}")
    return [SECTIONS[name] for name in wanted]
