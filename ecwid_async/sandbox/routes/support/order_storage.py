"""Orders in a store: looked up, completed with the fields that the server adds, stored as orders or carts."""

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from typing import Final
from uuid import UUID

from ecwid_async.sandbox.computed_fields import order_id
from ecwid_async.sandbox.engine import StoreRequest
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.addresses import with_region_names, with_split_name
from ecwid_async.sandbox.routes.support.customer_stats import customer_by_email, refresh_stats
from ecwid_async.sandbox.routes.support.items import without_nulls
from ecwid_async.sandbox.routes.support.order_effects import create_customer_of, reduce_stock
from ecwid_async.sandbox.state import Item, Records, Store, format_time, parse_number, parse_time, sum_amounts

__all__ = [
    "complete_order",
    "find_order",
    "find_order_number",
    "give_order_number",
    "place_order",
    "save_changed_order",
    "save_order",
    "with_order_number",
]


def save_changed_order(request: StoreRequest, order: Item, before: Item) -> None:
    """Store a changed order, updated now."""
    save_order(request, order | {"updateDate": format_time(request.now), "updateTimestamp": request.now}, before)


def save_order(request: StoreRequest, order: Item, before: Item) -> Item:
    """Store an order, as a cart if it is INCOMPLETE, and update the statistics of its customer.

    `before` is the order before the change, empty for a new one. Raises `ErrorResponse` for a hidden finished order.
    """
    store = request.store
    if order.get("hidden") and order.get("paymentStatus") != "INCOMPLETE":
        raise ErrorResponse.wrong_parameter("hidden can only be set for unfinished orders (paymentStatus INCOMPLETE)")
    is_finished = order.get("paymentStatus") != "INCOMPLETE"
    was_finished = bool(before) and before.get("paymentStatus") != "INCOMPLETE"
    if store.switches.order_effects and is_finished and not was_finished:
        create_customer_of(request, order)
        reduce_stock(request, order.get("items") or ())
    customer = customer_by_email(store, order.get("email") or "")
    if customer is not None:
        order["customerId"] = customer["id"]
    for position, line in enumerate(order.get("items") or ()):
        line.setdefault("id", order["orderNumber"] * 3 % 2**31 + position)
    if order.get("paymentStatus") == "INCOMPLETE":
        _unfinished_orders(store)[order["orderNumber"]] = _save_cart(store, order)
        store.table("orders").remove(order["orderNumber"])
    else:
        if "cartId" in order:
            store.table("carts").remove(order["cartId"])
        order = {name: value for name, value in order.items() if name not in _CART_FIELDS}
        store.table("orders").put(order)
    refresh_stats(store, [order.get("email") or "", before.get("email") or ""], request.now)
    return order


_CART_FIELDS: Final = ("cartId", "recoveredOrderId", "recoveryEmailSentTimestamp")
_ORDER_FIELDS: Final = ("id", "internalId", "orderNumber", "vendorOrderNumber", "publicUid")


def _save_cart(store: Store, order: Item) -> Item:
    """Store an unfinished order as a cart. Returns its numbers and ids, which a cart does not show."""
    if "cartId" not in order:
        digest = blake2b(f"{store.id}/{order['orderNumber']}".encode(), digest_size=16).digest()
        order["cartId"] = str(UUID(bytes=digest, version=4)).upper()
    cart = {name: value for name, value in order.items() if name not in _ORDER_FIELDS}
    store.table("carts").put({"cartId": cart.pop("cartId"), **cart})
    return {name: order[name] for name in (*_ORDER_FIELDS, "cartId", "referenceTransactionId") if name in order}


def _unfinished_orders(store: Store) -> Records[int, Item]:
    """The numbers and ids of unfinished orders, which are stored as carts, by order number."""
    return store.records("drafts")


def _find_unfinished_order(store: Store, cart_id: str) -> Item:
    """The numbers and ids of the unfinished order stored as this cart; empty for a cart that a buyer abandoned."""
    return next((ids for ids in _unfinished_orders(store).values() if ids["cartId"] == cart_id), {})


def give_order_number(store: Store, cart_id: str) -> Item:
    """The numbers and ids of the unfinished order stored as this cart, which gets them now if it has none."""
    ids = _find_unfinished_order(store, cart_id)
    if not ids:
        ids = {**with_order_number(store, store.table("orders").new_id(), {}), "cartId": cart_id}
        _unfinished_orders(store)[ids["orderNumber"]] = ids
    return ids


