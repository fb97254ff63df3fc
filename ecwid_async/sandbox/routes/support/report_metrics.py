"""Metrics: the numbers that a report computes for a set of items."""

from collections.abc import Callable
from typing import Final

from ecwid_async.sandbox.routes.support.report_period import Period
from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import Item, Store, sum_amounts

__all__ = [
    "EXPENSES",
    "Metrics",
    "cart_metrics",
    "conversion_metrics",
    "count_metric",
    "expense_metrics",
    "product_metrics",
    "profit_metrics",
    "revenue_metrics",
    "sales_metrics",
    "stock_metrics",
    "visitor_metrics",
]

Metrics = dict[str, float]
"""Values by name. The first one is the leading metric: rows are sorted by it."""


def sales_metrics(period: Period, orders: list[Item]) -> Metrics:
    """Orders and revenue; cancelled orders have no revenue."""
    paid = [order.get("total") or 0 for order in orders if order.get("paymentStatus") != "CANCELLED"]
    revenue = sum_amounts(paid)
    return {
        "orders": len(orders),
        "revenue": revenue,
        "averageOrderValue": sum_amounts((revenue / len(paid),)) if paid else 0,
        "items": sum(line.get("quantity") or 1 for order in orders for line in order.get("items") or ()),
    }


def revenue_metrics(period: Period, orders: list[Item]) -> Metrics:
    """The metrics of `sales_metrics`, revenue first."""
    sales = sales_metrics(period, orders)
    return {"revenue": sales.pop("revenue"), **sales}


def visitor_metrics(period: Period, visits: list[Item]) -> Metrics:
    """Visitors and visits; a visitor is identified by email or IP address."""
    people = {normalized(visit.get("email") or "") or visit.get("ipAddress") for visit in visits}
    return {"visitors": len(people), "visits": len(visits)}


def conversion_metrics(period: Period, visits: list[Item]) -> Metrics:
    """Visits, orders, and orders as a percentage of visits."""
    orders = sum("orderNumber" in visit for visit in visits)
    rate = sum_amounts((orders * 100 / len(visits),)) if visits else 0
    return {"visits": len(visits), "orders": orders, "conversionRate": rate}


def cart_metrics(period: Period, carts: list[Item]) -> Metrics:
    """Abandoned and recovered carts, and their totals."""
    recovered = [cart for cart in carts if cart.get("recoveredOrderId")]
    return {
        "abandonedCarts": len(carts),
        "abandonedRevenue": sum_amounts(cart.get("total") or 0 for cart in carts),
        "recoveredCarts": len(recovered),
        "recoveredRevenue": sum_amounts(cart.get("total") or 0 for cart in recovered),
    }


def product_metrics(period: Period, lines: list[Item]) -> Metrics:
    """Orders, items, revenue and profit of ordered items."""
    amount = sum_amounts((line.get("price") or 0) * (line.get("quantity") or 1) for line in lines)
    cost = sum_amounts(_item_cost(period.store, line) * (line.get("quantity") or 1) for line in lines)
    return {
        "orders": len({line["order"].get("orderNumber") for line in lines}),
        "items": sum(line.get("quantity") or 1 for line in lines),
        "revenue": amount,
        "profit": sum_amounts((amount, -cost)),
    }


def _item_cost(store: Store, line: Item) -> float:
    """The cost price of an ordered item; zero if its product has none."""
    product = store.table("products").get(line.get("productId") or 0) or {}
    cost: float = product.get("costPrice") or 0
    return cost


EXPENSES: Final[dict[str, Callable[[Item], float]]] = {
    "tax": lambda order: order.get("tax") or 0,
    "shipping": lambda order: (order.get("shippingOption") or {}).get("shippingRate") or 0,
    "handlingFee": lambda order: (order.get("handlingFee") or {}).get("value") or 0,
    "discounts": lambda order: (order.get("discount") or 0) + (order.get("couponDiscount") or 0),
    "refunds": lambda order: order.get("refundedAmount") or 0,
}
"""The expenses of an order: functions by the name of the expense."""


def profit_metrics(period: Period, orders: list[Item]) -> Metrics:
    """Profit, revenue and expenses. Expenses are cost prices, taxes and refunds."""
    lines = [line for order in orders for line in order.get("items") or ()]
    costs = [_item_cost(period.store, line) * (line.get("quantity") or 1) for line in lines]
    costs += [EXPENSES[name](order) for order in orders for name in ("tax", "refunds")]
    revenue, expenses = sales_metrics(period, orders)["revenue"], sum_amounts(costs)
    return {"profit": sum_amounts((revenue, -expenses)), "revenue": revenue, "expenses": expenses}


def expense_metrics(period: Period, entries: list[Item]) -> Metrics:
    """The sum of expenses."""
    return {"expenses": sum_amounts(entry["amount"] for entry in entries)}


def count_metric(name: str) -> Callable[[Period, list[Item]], Metrics]:
    """The number of items, under this name."""
    return lambda period, items: {name: len(items)}


def stock_metrics(period: Period, products: list[Item]) -> Metrics:
    """Quantity and value of the stock, without products in unlimited stock."""
    limited = [product for product in products if not product.get("unlimited")]
    return {
        "quantity": sum(product.get("quantity") or 0 for product in limited),
        "stockValue": sum_amounts((product.get("quantity") or 0) * (product.get("price") or 0) for product in limited),
    }
