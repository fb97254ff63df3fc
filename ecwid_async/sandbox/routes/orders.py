"""Orders: ``/orders`` and what lies below it.

An order with the payment status INCOMPLETE is an abandoned cart: it stands in the list of carts, and no search for
orders finds it. By its number or text id it can be read and changed all the same, and another status makes it an order.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cache
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from attrs import evolve

from ecwid_async.sandbox.computed_fields import FIRST_ORDER, order_code
from ecwid_async.sandbox.engine import Answer, Filter, Listing, Visit, listing, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.addresses import completed, in_parts
from ecwid_async.sandbox.routes.customer_stats import customer_of, folded, number_of, refresh
from ecwid_async.sandbox.routes.shared import (
    at_least,
    at_most,
    bury,
    contains,
    deleted,
    keys,
    one_of,
    read_one,
    search,
    since,
    until,
    updated,
)
from ecwid_async.sandbox.state import (
    Columns,
    Condition,
    Item,
    Keys,
    OneOf,
    Records,
    Sort,
    Store,
    Window,
    decode,
    format_time,
    parse_time,
    select,
    total_of,
    uploads_of,
)

__all__ = [
    "COLUMNS",
    "NEWEST_FIRST",
    "ORDERS",
    "found_order",
    "keep",
    "keep_changed",
    "placed",
]

_KIND: Final = "Order"
_MISSING: Final = "ORDER_NOT_FOUND"

# What orders and carts are searched by.


def _text(name: str) -> Callable[[Item], Iterator[Hashable]]:
    def values(item: Item) -> Iterator[Hashable]:
        if item.get(name):
            yield folded(item[name])

    return values


def _inside(outer: str, name: str) -> Callable[[Item], Iterator[Hashable]]:
    return lambda item: _text(name)(item.get(outer) or {})


def _of_items(name: str) -> Callable[[Item], Iterator[Hashable]]:
    return lambda item: (line[name] for line in item.get("items") or () if line.get(name) is not None)


_MORE_WORDS: Final = ("privateAdminNotes", "trackingNumber", "externalTransactionId", "referenceTransactionId")


def _words(item: Item) -> str:
    people = (item.get("billingPerson") or {}, item.get("shippingPerson") or {})
    texts = [item.get(name) for name in ("id", "orderNumber", "vendorOrderNumber", "email", "orderComments", "cartId")]
    texts += [item.get(name) for name in _MORE_WORDS]
    texts += [person.get(name) for person in people for name in ("name", "companyName", "street", "city", "phone")]
    texts += [line.get(name) for line in item.get("items") or () for name in ("name", "sku")]
    return "\n".join(str(text) for text in texts if text)


def _people(item: Item) -> str:
    people = (item.get("billingPerson") or {}, item.get("shippingPerson") or {})
    return "\n".join(text for text in (item.get("email"), *(person.get("name") for person in people)) if text)


def _pickup(item: Item) -> float:
    return parse_time(item["pickupTime"]) if item.get("pickupTime") else 0


COLUMNS: Final = Columns(
    key="orderNumber",
    numbers={"total": lambda item: item.get("total") or 0, "pickup": _pickup},
    texts={
        "keywords": _words,
        "customer": _people,
        "vendorOrderNumber": lambda item: item.get("vendorOrderNumber") or "",
        "paymentReference": lambda item: item.get("paymentReference") or "",
    },
    lazy=frozenset({"customer", "vendorOrderNumber", "paymentReference"}),
    terms={
        "id": lambda item: filter(None, (item.get("id"),)),
        "referenceTransactionId": lambda item: filter(None, (item.get("referenceTransactionId"),)),
        "email": _text("email"),
        "customerId": lambda item: filter(None, (item.get("customerId"),)),
        "productId": _of_items("productId"),
        "subscriptionId": _of_items("subscriptionId"),
        "shippingMethod": _inside("shippingOption", "shippingMethodName"),
        "paymentMethod": _text("paymentMethod"),
        "paymentModule": _text("paymentModule"),
        "paymentStatus": lambda item: (item.get("paymentStatus"),),
        "fulfillmentStatus": lambda item: (item.get("fulfillmentStatus"),),
        "acceptMarketing": lambda item: (bool(item.get("acceptMarketing")),),
        "preorder": lambda item: (any(line.get("isPreorder") for line in item.get("items") or ()),),
        "couponCode": _inside("discountCoupon", "code"),
        "refererId": _text("refererId"),
    },
)

NEWEST_FIRST: Final = Sort("created", descending=True)


def _by_id(visit: Visit, value: tuple[str, ...]) -> Condition:
    numbers = (number_of(visit.store, text) for text in value)
    return Keys(frozenset(number for number in numbers if number is not None))


def _of_customer(name: str, make: Callable[[Any], Hashable]) -> Filter:
    """Orders by a customer's id or by mail address; by either of both where the request says so."""

    def condition(visit: Visit, value: Any) -> Condition:
        number, email = visit.params.get("customerId"), visit.params.get("email")
        if not visit.flag("customerIdOrEmail") or number is None or email is None:
            return OneOf(name, (make(value),))
        table = visit.store.table("orders")
        slots = {*table.posting("customerId", number), *table.posting("email", folded(email))}
        return Keys(frozenset(table.keys(slots)))

    return condition