def find_order(request: StoreRequest) -> Item:
    """The order identified by the path, finished or not. Raises `ErrorResponse` 404 if it does not exist."""
    store, text = request.store, request.path_params["orderId"]
    number = find_order_number(store, text)
    order = None if number is None else store.table("orders").get(number)
    if order is not None:
        return order
    for ids in _unfinished_orders(store).values():
        if text in (str(ids["orderNumber"]), ids.get("id"), ids.get("referenceTransactionId")):
            cart = store.table("carts").get(ids["cartId"])
            if cart is not None:
                return {**ids, **cart}
    raise ErrorResponse(404, "ORDER_NOT_FOUND", f"Order #{text} not found")


def with_order_number(store: Store, number: int, order: Item) -> Item:
    """A new order with its number and the ids derived from it."""
    units = store.profile.get("formatsAndUnits") or {}
    code = str(number) if store.switches.sequential_orders else order_id(number)
    return {
        "id": code,
        "internalId": number,
        "orderNumber": number,
        "vendorOrderNumber": f"{units.get('orderNumberPrefix', '')}{code}{units.get('orderNumberSuffix', '')}",
        "publicUid": code,
        **order,
    }


def place_order(request: StoreRequest, cart: Item) -> Item:
    """Turn a cart into an order that awaits payment, created now."""
    number = (
        _find_unfinished_order(request.store, cart["cartId"]).get("orderNumber")
        or request.store.table("orders").new_id()
    )
    order = with_order_number(request.store, number, cart) | {"paymentStatus": "AWAITING_PAYMENT", "hidden": False}
    return save_order(request, order | _timestamps(request.now), {})


def _timestamps(now: int, created: int | None = None) -> Item:
    created = now if created is None else created
    return {
        "createDate": format_time(created),
        "updateDate": format_time(now),
        "createTimestamp": created,
        "updateTimestamp": now,
    }


def _with_product_images(store: Store, lines: Iterable[Item]) -> Iterator[Item]:
    """Yield the ordered items with the images of their products."""

    @cache
    def image_fields(product_id: int) -> Item:
        product: Item = store.table("products").get(product_id) or {}
        return {name: product[name] for name in ("imageUrl", "smallThumbnailUrl", "hdThumbnailUrl") if name in product}

    for line in lines:
        yield image_fields(line.get("productId") or 0) | line


def complete_order(request: StoreRequest, document: Item) -> Item:
    """A new order with the fields that the server adds."""
    sent = without_nulls(document)
    created = sent.pop("createDate", None)
    lines = sent["items"] = list(_with_product_images(request.store, sent.get("items") or ()))
    subtotal = sum_amounts((line.get("price") or 0) * (line.get("quantity") or 1) for line in lines)
    default_total: float = sent.get("subtotal", subtotal)
    total: float = sent.get("total", default_total)
    rate = (request.store.profile.get("formatsAndUnits") or {}).get("currencyRate") or 1
    order: Item = {
        "refundedAmount": 0,
        "subtotal": subtotal,
        "total": total,
        "giftCardRedemption": 0,
        "totalBeforeGiftCardRedemption": total,
        "email": "",
        "tax": 0,
        "customerTaxExempt": False,
        "customerTaxId": "",
        "customerTaxIdValid": False,
        "reversedTaxApplied": False,
        "b2b_b2c": "b2c",
        "customerRequestedInvoice": False,
        "couponDiscount": 0,
        "paymentStatus": "AWAITING_PAYMENT",
        "fulfillmentStatus": "AWAITING_PROCESSING",
        "volumeDiscount": 0,
        "membershipBasedDiscount": 0,
        "totalAndMembershipBasedDiscount": 0,
        "customDiscount": [],
        "customSurcharges": [],
        "discount": 0,
        "usdTotal": sum_amounts((total * rate,)),
        "items": [],
        "refunds": [],
        "predictedPackage": [],
        "shippingLabelAvailableForShipment": False,
        "shipments": [],
        "additionalInfo": {},
        "paymentParams": {},
        "extraFields": {},
        "hidden": False,
        "taxesOnShipping": [],
        "disableAllCustomerNotifications": False,
        "externalFulfillment": False,
        "utmDataSets": [],
        "invoices": [],
        "pricesIncludeTax": False,
        **_timestamps(request.now, parse_time(created) if created else None),
        **sent,
    }
    if "billingPerson" in sent:
        order["billingPerson"] = with_split_name(with_region_names(sent["billingPerson"]))
    if "shippingPerson" in sent:
        order["shippingPerson"] = with_region_names(sent["shippingPerson"])
    return order


def find_order_number(store: Store, text: str) -> int | None:
    """The number of the order with this number, text id or payment id; None if there is no such order."""
    table = store.table("orders")
    if (number := parse_number(text)) is not None and number in table:
        return number
    found = (key for term in ("id", "referenceTransactionId") for key in table.find(term, text))
    return next((key for key in found if isinstance(key, int)), None)
