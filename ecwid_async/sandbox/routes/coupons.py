"""Discount coupons: ``/discount_coupons``.

A path identifies a coupon by its current code or its id.
"""

from collections.abc import Callable
from typing import Final

from ecwid_async.sandbox.engine import Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.columns import date_column
from ecwid_async.sandbox.routes.support.filters import one_of, since, until
from ecwid_async.sandbox.routes.support.items import (
    apply_change,
    check_choices,
    delete_item,
    item_response,
    without_nulls,
)
from ecwid_async.sandbox.routes.support.lists import search, search_deleted
from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import Columns, Item, Table, format_time, parse_number

__all__: list[str] = []

_KIND: Final = "Discount coupon"
_NOT_FOUND: Final = "DISCOUNT_COUPON_NOT_FOUND"
_CHOICES: Final = {
    "discountType": ("ABS", "PERCENT", "SHIPPING", "ABS_AND_SHIPPING", "PERCENT_AND_SHIPPING"),
    "status": ("ACTIVE", "PAUSED", "EXPIRED", "USEDUP"),
    "usesLimit": ("UNLIMITED", "ONCEPERCUSTOMER", "SINGLE"),
    "applicationLimit": ("UNLIMITED", "NEW_CUSTOMER_ONLY", "REPEAT_CUSTOMER_ONLY"),
}
_REQUIRED: Final = ("code", "discountType", "applicationLimit")
# Documented as fields of a request, but set by the server.
_READ_ONLY: Final = frozenset({"creationDate", "updateDate", "orderCount"})


def _view(request: StoreRequest) -> Callable[[Item], Item]:
    orders = request.store.table("orders")

    def view(item: Item) -> Item:
        order_count = len(orders.index.slots_with("couponCode", normalized(item.get("code") or "")))
        return item | {"orderCount": order_count or item.get("orderCount") or 0}

    return view


COUPONS: Final = register_list(
    Listing(
        section="coupons",
        columns=Columns(
            created=date_column("creationDate"),
            updated=date_column("updateDate"),
            terms={
                "code": lambda item: (item.get("code"),),
                "discountType": lambda item: (item.get("discountType"),),
                "status": lambda item: (item.get("status"),),
            },
        ),
        first_id=358_900_001,
        filters={
            "code": one_of("code"),
            "discount_type": one_of("discountType"),
            "availability": one_of("status"),
            "createdFrom": since("created"),
            "createdTo": until("created"),
            "updatedFrom": since("updated"),
            "updatedTo": until("updated"),
        },
        unsorted=True,
        view=_view,
    )
)


@route("GET /discount_coupons")
def search_discount_coupons(request: StoreRequest) -> Result:
    """List and search coupons, in order of creation."""
    _check_feature(request)
    return search(request, COUPONS)


@route("GET /discount_coupons/{discountCouponId}")
def get_discount_coupon(request: StoreRequest) -> Result:
    """Read a coupon."""
    _check_feature(request)
    return item_response(request, COUPONS, _find_coupon(request)["id"], _KIND, _NOT_FOUND)


@route("POST /discount_coupons")
def create_discount_coupon(request: StoreRequest) -> Result:
    """Create a coupon; it needs a name and a unique code."""
    _check_feature(request)
    table = request.store.table("coupons")
    sent = {name: value for name, value in without_nulls(request.json).items() if name not in _READ_ONLY}
    for name in ("name", "code"):
        if not (sent.get(name) or "").strip():
            raise ErrorResponse.wrong_parameter(f"Field {name!r} is missing")
    date = format_time(request.now)
    application_limit = "REPEAT_CUSTOMER_ONLY" if sent.get("repeatCustomerOnly") else "UNLIMITED"
    coupon = {
        "id": table.new_id(),
        "discountType": "ABS",
        "status": "ACTIVE",
        "discount": 0,
        "launchDate": date,
        "usesLimit": "UNLIMITED",
        "applicationLimit": application_limit,
        "creationDate": date,
        "updateDate": date,
        "orderCount": 0,
        **sent,
    }
    table.put(_validated(request, table, coupon))
    return {"id": coupon["id"], "code": coupon["code"]}


@route("PUT /discount_coupons/{discountCouponId}")
def update_discount_coupon(request: StoreRequest) -> Result:
    """Change the given fields."""
    _check_feature(request)
    stored = _find_coupon(request)
    change = {name: value for name, value in request.json.items() if name not in _READ_ONLY}
    if change.get("repeatCustomerOnly") is not None and change.get("applicationLimit") is None:
        change["applicationLimit"] = "REPEAT_CUSTOMER_ONLY" if change["repeatCustomerOnly"] else "UNLIMITED"
    clearable = ("expirationDate", "totalLimit")
    coupon = apply_change(request, stored, change, clearable=clearable, required=_REQUIRED, set_updated=False)
    coupon["updateDate"] = format_time(request.now)
    table = request.store.table("coupons")
    table.put(_validated(request, table, coupon))
    return {"updateCount": 1}


@route("DELETE /discount_coupons/{discountCouponId}")
def delete_discount_coupon(request: StoreRequest) -> Result:
    """Delete a coupon."""
    _check_feature(request)
    delete_item(request, "coupons", _find_coupon(request)["id"])
    return {"deleteCount": 1}


@route("GET /coupons/deleted")
def get_deleted_coupons(request: StoreRequest) -> Result:
    """List the deleted coupons."""
    return search_deleted(request, "coupons")


def _check_feature(request: StoreRequest) -> None:
    request.raise_if_simulated("DISCOUNTS_FEATURE_NOT_AVAILABLE", 403, "Discount coupons are disabled in this store")


def _find_coupon(request: StoreRequest) -> Item:
    table = request.store.table("coupons")
    text = request.path_params["discountCouponId"]
    for key in (*table.find("code", text), parse_number(text)):
        coupon = None if key is None else table.get(key)
        if coupon is not None:
            return coupon
    raise ErrorResponse(404, _NOT_FOUND, "Coupon is not found")


def _validated(request: StoreRequest, table: Table, coupon: Item) -> Item:
    """The coupon to store. Raises `ErrorResponse` if a field is invalid or two fields contradict each other."""
    check_choices(coupon, _CHOICES)
    if "SHIPPING" in coupon["discountType"] or coupon.get("shippingLimit"):
        message = "Shipping discounts are disabled in this store"
        request.raise_if_simulated("SHIPPING_DISCOUNTS_FEATURE_NOT_AVAILABLE", 403, message)
    if (coupon.get("discount") or 0) < 0:
        raise ErrorResponse.wrong_parameter("Field 'discount' can't be negative")
    limit: Item = coupon.get("catalogLimit") or {}
    if coupon["discountType"] == "SHIPPING" and (limit.get("products") or limit.get("categories")):
        raise ErrorResponse.wrong_parameter("A shipping discount can't be limited to products or categories")
    if any(key != coupon["id"] for key in table.find("code", coupon["code"])):
        raise ErrorResponse(409, "CONSTRAINT_VIOLATION", f"There is already a coupon with the code {coupon['code']!r}")
    repeat_only = coupon["applicationLimit"] == "REPEAT_CUSTOMER_ONLY"
    return coupon | {"repeatCustomerOnly": repeat_only}
