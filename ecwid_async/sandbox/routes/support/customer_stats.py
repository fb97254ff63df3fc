"""Statistics of customers, computed from all orders with the customer's email address.

They include writes that searches do not see yet.
"""

from collections.abc import Iterable, Iterator

from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import Item, Store, format_time, sum_amounts, to_cents

__all__ = ["compute_stats", "customer_by_email", "refresh_stats"]


def _orders_by_email(store: Store, email: str) -> Iterator[Item]:
    """Yield all orders with this email address, oldest first."""
    table = store.table("orders")
    orders = [order for key in table.find("email", normalized(email)) if (order := table.get(key)) is not None]
    yield from sorted(orders, key=lambda order: (order.get("createTimestamp") or 0, order["orderNumber"]))


def customer_by_email(store: Store, email: str) -> Item | None:
    """The customer with this email address, or None."""
    table = store.table("customers")
    keys = table.find("email", normalized(email)) if email else []
    return table.get(keys[0]) if keys else None


def compute_stats(store: Store, email: str) -> Item:
    """The ``stats`` of a customer. Orders with any status count. Without orders, the dates are missing."""
    orders = list(_orders_by_email(store, email))
    if not orders:
        return {"numberOfOrders": 0, "salesValue": 0, "averageOrderValue": 0}
    spent_cents = sum(to_cents(order.get("total")) for order in orders)
    dates = {"firstOrderDate": orders[0].get("createDate"), "lastOrderDate": orders[-1].get("createDate")}
    return {
        "numberOfOrders": len(orders),
        "salesValue": sum_amounts((spent_cents / 100,)),
        "averageOrderValue": spent_cents / len(orders) / 100,
        **{name: date for name, date in dates.items() if date},
    }


def refresh_stats(store: Store, emails: Iterable[str], now: int) -> None:
    """Update the statistics of the customers with these email addresses; `now` is their update time in Unix seconds."""
    for email in {normalized(email) for email in emails if email}:
        customer = customer_by_email(store, email)
        if customer is None:
            continue
        fresh = compute_stats(store, email)
        if fresh != customer.get("stats"):
            customer |= {"stats": fresh, "totalOrderCount": fresh["numberOfOrders"], "updated": format_time(now)}
            store.table("customers").put(customer)
