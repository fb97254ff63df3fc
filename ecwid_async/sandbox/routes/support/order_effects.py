"""What a new order changes besides the order: the stock of its products, and its customer. See `Switches`."""

from collections.abc import Iterable

from ecwid_async.sandbox.computed_fields import complete_product
from ecwid_async.sandbox.engine import StoreRequest
from ecwid_async.sandbox.routes.support.customer_stats import customer_by_email
from ecwid_async.sandbox.routes.support.customer_storage import new_customer
from ecwid_async.sandbox.routes.support.items import apply_change
from ecwid_async.sandbox.state import Item

__all__ = ["create_customer_of", "reduce_stock"]


def create_customer_of(request: StoreRequest, order: Item) -> None:
    """Create the customer of an order with an email address that no customer has."""
    email = (order.get("email") or "").strip()
    if "@" not in email or customer_by_email(request.store, email) is not None:
        return
    names = {name: order[name] for name in ("billingPerson", "acceptMarketing") if order.get(name) is not None}
    request.store.table("customers").put(new_customer(request, {**names, "email": email}))


def reduce_stock(request: StoreRequest, lines: Iterable[Item]) -> None:
    """Reduce the stock of ordered products and variations, unless it is unlimited. It may become negative."""
    table = request.store.table("products")
    for line in lines:
        product_id = line.get("productId")
        product = table.get(product_id) if isinstance(product_id, int) else None
        if product is None:
            continue
        change = _reduced(product, line.get("combinationId"), line.get("quantity") or 1)
        if change:
            table.put(complete_product(request.store, apply_change(request, product, {}) | change, change))


def _reduced(product: Item, variation_id: object, quantity: float) -> Item:
    """The fields that a sale changes in a product."""
    variations: list[Item] = product.get("combinations") or []
    sold = next((each for each in variations if variation_id is not None and each.get("id") == variation_id), None)
    if sold is not None and not (product.get("sku") and sold.get("sku") == product["sku"]):
        if sold.get("unlimited"):
            return {}
        reduced = {**sold, "quantity": sold.get("quantity", 0) - quantity}
        return {"combinations": [reduced if each is sold else each for each in variations]}
    return {} if product.get("unlimited") else {"quantity": product.get("quantity", 0) - quantity}
