"""What ties orders to customers: the mail address. A customer's statistics are those of all orders with it.

Searches may lag behind writes, this never does.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ecwid_async.sandbox.state import Item, Store, as_number, cents, format_time, total_of

__all__ = [
    "customer_of",
    "folded",
    "number_of",
    "orders_of",
    "refresh",
    "stats",
]


def folded(text: Any) -> str:
    """A text as it is compared: case does not matter."""
    return str(text).strip().casefold()


def number_of(store: Store, text: str) -> int | None:
    """The number of the order with this number, text id or id of a payment; None where there is none."""
    table = store.table("orders")
    if (number := as_number(text)) is not None and number in table:
        return number
    found = (key for term in ("id", "referenceTransactionId") for key in table.find(term, text))
    return next((key for key in found if isinstance(key, int)), None)


def orders_of(store: Store, email: str) -> Iterator[Item]:
    """All orders with this mail address, oldest first."""
    table = store.table("orders")
    found = [order for key in table.find("email", folded(email)) if (order := table.get(key)) is not None]
    yield from sorted(found, key=lambda order: (order.get("createTimestamp") or 0, order["orderNumber"]))


def customer_of(store: Store, email: str) -> Item | None:
    """The customer with this mail address."""
    table = store.table("customers")
    keys = table.find("email", folded(email)) if email else []
    return table.get(keys[0]) if keys else None


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