def _picked_up_until(visit: Visit, value: int) -> Condition:
    # Orders that nobody picks up have no time: zero in the column.
    window = until("pickup")(visit, value)
    return evolve(window, low=1) if isinstance(window, Window) else Window("pickup", low=1)


ORDERS: Final = listing(
    Listing(
        section="orders",
        columns=COLUMNS,
        first_id=FIRST_ORDER,
        filters={
            "ids": _by_id,
            "keywords": contains("keywords"),
            "orderNumber": keys(),
            "vendorOrderNumber": contains("vendorOrderNumber"),
            "customer": contains("customer"),
            "email": _of_customer("email", folded),
            "customerId": _of_customer("customerId", int),
            "paymentReference": contains("paymentReference"),
            "productId": one_of("productId"),
            "totalFrom": at_least("total"),
            "totalTo": at_most("total"),
            "createdFrom": since("created"),
            "createdTo": until("created"),
            "updatedFrom": since("updated"),
            "updatedTo": until("updated"),
            "pickupTimeFrom": since("pickup"),
            "pickupTimeTo": _picked_up_until,
            "shippingMethod": one_of("shippingMethod", folded),
            "fulfillmentStatus": one_of("fulfillmentStatus"),
            "paymentMethod": one_of("paymentMethod", folded),
            "paymentModule": one_of("paymentModule", folded),
            "paymentStatus": one_of("paymentStatus"),
            "acceptMarketing": one_of("acceptMarketing"),
            "containsPreorderItems": one_of("preorder"),
            "couponCode": one_of("couponCode", folded),
            "subscriptionId": one_of("subscriptionId"),
            "refererId": one_of("refererId", folded),
        },
        default_sort=NEWEST_FIRST,
        unsorted=True,
    )
)


@route("GET /orders")
def search_orders(visit: Visit) -> Answer:
    """List and search. With ``ids`` the other filters are ignored."""
    if "ids" in visit.params:
        kept = ("ids", "offset", "limit", "responseFields")
        visit = evolve(visit, params={name: visit.params[name] for name in kept if name in visit.params})
    return search(visit, ORDERS)


@route("GET /orders/last")
def get_last_order(visit: Visit) -> Answer:
    """Read the newest one, of one customer where asked; ``withAddress`` leaves out orders that are not sent."""
    table = visit.store.table("orders")
    table.settle()
    asked = visit.params.get("customerEmail")
    conditions = [OneOf("email", (folded(asked),))] if asked else []
    slots = select(table, conditions, NEWEST_FIRST, visit.store.switches)
    found = (row for slot in slots for row in table.rows((slot,)))
    newest = next((row for row in found if not visit.flag("withAddress") or decode(row).get("shippingPerson")), None)
    if newest is None:
        raise Refusal(404, _MISSING, "Order is not found")
    return read_one(visit, ORDERS, decode(newest)["orderNumber"], _KIND, _MISSING)


