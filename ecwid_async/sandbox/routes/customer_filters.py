"""Customers by the handful: what they can be filtered by, the ids of those a filter finds, one change for all of them.

Only the vendor's own client shows these calls.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.customer_groups import group_names
from ecwid_async.sandbox.routes.customer_stats import folded
from ecwid_async.sandbox.routes.customers import CUSTOMERS, change_customer
from ecwid_async.sandbox.routes.shared import asked, bury, sorting
from ecwid_async.sandbox.state import Item, Key, Table, select

__all__: list[str] = []

_Found = TypeVar("_Found")

_MODES: Final = ("SELECTED", "ALL_FILTERED", "ALL")


def _found(visit: Visit) -> list[Key]:
    """The customers that the request's filters find, as a search lists them."""
    table = visit.store.table("customers")
    table.settle()
    return table.keys(select(table, asked(visit, CUSTOMERS), sorting(visit, CUSTOMERS), visit.store.switches))


def _kept(table: Table, name: str, make: Callable[[Iterable[Item]], _Found]) -> _Found:
    """What `make` finds in all items; found once, until the next change."""
    found: _Found | None = table.cache.get(name)
    if found is None:
        found = make(item for key in table if (item := table.get(key)) is not None)
        table.keep(name, found)
    return found


@route("GET /customers_ids")
def get_customers_ids(visit: Visit) -> Answer:
    """The ids of all that a filter finds, on one page."""
    return {"ids": _found(visit)}


@route("POST /customers_update")
def mass_update_customers(visit: Visit) -> Answer:
    """Change or delete those that are named, that the filter in the query finds, or all."""
    sent: Item = visit.document
    table = visit.store.table("customers")
    match sent.get("mode"):
        case "ALL":
            chosen = list(table)
        case "ALL_FILTERED":
            chosen = _found(visit)
        case "SELECTED" if sent.get("ids"):
            chosen = [number for number in dict.fromkeys(sent["ids"]) if number in table]
        case "SELECTED":
            raise Refusal.wrong("Field 'ids' is missing: SELECTED needs it")
        case _:
            raise Refusal.wrong(f"Field 'mode' must be one of {', '.join(_MODES)}")
    change = sent.get("customer") or {}
    if not sent.get("delete") and not change:
        raise Refusal.wrong("Say what to change in 'customer', or send 'delete'")
    for number in chosen:
        if sent.get("delete"):
            bury(visit, "customers", number)
        else:
            change_customer(visit, number, change)
    return {"updateCount": len(chosen)}


# What there is to filter by.


@route("GET /customers/filters")
def get_customers_filters(visit: Visit) -> Answer:
    """How many there are, and the groups, addresses and languages they have."""
    table = visit.store.table("customers")
    table.settle()
    orders = table.number("orders")
    counts = [orders[slot] for slot in table.order("").slots]
    used = {group for group, _ in table.values("group")}
    return {
        "total": len(counts),
        "repeatedCustomersCount": sum(count > 1 for count in counts),
        "oneTimeCustomersCount": sum(count == 1 for count in counts),
        "storeGroups": [{"id": g, "name": name} for g, name in group_names(visit.store).items() if g in used],
        "shippingAddresses": _kept(table, "addresses", _addresses),
        "languages": sorted(str(lang) for lang, _ in table.values("lang")),
    }


def _addresses(customers: Iterable[Item]) -> list[Item]:
    names = ("street", "city", "countryCode", "countryName")
    found: dict[tuple[str, ...], Item] = {}
    for customer in customers:
        for address in customer.get("shippingAddresses") or ():
            place = {name: address.get(name) or "" for name in names}
            found.setdefault(tuple(place.values()), place)
    return list(found.values())


@route("GET /customers/locations")
def get_customers_locations(visit: Visit) -> Answer:
    """The countries they live in whose name contains a text, by name."""
    wanted = folded(visit.params.get("name", ""))
    countries = _kept(visit.store.table("customers"), "countries", _countries)
    shown = sorted((name, code) for code, name in countries.items() if wanted in folded(name))
    return {"items": [{"country": name, "countryCode": code} for name, code in shown]}


def _countries(customers: Iterable[Item]) -> dict[str, str]:
    found: dict[str, str] = {}
    for customer in customers:
        for address in (customer.get("billingPerson") or {}, *(customer.get("shippingAddresses") or ())):
            if address.get("countryCode"):
                found.setdefault(address["countryCode"], address.get("countryName") or address["countryCode"])
    return found


@route("GET /customers/products")
def get_customers_products(visit: Visit) -> Answer:
    """The products they bought whose name contains a text, by name."""
    wanted = folded(visit.params.get("name", ""))
    orders, products = visit.store.table("orders"), visit.store.table("products")
    names: dict[Any, str] = {}
    for number, _ in orders.values("productId"):
        product = products.get(number) if isinstance(number, int) else None
        if product is not None and wanted in folded(product["name"]):
            names[number] = product["name"]
    shown = sorted(names.items(), key=lambda pair: (pair[1], pair[0]))
    return {"items": [{"productId": number, "productName": name} for number, name in shown]}
