"""Orders: ``/orders`` and ``/order/calculate``.

An order with the payment status INCOMPLETE is an abandoned cart: it is listed with the carts, and a search for orders
does not find it. It can still be read and changed by its number or text id; another status turns it into an order.
"""

from collections.abc import Callable, Hashable, Iterator
from hashlib import blake2b
from typing import Any, Final

from attrs import evolve

from ecwid_async.sandbox.computed_fields import FIRST_ORDER_NUMBER
from ecwid_async.sandbox.engine import Filter, Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.addresses import with_region_names
from ecwid_async.sandbox.routes.support.columns import date_column, optional_term
from ecwid_async.sandbox.routes.support.customer_stats import refresh_stats
from ecwid_async.sandbox.routes.support.filters import (
    at_least,
    at_most,
    by_key,
    contains,
    if_present,
    one_of,
    since,
    until,
)
from ecwid_async.sandbox.routes.support.items import apply_change, delete_item, item_response
from ecwid_async.sandbox.routes.support.lists import search, search_deleted
from ecwid_async.sandbox.routes.support.order_calculation import calculate_totals
from ecwid_async.sandbox.routes.support.order_storage import (
    complete_order,
    find_order,
    find_order_number,
    save_changed_order,
    save_order,
    with_order_number,
)
from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import (
    Columns,
    Condition,
    Item,
    KeyIn,
    OneOf,
    Sort,
    decode_json,
    parse_time,
    select_rows,
    uploads_of,
)

__all__ = ["NEWEST_FIRST", "ORDER_COLUMNS"]

_KIND: Final = "Order"
_NOT_FOUND: Final = "ORDER_NOT_FOUND"

# Search terms and filters.


def _text_terms(name: str) -> Callable[[Item], Iterator[Hashable]]:
    def values(item: Item) -> Iterator[Hashable]:
        if item.get(name):
            yield normalized(item[name])

    return values


def _nested_text_terms(outer: str, name: str) -> Callable[[Item], Iterator[Hashable]]:
    return lambda item: _text_terms(name)(item.get(outer) or {})


def _line_terms(name: str) -> Callable[[Item], Iterator[Hashable]]:
    return lambda item: (line[name] for line in item.get("items") or () if line.get(name) is not None)


_KEYWORD_FIELDS: Final = ("privateAdminNotes", "trackingNumber", "externalTransactionId", "referenceTransactionId")


def _searchable_text(item: Item) -> str:
    people = (item.get("billingPerson") or {}, item.get("shippingPerson") or {})
    texts = [item.get(name) for name in ("id", "orderNumber", "vendorOrderNumber", "email", "orderComments", "cartId")]
    texts += [item.get(name) for name in _KEYWORD_FIELDS]
    texts += [person.get(name) for person in people for name in ("name", "companyName", "street", "city", "phone")]
    texts += [line.get(name) for line in item.get("items") or () for name in ("name", "sku")]
    return "\n".join(str(text) for text in texts if text)


def _customer_text(item: Item) -> str:
    people = (item.get("billingPerson") or {}, item.get("shippingPerson") or {})
    return "\n".join(text for text in (item.get("email"), *(person.get("name") for person in people)) if text)


ORDER_COLUMNS: Final = Columns(
    key="orderNumber",
    numbers={"total": lambda item: item.get("total") or 0, "pickup": date_column("pickupTime")},
    texts={
        "keywords": _searchable_text,
        "customer": _customer_text,
        "vendorOrderNumber": lambda item: item.get("vendorOrderNumber") or "",
        "paymentReference": lambda item: item.get("paymentReference") or "",
    },
    lazy=frozenset({"customer", "vendorOrderNumber", "paymentReference"}),
    terms={
        "id": optional_term("id"),
        "referenceTransactionId": optional_term("referenceTransactionId"),
        "email": _text_terms("email"),
        "customerId": optional_term("customerId"),
        "productId": _line_terms("productId"),
        "subscriptionId": _line_terms("subscriptionId"),
        "shippingMethod": _nested_text_terms("shippingOption", "shippingMethodName"),
        "paymentMethod": _text_terms("paymentMethod"),
        "paymentModule": _text_terms("paymentModule"),
        "paymentStatus": lambda item: (item.get("paymentStatus"),),
        "fulfillmentStatus": lambda item: (item.get("fulfillmentStatus"),),
        "acceptMarketing": lambda item: (bool(item.get("acceptMarketing")),),
        "preorder": lambda item: (any(line.get("isPreorder") for line in item.get("items") or ()),),
        "couponCode": _nested_text_terms("discountCoupon", "code"),
        "refererId": _text_terms("refererId"),
    },
)

NEWEST_FIRST: Final = Sort("created", descending=True)


def _by_ids(request: StoreRequest, value: tuple[str, ...]) -> Condition:
    numbers = (find_order_number(request.store, text) for text in value)
    return KeyIn(frozenset(number for number in numbers if number is not None))


def _by_customer(term: str, convert: Callable[[Any], Hashable]) -> Filter:
    """Orders with a customer's id and email address; with ``customerIdOrEmail``, orders with either."""

    def condition(request: StoreRequest, value: Any) -> Condition:
        customer_id, email = request.params.get("customerId"), request.params.get("email")
        if not request.flag("customerIdOrEmail") or customer_id is None or email is None:
            return OneOf(term, (convert(value),))
        table = request.store.table("orders")
        slots = {
            *table.index.slots_with("customerId", customer_id),
            *table.index.slots_with("email", normalized(email)),
        }
        return KeyIn(frozenset(table.index.keys(slots)))

    return condition