@route("GET /orders/{orderId}")
def get_order(visit: Visit) -> Answer:
    """Read one, by number, text id or the id of a payment."""
    number = number_of(visit.store, visit.ids["orderId"])
    if number is None:
        return found_order(visit)
    return read_one(visit, ORDERS, number, _KIND, _MISSING)


@route("POST /orders")
def create_order(visit: Visit) -> Answer:
    """Create one; nothing is needed for that."""
    number = visit.store.table("orders").new_id()
    order = keep(visit, _numbered(visit.store, number, _served(visit, visit.document)), {})
    return {"id": number, "orderid": order["id"], "orderId": order["id"]}


@route("PUT /orders/{orderId}")
def update_order(visit: Visit) -> Answer:
    """Change one, by number, text id or the id of a payment."""
    stored = found_order(visit)
    change = dict(visit.document)
    if change.get("createDate"):
        change["createTimestamp"] = parse_time(change["createDate"])
    for name, tidy in (("billingPerson", completed), ("shippingPerson", completed)):
        if isinstance(change.get(name), dict):
            change[name] = tidy(change[name])
    keep_changed(visit, updated(visit, stored, change, stamp=False), stored)
    return {"updateCount": 1}


@route("DELETE /orders/{orderId}")
def delete_order(visit: Visit) -> Answer:
    """Delete one; the history keeps its number and its text id."""
    order = found_order(visit)
    options = (option for line in order.get("items") or () for option in line.get("selectedOptions") or ())
    uploads_of(visit.store).discard(file.get("url", "") for option in options for file in option.get("files") or ())
    entry = {"id": order["orderNumber"], "orderId": order.get("id", "")}
    if "cartId" in order:
        visit.store.table("carts").remove(order["cartId"])
        visit.store.history("orders").add(entry, visit.now)
    else:
        bury(visit, "orders", order["orderNumber"], entry)
        refresh(visit.store, [order.get("email") or ""], visit.now)
    return {"deleteCount": 1}


@route("GET /orders/deleted")
def get_deleted_orders(visit: Visit) -> Answer:
    """What was deleted, and when."""
    return deleted(visit, "orders")


@route("GET /orders/{orderId}/repeatURL")
def get_order_repeat_url(visit: Visit) -> Answer:
    """Where the buyer can order the same again."""
    order = found_order(visit)
    code = order.get("id", "")
    secret = blake2b(f"{visit.store.id}/{code}".encode(), digest_size=8).hexdigest()
    address = (visit.store.profile.get("generalInfo") or {}).get("storeUrl") or "https://demo.company.site"
    query = f"id={code}&token={secret}&type=order&utm_source=repeat_order_button&utm_medium=api"
    return {"repeatOrderUrl": f"{address}/repeat-order?{query}"}


# Writing.


def keep_changed(visit: Visit, order: Item, before: Item) -> None:
    """Store a changed order, dated now."""
    keep(visit, order | {"updateDate": format_time(visit.now), "updateTimestamp": visit.now}, before)


def keep(visit: Visit, order: Item, before: Item) -> Item:
    """Store an order as what its status makes it, order or cart, and bring the customer's statistics up to date."""
    store = visit.store
    if order.get("hidden") and order.get("paymentStatus") != "INCOMPLETE":
        raise Refusal.wrong("hidden can be set for unfinished orders (paymentStatus INCOMPLETE) only")
    customer = customer_of(store, order.get("email") or "")
    if customer is not None:
        order["customerId"] = customer["id"]
    for at, line in enumerate(order.get("items") or ()):
        line.setdefault("id", order["orderNumber"] * 3 % 2**31 + at)
    if order.get("paymentStatus") == "INCOMPLETE":
        _drafts(store)[order["orderNumber"]] = _keep_cart(store, order)
        store.table("orders").remove(order["orderNumber"])
    else:
        if "cartId" in order:
            store.table("carts").remove(order["cartId"])
        order = {name: value for name, value in order.items() if name not in _ONLY_CARTS}
        store.table("orders").put(order)
    refresh(store, [order.get("email") or "", before.get("email") or ""], visit.now)
    return order


_ONLY_CARTS: Final = ("cartId", "recoveredOrderId", "recoveryEmailSentTimestamp")
_ONLY_ORDERS: Final = ("id", "internalId", "orderNumber", "vendorOrderNumber", "publicUid")


