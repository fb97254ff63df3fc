"""The lists that can be scanned, and how the tests write an item of each.

A `Row` is an item of any list. `Kind.show` converts it to the items of one list.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from attrs import field, frozen

from ecwid_async.sandbox import Store
from ecwid_async.sandbox.state import SearchIndex, format_time

Item = dict[str, Any]


@frozen(kw_only=True)
class Row:
    """An item. `created` and `updated` are Unix seconds; `rank` is the position in lists with an order of their own."""

    number: int
    created: int
    updated: int
    rank: int = 0
    hidden: bool = False
    edits: int = 0


class Rows:
    """The rows of one list of a store, written as the server writes them. Searches find them after a lag."""

    def __init__(self, store: Store, kind: "Kind") -> None:
        self.store = store
        self.kind = kind
        self.table = store.table(kind.section)

    def load(self, rows: Iterable[Row]) -> None:
        """Fill the list before anything happens."""
        self.table.load(item for row in rows for item in self.kind.show(row))

    def put(self, row: Row) -> None:
        for item in self.kind.show(row):
            self.table.put(item)

    def remove(self, row: Row) -> None:
        for item in self.kind.show(row):
            self.table.remove(item[self.table.columns.key])

    def visible(self, matching: "Filter | None" = None) -> set[int]:
        """Return the numbers of the rows that a search finds now."""
        self.table.show_due_writes()
        slots: Iterable[int] = self.table.index.sorted_slots("").slots
        if matching is not None:
            inclusive = self.store.switches.inclusive_bounds
            slots = [slot for slot in slots if matching.matches(self.table.index, slot, inclusive)]
        return {self.kind.number(key) for key in self.table.index.keys(slots)}


class Groups(Rows):
    """Customer groups. Group 0 always exists."""

    def load(self, rows: Iterable[Row]) -> None:
        self.table.load([{"id": 0, "name": "General"}])
        super().load(rows)


class Brands(Rows):
    """A brand exists while a product has it. `rank` is the number of its products, less one."""

    def put(self, row: Row) -> None:
        wanted = self.kind.show(row)
        for item in wanted:
            self.table.put(item)
        for nth in range(len(wanted), _MAX_PRODUCTS):
            self.table.remove(row.number * _MAX_PRODUCTS + nth)

    def remove(self, row: Row) -> None:
        for nth in range(_MAX_PRODUCTS):
            self.table.remove(row.number * _MAX_PRODUCTS + nth)

    def visible(self, matching: "Filter | None" = None) -> set[int]:
        return {number // _MAX_PRODUCTS for number in super().visible()}


class Redirects(Rows):
    """Redirects are not a table, and searches find them at once. A new rank moves a redirect to the end."""

    def __init__(self, store: Store, kind: "Kind") -> None:
        self.kind = kind
        self.items: dict[str, Item] = store.records("redirects")
        self.ranks: dict[str, int] = {}

    def load(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.put(row)

    def put(self, row: Row) -> None:
        (item,) = self.kind.show(row)
        if self.ranks.get(item["id"], row.rank) != row.rank:
            del self.items[item["id"]]
        self.items[item["id"]] = item
        self.ranks[item["id"]] = row.rank

    def remove(self, row: Row) -> None:
        (item,) = self.kind.show(row)
        del self.items[item["id"]]

    def visible(self, matching: "Filter | None" = None) -> set[int]:
        return {self.kind.number(key) for key in self.items}


@frozen
class Filter:
    """A search for a part of a list.

    `given` are its arguments. `matches` takes an index, the slot of a row, and whether bounds are inclusive.
    """

    given: dict[str, Any]
    matches: Callable[[SearchIndex, int, bool], bool] = field(repr=False)


def between(column: Literal["created", "updated"], low: int | None, high: int | None) -> Filter:
    """Return a filter for rows created, or updated, between two times."""
    given = {f"{column}_from": low, f"{column}_to": high}

    def matches(index: SearchIndex, slot: int, inclusive: bool) -> bool:
        time = index.number_column(column)[slot]
        lowest, highest = low if low is not None else time - 1, high if high is not None else time + 1
        return lowest <= time <= highest if inclusive else lowest < time < highest

    return Filter({name: time for name, time in given.items() if time is not None}, matches)


@frozen(kw_only=True)
class Kind:
    """One list: `name` is the attribute of a store, `key` the field that identifies its items."""

    name: str
    show: Callable[[Row], list[Item]]
    number: Callable[[Any], int] = int
    key: str = "id"
    section: str = field(default="")
    rows: type[Rows] = Rows
    filter: Filter | None = None
    """A search by something other than times."""
    has_times: bool = True
    is_sortable: bool = False
    """Whether it has a `sortBy` value for the order of creation."""
    default_filter: tuple[str, str] | None = None
    """The filter that the plain list may apply by default, omitting rows. The documentation contradicts itself."""

    @property
    def extra_requests(self) -> int:
        """The number of requests for items that the list may omit, and for those that changed meanwhile."""
        return 2 if self.default_filter is not None else 0

    def __attrs_post_init__(self) -> None:
        if not self.section:
            object.__setattr__(self, "section", self.name)

    def __repr__(self) -> str:
        return self.name

    @property
    def passes(self) -> int:
        """How often the list is read at least: twice if its items have no times."""
        return 1 if self.has_times else 2

    @property
    def attribute(self) -> str:
        """The attribute of the model that holds the key."""
        return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in self.key)


_MAX_PRODUCTS: Final = 4


def _stamps(row: Row) -> Item:
    return {"createTimestamp": row.created, "updateTimestamp": row.updated}


def _product(row: Row) -> list[Item]:
    name = {"name": f"Product {row.edits}", "price": row.rank, "enabled": not row.hidden}
    return [{"id": row.number, **name, **_stamps(row)}]


def _order(row: Row) -> list[Item]:
    fields = {"id": f"ORDER{row.number}", "paymentStatus": "PAID", "total": row.rank, "orderComments": f"{row.edits}"}
    return [{"orderNumber": row.number, **fields, **_stamps(row)}]


def _cart(row: Row) -> list[Item]:
    return [{"cartId": f"CART-{row.number}", "hidden": row.hidden, "total": row.rank, **_stamps(row)}]


def _customer(row: Row) -> list[Item]:
    times = {"registered": format_time(row.created), "updated": format_time(row.updated)}
    business = "b2b" if row.hidden else "b2c"
    return [{"id": row.number, "email": f"{row.number}@example.com", "b2b_b2c": business, **times}]


def _coupon(row: Row) -> list[Item]:
    times = {"creationDate": format_time(row.created), "updateDate": format_time(row.updated)}
    return [{"id": row.number, "code": f"CODE{row.number}", "name": f"{row.edits}", "discount": row.rank, **times}]


def _review(row: Row) -> list[Item]:
    status = "moderated" if row.hidden else "published"
    return [{"id": row.number, "rating": 1 + row.rank % 5, "status": status, "review": f"{row.edits}", **_stamps(row)}]


def _subscription(row: Row) -> list[Item]:
    # Subscriptions always have milliseconds.
    milliseconds = row.number * 37 % 1000
    times = {
        "created": format_time(row.created),
        "createTimestamp": row.created * 1000 + milliseconds,
        "updateTimestamp": row.updated * 1000 + milliseconds,
    }
    return [{"subscriptionId": row.number, "status": "ACTIVE", "customerId": row.rank, **times}]


def _category(row: Row) -> list[Item]:
    return [{"id": row.number, "name": f"{row.edits}", "orderBy": row.rank * 10, "enabled": not row.hidden}]


def _brand(row: Row) -> list[Item]:
    attributes = [{"id": 1, "name": "Brand", "type": "BRAND", "value": f"Brand {row.number}"}]
    count = 1 + row.rank % _MAX_PRODUCTS
    return [
        {
            "id": row.number * _MAX_PRODUCTS + nth,
            "name": f"{row.edits}",
            "enabled": not row.hidden,
            "attributes": attributes,
        }
        for nth in range(count)
    ]


def _named(row: Row) -> list[Item]:
    return [{"id": row.number, "name": f"{row.edits}"}]


def _redirect(row: Row) -> list[Item]:
    return [{"id": f"redirect-{row.number}", "fromUrl": f"/{row.number}", "toUrl": f"/{row.edits}"}]


_LARGE: Final = Filter({"total_from": 3}, lambda index, slot, _: index.number_column("total")[slot] >= 3)


def _last(text: Any) -> int:
    """Return the number at the end of a text, or the number itself."""
    return int(str(text).replace("-", " ").split()[-1])


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            name="products",
            show=_product,
            is_sortable=True,
            filter=Filter({"enabled": True}, lambda index, slot, _: index.slot_has("enabled", True, slot)),
        ),
        Kind(name="orders", show=_order, key="orderNumber", filter=_LARGE),
        Kind(name="carts", show=_cart, key="cartId", number=_last, filter=_LARGE),
        Kind(name="customers", show=_customer, is_sortable=True, default_filter=("b2b_b2c", "b2c")),
        Kind(name="coupons", show=_coupon),
        Kind(
            name="reviews",
            show=_review,
            is_sortable=True,
            filter=Filter({"status": "published"}, lambda index, slot, _: index.slot_has("status", "published", slot)),
        ),
        Kind(name="subscriptions", show=_subscription, key="subscriptionId", is_sortable=True),
        Kind(name="categories", show=_category, has_times=False),
        Kind(name="brands", show=_brand, key="name", number=_last, section="products", rows=Brands, has_times=False),
        Kind(name="promotions", show=_named, has_times=False),
        Kind(name="customer_groups", show=_named, rows=Groups, has_times=False),
        Kind(name="redirects", show=_redirect, number=_last, rows=Redirects, has_times=False),
    )
}
"""Every list that has a `scan` method, by name."""
