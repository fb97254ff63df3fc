"""Changes of a store from which the events of each type follow, as its owner makes them in the control panel."""

import secrets
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.sandbox import Sandbox
from ecwid_async.sandbox.state import BY_CREATION, Item, Sort, Store, decode_json, select_rows

__all__ = ["CHANGES", "change_store"]

_NEWEST_FIRST: Final = Sort(BY_CREATION, descending=True)
_FULFILLMENT_STATUSES: Final = ("PROCESSING", "SHIPPED", "DELIVERED")

_Body = Callable[[Item], Item]


@frozen
class _Change:
    """A request. `path` has a place for the key of the newest item of the list `section`, and `body` is built from it.

    Without `section` there is no such item.
    """

    description: str
    method: str
    path: str
    section: str | None = None
    body: _Body | None = None


def _unique() -> str:
    return secrets.token_hex(3)


def _named(kind: str) -> _Body:
    return lambda item: {"name": f"{kind.capitalize()} {_unique()}"}


def _new_product(item: Item) -> Item:
    return {"name": f"Product {_unique()}", "price": 19.9, "quantity": 10, "enabled": True}


def _next_quantity(product: Item) -> Item:
    """One less, or ten if it is sold out or unlimited."""
    quantity = product.get("quantity")
    return {"quantity": quantity - 1 if isinstance(quantity, int) and quantity > 0 else 10}


def _new_order(product: Item) -> Item:
    price = product.get("price") or 0
    line = {"productId": product["id"], "name": product.get("name") or "", "price": price, "quantity": 1}
    return {
        "email": f"customer.{_unique()}@example.com",
        "paymentStatus": "PAID",
        "fulfillmentStatus": "AWAITING_PROCESSING",
        "subtotal": price,
        "total": price,
        "items": [line],
    }


def _next_status(order: Item) -> Item:
    statuses = _FULFILLMENT_STATUSES
    status = order.get("fulfillmentStatus")
    return {"fulfillmentStatus": statuses[(statuses.index(status) + 1) % len(statuses) if status in statuses else 0]}


def _new_coupon(item: Item) -> Item:
    code = _unique().upper()
    return {"name": f"Coupon {code}", "code": code, "discountType": "PERCENT", "discount": 5, "status": "ACTIVE"}


def _next_review_status(review: Item) -> Item:
    return {"status": "moderated" if str(review.get("status")).lower() == "published" else "published"}


def _of_list(family: str, kind: str, section: str, path: str, new: _Body) -> dict[str, _Change]:
    of_item = f"{path}/{{}}"
    return {
        f"{family}.created": _Change(f"Creates a {kind}", "POST", path, body=new),
        f"{family}.updated": _Change(f"Renames the newest {kind}", "PUT", of_item, section, _named(kind)),
        f"{family}.deleted": _Change(f"Deletes the newest {kind}", "DELETE", of_item, section),
    }


CHANGES: Final[Mapping[str, _Change]] = {
    "order.created": _Change("Creates an order of the newest product", "POST", "/orders", "products", _new_order),
    "order.updated": _Change(
        "Changes the fulfillment status of the newest order", "PUT", "/orders/{}", "orders", _next_status
    ),
    "order.deleted": _Change("Deletes the newest order", "DELETE", "/orders/{}", "orders"),
    "invoice.created": _Change(
        "Creates an invoice of the newest order", "POST", "/orders/{}/invoices/create-invoice", "orders"
    ),
    "unfinished_order.created": _Change(
        "Creates an order that is not paid",
        "POST",
        "/orders",
        "products",
        lambda product: {**_new_order(product), "paymentStatus": "INCOMPLETE"},
    ),
    "product.created": _Change("Creates a product", "POST", "/products", body=_new_product),
    "product.updated": _Change(
        "Changes the stock of the newest product", "PUT", "/products/{}", "products", _next_quantity
    ),
    "product.deleted": _Change("Deletes the newest product", "DELETE", "/products/{}", "products"),
    **_of_list("category", "category", "categories", "/categories", _named("category")),
    **_of_list("product_class", "product type", "product_types", "/classes", _named("product type")),
    **_of_list(
        "customer",
        "customer",
        "customers",
        "/customers",
        lambda item: {"email": f"customer.{_unique()}@example.com", "name": "New Customer"},
    ),
    **_of_list("customer_group", "customer group", "customer_groups", "/customer_groups", _named("customer group")),
    **_of_list("discount_coupon", "coupon", "coupons", "/discount_coupons", _new_coupon),
    **_of_list(
        "promotion",
        "promotion",
        "promotions",
        "/promotions",
        lambda item: {**_named("promotion")(item), "discountType": "PERCENT", "amount": 5},
    ),
    "review.updated": _Change(
        "Publishes the newest review, or ends this", "PUT", "/reviews/{}", "reviews", _next_review_status
    ),
    "review.deleted": _Change("Deletes the newest review", "DELETE", "/reviews/{}", "reviews"),
    "profile.updated": _Change(
        "Changes the phone number of the store",
        "PUT",
        "/profile",
        body=lambda item: {"company": {"phone": f"+1 555 {secrets.randbelow(10_000):04}"}},
    ),
}
"""What the page can do to a store, by the type of the event that follows."""


def change_store(sandbox: Sandbox, store: Store, event_type: str) -> Item:
    """Change a store so that this event follows. Returns the request that did it.

    It needs no token and is not limited, as requests of Ecwid itself. Raises `ErrorResponse` if the store has no item
    to change, or refuses the change.
    """
    change = CHANGES[event_type]
    item: Item = {}
    path = change.path
    if change.section is not None:
        table = store.table(change.section)
        slots = select_rows(table.index, (), _NEWEST_FIRST, store.switches).page(0, 1)
        raws = table.index.rows(slots)
        if not raws:
            raise ErrorResponse(409, "CONFLICT", f"Store {store.id} has no {_text(change.section)}: create one first")
        item = decode_json(raws[0])
        path = path.format(quote(str(item[table.columns.key]), safe=""))
    try:
        sandbox.request_as_ecwid(store, change.method, path, None if change.body is None else change.body(item))
    except LookupError as error:
        raise ErrorResponse(409, "CONFLICT", str(error)) from None
    return {"eventType": event_type, "storeId": store.id, "method": change.method, "path": path}


def _text(section: str) -> str:
    return section.replace("_", " ")
