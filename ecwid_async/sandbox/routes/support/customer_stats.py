"""What ties orders to customers: the mail address. A customer's statistics are those of all orders with it.

Searches may lag behind writes, this never does.
"""

from collections.abc import Iterable, Iterator

from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import Item, Store, format_time, sum_amounts, to_cents

__all__ = ["compute_stats", "customer_by_email", "refresh_stats"]


def orders_by_email(store: Store, email: str) -> Iterator[Item]:
    """All orders with this mail address, oldest first."""
    table = store.table("orders")
    found = [order for key in table.find("email", normalized(email)) if (order := table.get(key)) is not None]
    yield from sorted(found, key=lambda order: (order.get("createTimestamp") or 0, order["orderNumber"]))


def customer_by_email(store: Store, email: str) -> Item | None:
    """The customer with this mail address."""
    table = store.table("customers")
    keys = table.find("email", normalized(email)) if email else []
    return table.get(keys[0]) if keys else None


def compute_stats(store: Store, email: str) -> Item:
    """A customer's ``compute_stats``: orders of every status count; without orders there are no dates."""
    orders = list(orders_by_email(store, email))
    if not orders:
        return {"numberOfOrders": 0, "salesValue": 0, "averageOrderValue": 0}
    spent = sum(to_cents(order.get("total")) for order in orders)
    dates = {"firstOrderDate": orders[0].get("createDate"), "lastOrderDate": orders[-1].get("createDate")}
    return {
        "numberOfOrders": len(orders),
        "salesValue": sum_amounts((spent / 100,)),
        "averageOrderValue": spent / len(orders) / 100,
        **{name: date for name, date in dates.items() if date},
    }


def refresh_stats(store: Store, emails: Iterable[str], now: int) -> None:
    """Bring the statistics of the customers with these addresses up to date."""
    for email in {normalized(email) for email in emails if email}:
        customer = customer_by_email(store, email)
        if customer is None:
            continue
        fresh = compute_stats(store, email)
        if fresh != customer.get("stats"):
            customer |= {"stats": fresh, "totalOrderCount": fresh["numberOfOrders"], "updated": format_time(now)}
            store.table("customers").put(customer)
