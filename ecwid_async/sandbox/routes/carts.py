"""Abandoned carts: ``/carts``."""

from typing import Final

from attrs import evolve

from ecwid_async.sandbox.computed_fields import FIRST_ORDER_NUMBER
from ecwid_async.sandbox.engine import Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.routes.orders import NEWEST_FIRST, ORDER_COLUMNS
from ecwid_async.sandbox.routes.support.filters import at_least, at_most, contains, one_of, since, until
from ecwid_async.sandbox.routes.support.items import apply_change, get_or_404, item_response
from ecwid_async.sandbox.routes.support.lists import search
from ecwid_async.sandbox.routes.support.order_storage import give_order_number, place_order
from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import Condition, OneOf, format_time

__all__: list[str] = []

_KIND: Final = "Cart"
_NOT_FOUND: Final = "CHECKOUT_NOT_FOUND"


def _exclude_hidden(request: StoreRequest, value: object) -> Condition | None:
    """Exclude hidden carts if the request says so: as documented, they are listed by default."""
    return OneOf("hidden", (False,)) if request.params.get("showHidden") is False else None


CARTS: Final = register_list(
    Listing(
        section="carts",
        columns=evolve(
            ORDER_COLUMNS,
            key="cartId",
            terms={
                "email": ORDER_COLUMNS.terms["email"],
                "customerId": ORDER_COLUMNS.terms["customerId"],
                "couponCode": ORDER_COLUMNS.terms["couponCode"],
                "hidden": lambda item: (bool(item.get("hidden")),),
            },
        ),
        first_id=FIRST_ORDER_NUMBER,
        filters={
            "totalFrom": at_least("total"),
            "totalTo": at_most("total"),
            "createdFrom": since("created"),
            "createdTo": until("created"),
            "updatedFrom": since("updated"),
            "updatedTo": until("updated"),
            "email": one_of("email", normalized),
            "customerId": one_of("customerId"),
            "couponCode": one_of("couponCode", normalized),
            "customer": contains("customer"),
        },
        default_sort=NEWEST_FIRST,
        unsorted=True,
        always=_exclude_hidden,
    )
)


@route("GET /carts")
def search_carts(request: StoreRequest) -> Result:
    """List and search carts."""
    return search(request, CARTS)


@route("GET /carts/{cartId}")
def get_cart(request: StoreRequest) -> Result:
    """Read a cart, hidden or not."""
    return item_response(request, CARTS, request.path_params["cartId"], _KIND, _NOT_FOUND)


@route("PUT /carts/{cartId}")
def update_cart(request: StoreRequest) -> Result:
    """Change a cart."""
    table = request.store.table("carts")
    stored = get_or_404(table, request.path_params["cartId"], _KIND, _NOT_FOUND)
    cart = apply_change(request, stored, request.json, set_updated=False)
    give_order_number(request.store, cart["cartId"])
    table.put(cart | {"updateDate": format_time(request.now), "updateTimestamp": request.now})
    return {"updateCount": 1}


@route("POST /carts/{cartId}/place")
def place_cart(request: StoreRequest) -> Result:
    """Turn a cart into an order."""
    cart = get_or_404(request.store.table("carts"), request.path_params["cartId"], _KIND, _NOT_FOUND)
    order = place_order(request, cart)
    return {
        "id": order["id"],
        "orderNumber": order["orderNumber"],
        "vendorOrderNumber": order["vendorOrderNumber"],
        "cartId": cart["cartId"],
    }