ORDERS: Final = register_list(
    Listing(
        section="orders",
        columns=ORDER_COLUMNS,
        first_id=FIRST_ORDER_NUMBER,
        filters={
            "ids": _by_ids,
            "keywords": contains("keywords"),
            "orderNumber": by_key(),
            "vendorOrderNumber": contains("vendorOrderNumber"),
            "customer": contains("customer"),
            "email": _by_customer("email", normalized),
            "customerId": _by_customer("customerId", int),
            "paymentReference": contains("paymentReference"),
            "productId": one_of("productId"),
            "totalFrom": at_least("total"),
            "totalTo": at_most("total"),
            "createdFrom": since("created"),
            "createdTo": until("created"),
            "updatedFrom": since("updated"),
            "updatedTo": until("updated"),
            "pickupTimeFrom": since("pickup"),
            "pickupTimeTo": if_present("pickup", until),
            "shippingMethod": one_of("shippingMethod", normalized),
            "fulfillmentStatus": one_of("fulfillmentStatus"),
            "paymentMethod": one_of("paymentMethod", normalized),
            "paymentModule": one_of("paymentModule", normalized),
            "paymentStatus": one_of("paymentStatus"),
            "acceptMarketing": one_of("acceptMarketing"),
            "containsPreorderItems": one_of("preorder"),
            "couponCode": one_of("couponCode", normalized),
            "subscriptionId": one_of("subscriptionId"),
            "refererId": one_of("refererId", normalized),
        },
        default_sort=NEWEST_FIRST,
        unsorted=True,
    )
)


@route("GET /orders")
def search_orders(request: StoreRequest) -> Result:
    """List and search orders. With ``ids`` the other filters are ignored."""
    if "ids" in request.params:
        kept = ("ids", "offset", "limit", "responseFields")
        request = evolve(request, params={name: request.params[name] for name in kept if name in request.params})
    return search(request, ORDERS)


@route("GET /orders/last")
def get_last_order(request: StoreRequest) -> Result:
    """Read the newest order, of one customer if requested; ``withAddress`` skips orders without a shipping address."""
    table = request.store.table("orders")
    table.show_due_writes()
    email = request.params.get("customerEmail")
    conditions = [OneOf("email", (normalized(email),))] if email else []
    slots = select_rows(table.index, conditions, NEWEST_FIRST, request.store.switches)
    rows = (row for slot in slots for row in table.index.rows((slot,)))
    newest = next(
        (row for row in rows if not request.flag("withAddress") or decode_json(row).get("shippingPerson")), None
    )
    if newest is None:
        raise ErrorResponse(404, _NOT_FOUND, "Order is not found")
    return item_response(request, ORDERS, decode_json(newest)["orderNumber"], _KIND, _NOT_FOUND)


@route("GET /orders/{orderId}")
def get_order(request: StoreRequest) -> Result:
    """Read an order by its number, its text id or the id of a payment."""
    number = find_order_number(request.store, request.path_params["orderId"])
    if number is None:
        return find_order(request)
    return item_response(request, ORDERS, number, _KIND, _NOT_FOUND)


@route("POST /orders")
def create_order(request: StoreRequest) -> Result:
    """Create an order; no field is required. With a public token it can't be paid already."""
    if request.is_public and request.json.get("paymentStatus") == "PAID":
        raise ErrorResponse(403, "OTHER", "A public token can't create an order that is paid")
    number = request.store.table("orders").new_id()
    order = save_order(request, with_order_number(request.store, number, complete_order(request, request.json)), {})
    return {"id": number, "orderid": order["id"], "orderId": order["id"]}


@route("PUT /orders/{orderId}")
def update_order(request: StoreRequest) -> Result:
    """Change an order, identified by its number, its text id or the id of a payment."""
    stored = find_order(request)
    change = dict(request.json)
    if change.get("createDate"):
        change["createTimestamp"] = parse_time(change["createDate"])
    for name in ("billingPerson", "shippingPerson"):
        if isinstance(change.get(name), dict):
            change[name] = with_region_names(change[name])
    save_changed_order(request, apply_change(request, stored, change, set_updated=False), stored)
    return {"updateCount": 1}


@route("DELETE /orders/{orderId}")
def delete_order(request: StoreRequest) -> Result:
    """Delete an order; the list of deleted orders contains its number and text id."""
    order = find_order(request)
    options = (option for line in order.get("items") or () for option in line.get("selectedOptions") or ())
    uploads_of(request.store).discard(file.get("url", "") for option in options for file in option.get("files") or ())
    entry = {"id": order["orderNumber"], "orderId": order.get("id", "")}
    if "cartId" in order:
        request.store.table("carts").remove(order["cartId"])
        request.store.history("orders").add(entry, request.now)
    else:
        delete_item(request, "orders", order["orderNumber"], entry)
        refresh_stats(request.store, [order.get("email") or ""], request.now)
    return {"deleteCount": 1}


@route("GET /orders/deleted")
def get_deleted_orders(request: StoreRequest) -> Result:
    """List the deleted orders."""
    return search_deleted(request, "orders")


@route("GET /orders/{orderId}/repeatURL")
def get_order_repeat_url(request: StoreRequest) -> Result:
    """The URL at which the buyer can place the same order again."""
    order = find_order(request)
    code = order.get("id", "")
    secret = blake2b(f"{request.store.id}/{code}".encode(), digest_size=8).hexdigest()
    address = (request.store.profile.get("generalInfo") or {}).get("storeUrl") or "https://demo.company.site"
    query = f"id={code}&token={secret}&type=order&utm_source=repeat_order_button&utm_medium=api"
    return {"repeatOrderUrl": f"{address}/repeat-order?{query}"}


@route("POST /order/calculate")
def calculate_order(request: StoreRequest) -> Result:
    """Calculate subtotal, taxes, shipping options and total from items, addresses and a coupon; nothing is stored."""
    return calculate_totals(request)
