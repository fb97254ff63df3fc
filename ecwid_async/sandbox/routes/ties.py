"""What ties orders to customers: the mail address. A customer's statistics are those of all orders with it.

Searches may lag behind writes, this never does: what was written through requests is noted here as well.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ecwid_async.sandbox.bodies import as_number, format_time
from ecwid_async.sandbox.routes.amounts import cents, total_of
from ecwid_async.sandbox.store import Store
from ecwid_async.sandbox.table import Item, decode
from ecwid_async.sandbox.transaction import Records

__all__ = [
    "customer_of",
    "folded",
    "note_customer",
    "note_order",
    "number_of",
    "orders_of",
    "refresh",
    "stats",
]


def folded(text: Any) -> str:
    """A text as it is compared: case does not matter."""
    return str(text).strip().casefold()


def _numbers(store: Store) -> Records[str, int]:
    """The numbers of orders by their text ids."""
    return store.records("order_numbers")


def _orders(store: Store) -> Records[str, frozenset[int]]:
    """The numbers of orders by mail address."""
    return store.records("orders_of")


def _customers(store: Store) -> Records[str, int]:
    """The ids of customers by mail address."""
    return store.records("customers_of")


def note_order(store: Store, order: Item) -> None:
    """Remember an order that was written through a request."""
    if "id" in order:
        _numbers(store)[order["id"]] = order["orderNumber"]
    if order.get("email"):
        email = folded(order["email"])
        _orders(store)[email] = _orders(store).get(email, frozenset()) | {order["orderNumber"]}


def note_customer(store: Store, customer: Item) -> None:
    """Remember a customer who was written through a request."""
    _customers(store)[folded(customer.get("email") or "")] = customer["id"]


def number_of(store: Store, text: str) -> int | None:
    """The number of the order with this number or text id; None where there is none."""
    table = store.table("orders")
    if (number := as_number(text)) is not None and number in table:
        return number
    number = _numbers(store).get(text)
    if number is None:
        found = table.posting("id", text)
        number = decode(table.rows(found[:1])[0])["orderNumber"] if found else None
    return number if number is not None and number in table else None


def orders_of(store: Store, email: str) -> Iterator[Item]:
    """All orders with this mail address, oldest first."""
    table = store.table("orders")
    numbers = {decode(row)["orderNumber"] for row in table.rows(table.posting("email", folded(email)))}
    numbers |= _orders(store).get(folded(email), frozenset())
    orders = (table.get(number) for number in numbers)
    found = [order for order in orders if order and folded(order.get("email") or "") == folded(email)]
    yield from sorted(found, key=lambda order: order.get("createTimestamp") or 0)


def customer_of(store: Store, email: str) -> Item | None:
    """The customer with this mail address."""
    if not email:
        return None
    table = store.table("customers")
    found = table.posting("email", folded(email))
    keys = [_customers(store).get(folded(email)), *(decode(row)["id"] for row in table.rows(found))]
    for key in keys:
        customer = None if key is None else table.get(key)
        if customer is not None and folded(customer.get("email") or "") == folded(email):
            return customer
    return None


def stats(store: Store, email: str) -> Item:
    """A customer's ``stats``: orders of every status count; without orders there are no dates."""
    orders = list(orders_of(store, email))
    if not orders:
        return {"numberOfOrders": 0, "salesValue": 0, "averageOrderValue": 0}
    spent = sum(cents(order.get("total")) for order in orders)
    dates = {"firstOrderDate": orders[0].get("createDate"), "lastOrderDate": orders[-1].get("createDate")}
    return {
        "numberOfOrders": len(orders),
        "salesValue": total_of((spent / 100,)),
        "averageOrderValue": spent / len(orders) / 100,
        **{name: date for name, date in dates.items() if date},
    }


def refresh(store: Store, emails: Iterable[str], now: int) -> None:
    """Bring the statistics of the customers with these addresses up to date."""
    for email in {folded(email) for email in emails if email}:
        customer = customer_of(store, email)
        if customer is None:
            continue
        fresh = stats(store, email)
        if fresh != customer.get("stats"):
            customer |= {"stats": fresh, "totalOrderCount": fresh["numberOfOrders"], "updated": format_time(now)}
            store.table("customers").put(customer)