def _keep_cart(store: Store, order: Item) -> Item:
    """Store an unfinished order among the carts; gives what a cart does not show."""
    if "cartId" not in order:
        digest = blake2b(f"{store.id}/{order['orderNumber']}".encode(), digest_size=16).digest()
        order["cartId"] = str(UUID(bytes=digest, version=4)).upper()
    cart = {name: value for name, value in order.items() if name not in _ONLY_ORDERS}
    store.table("carts").put({"cartId": cart.pop("cartId"), **cart})
    return {name: order[name] for name in (*_ONLY_ORDERS, "cartId") if name in order}


def _drafts(store: Store) -> Records[int, Item]:
    """By number: the numbers and ids of the orders that stand among the carts."""
    return store.records("drafts")


def draft_of(store: Store, cart_id: str) -> Item:
    """The number and ids of the order that this cart was created as; empty for a cart that a buyer left."""
    return next((draft for draft in _drafts(store).values() if draft["cartId"] == cart_id), {})


def found_order(visit: Visit) -> Item:
    """The order that the path names, among the carts too. Raises `Refusal` 404."""
    store, text = visit.store, visit.ids["orderId"]
    number = number_of(store, text)
    order = None if number is None else store.table("orders").get(number)
    if order is not None:
        return order
    for draft in _drafts(store).values():
        if text in (str(draft["orderNumber"]), draft.get("id")):
            cart = store.table("carts").get(draft["cartId"])
            if cart is not None:
                return {**draft, **cart}
    raise Refusal(404, _MISSING, f"{_KIND} #{text} not found")


def _numbered(store: Store, number: int, order: Item) -> Item:
    """A new order with its number and the ids that follow from it."""
    units = store.profile.get("formatsAndUnits") or {}
    code = str(number) if store.switches.sequential_orders else order_code(number)
    return {
        "id": code,
        "internalId": number,
        "orderNumber": number,
        "vendorOrderNumber": f"{units.get('orderNumberPrefix', '')}{code}{units.get('orderNumberSuffix', '')}",
        "publicUid": code,
        **order,
    }


def placed(visit: Visit, cart: Item) -> Item:
    """Turn a cart into an order that awaits payment, dated now."""
    number = draft_of(visit.store, cart["cartId"]).get("orderNumber") or visit.store.table("orders").new_id()
    order = _numbered(visit.store, number, cart) | {"paymentStatus": "AWAITING_PAYMENT", "hidden": False}
    return keep(visit, order | _dates(visit.now), {})


def _dates(now: int, created: int | None = None) -> Item:
    first = now if created is None else created
    return {
        "createDate": format_time(first),
        "updateDate": format_time(now),
        "createTimestamp": first,
        "updateTimestamp": now,
    }


def _lines(store: Store, sent: Iterable[Item]) -> Iterator[Item]:
    """The ordered items with the pictures of their products."""

    @cache
    def shown(number: int) -> Item:
        product: Item = store.table("products").get(number) or {}
        return {name: product[name] for name in ("imageUrl", "smallThumbnailUrl", "hdThumbnailUrl") if name in product}

    for line in sent:
        yield shown(line.get("productId") or 0) | line


def _served(visit: Visit, document: Item) -> Item:
    """A new order with what the server adds to it."""
    sent = {name: value for name, value in document.items() if value is not None}
    created = sent.pop("createDate", None)
    lines = sent["items"] = list(_lines(visit.store, sent.get("items") or ()))
    subtotal = total_of((line.get("price") or 0) * (line.get("quantity") or 1) for line in lines)
    total = sent.get("total", sent.get("subtotal", subtotal))
    rate = (visit.store.profile.get("formatsAndUnits") or {}).get("currencyRate") or 1
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
        "usdTotal": total_of((total * rate,)),
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
        **_dates(visit.now, parse_time(created) if created else None),
        **sent,
    }
    if "billingPerson" in sent:
        order["billingPerson"] = in_parts(completed(sent["billingPerson"]))
    if "shippingPerson" in sent:
        order["shippingPerson"] = completed(sent["shippingPerson"])
    return order
