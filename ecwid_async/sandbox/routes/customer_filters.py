"""Customers by the handful: what they can be filtered by, the ids of those a filter finds, one change for all of them.

Only the vendor's own client shows these calls.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.customer_groups import group_names
from ecwid_async.sandbox.routes.customer_stats import normalized
from ecwid_async.sandbox.routes.customers import CUSTOMERS, change_customer
from ecwid_async.sandbox.routes.shared import delete_item, requested_conditions, requested_sort
from ecwid_async.sandbox.state import Item, Key, Table, select

__all__: list[str] = []

_T = TypeVar("_T")

_UPDATE_MODES: Final = ("SELECTED", "ALL_FILTERED", "ALL")


def _matching_ids(request: StoreRequest) -> list[Key]:
    """The customers that the request's filters find, as a search lists them."""
    table = request.store.table("customers")
    table.settle()
    return table.keys(
        select(
            table, requested_conditions(request, CUSTOMERS), requested_sort(request, CUSTOMERS), request.store.switches
        )
    )


def _cached(table: Table, name: str, make: Callable[[Iterable[Item]], _T]) -> _T:
    """What `make` finds in all items; found once, until the next change."""
    found: _T | None = table.cache.get(name)
    if found is None:
        found = make(item for key in table if (item := table.get(key)) is not None)
        table.keep(name, found)
    return found


@route("GET /customers_ids")
def get_customers_ids(request: StoreRequest) -> Result:
    """The ids of all that a filter finds, on one page."""
    return {"ids": _matching_ids(request)}


@route("POST /customers_update")
def mass_update_customers(request: StoreRequest) -> Result:
    """Change or delete those that are named, that the filter in the query finds, or all."""
    sent: Item = request.json
    table = request.store.table("customers")
    match sent.get("mode"):
        case "ALL":
            chosen = list(table)
        case "ALL_FILTERED":
            chosen = _matching_ids(request)
        case "SELECTED" if sent.get("ids"):
            chosen = [number for number in dict.fromkeys(sent["ids"]) if number in table]
        case "SELECTED":
            raise Refusal.wrong("Field 'ids' is missing: SELECTED needs it")
        case _:
            raise Refusal.wrong(f"Field 'mode' must be one of {', '.join(_UPDATE_MODES)}")
    change = sent.get("customer") or {}
    if not sent.get("delete") and not change:
        raise Refusal.wrong("Say what to change in 'customer', or send 'delete'")
    for number in chosen:
        if sent.get("delete"):
            delete_item(request, "customers", number)
        else:
            change_customer(request, number, change)
    return {"updateCount": len(chosen)}


# What there is to filter by.


@route("GET /customers/filters")
def get_customers_filters(request: StoreRequest) -> Result:
    """How many there are, and the groups, addresses and languages they have."""
    table = request.store.table("customers")
    table.settle()
    orders = table.number("orders")
    counts = [orders[slot] for slot in table.order("").slots]
    used = {group for group, _ in table.values("group")}
    return {
        "total": len(counts),
        "repeatedCustomersCount": sum(count > 1 for count in counts),
        "oneTimeCustomersCount": sum(count == 1 for count in counts),
        "storeGroups": [{"id": g, "name": name} for g, name in group_names(request.store).items() if g in used],
        "shippingAddresses": _cached(table, "addresses", _shipping_addresses),
        "languages": sorted(str(lang) for lang, _ in table.values("lang")),
    }


def _shipping_addresses(customers: Iterable[Item]) -> list[Item]:
    names = ("street", "city", "countryCode", "countryName")
    found: dict[tuple[str, ...], Item] = {}
    for customer in customers:
        for address in customer.get("shippingAddresses") or ():
            place = {name: address.get(name) or "" for name in names}
            found.setdefault(tuple(place.values()), place)
    return list(found.values())


@route("GET /customers/locations")
def get_customers_locations(request: StoreRequest) -> Result:
    """The countries they live in whose name contains a text, by name."""
    wanted = normalized(request.params.get("name", ""))
    countries = _cached(request.store.table("customers"), "countries", _countries)
    shown = sorted((name, code) for code, name in countries.items() if wanted in normalized(name))
    return {"items": [{"country": name, "countryCode": code} for name, code in shown]}


def _countries(customers: Iterable[Item]) -> dict[str, str]:
    found: dict[str, str] = {}
    for customer in customers:
        for address in (customer.get("billingPerson") or {}, *(customer.get("shippingAddresses") or ())):
            if address.get("countryCode"):
                found.setdefault(address["countryCode"], address.get("countryName") or address["countryCode"])
    return found


@route("GET /customers/products")
def get_customers_products(request: StoreRequest) -> Result:
    """The products they bought whose name contains a text, by name."""
    wanted = normalized(request.params.get("name", ""))
    orders, products = request.store.table("orders"), request.store.table("products")
    names: dict[Any, str] = {}
    for number, _ in orders.values("productId"):
        product = products.get(number) if isinstance(number, int) else None
        if product is not None and wanted in normalized(product["name"]):
            names[number] = product["name"]
    shown = sorted(names.items(), key=lambda pair: (pair[1], pair[0]))
    return {"items": [{"productId": number, "productName": name} for number, name in shown]}
