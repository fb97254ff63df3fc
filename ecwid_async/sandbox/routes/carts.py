"""Abandoned carts: ``/carts``."""

from typing import Final

from attrs import evolve

from ecwid_async.sandbox.computed_fields import FIRST_ORDER
from ecwid_async.sandbox.engine import Answer, Listing, Visit, listing, route
from ecwid_async.sandbox.routes.customer_stats import folded
from ecwid_async.sandbox.routes.orders import COLUMNS, NEWEST_FIRST, placed
from ecwid_async.sandbox.routes.shared import (
    at_least,
    at_most,
    contains,
    one_of,
    read,
    read_one,
    search,
    since,
    until,
    updated,
)
from ecwid_async.sandbox.state import Condition, OneOf, format_time

_KIND: Final = "Cart"
_MISSING: Final = "CHECKOUT_NOT_FOUND"


def _shown(visit: Visit, value: object) -> Condition | None:
    """Hidden carts are listed unless the request says otherwise, as the documentation has it."""
    return OneOf("hidden", (False,)) if visit.params.get("showHidden") is False else None


CARTS: Final = listing(
    Listing(
        section="carts",
        columns=evolve(
            COLUMNS,
            key="cartId",
            terms={
                "email": COLUMNS.terms["email"],
                "customerId": COLUMNS.terms["customerId"],
                "couponCode": COLUMNS.terms["couponCode"],
                "hidden": lambda item: (bool(item.get("hidden")),),
            },
        ),
        first_id=FIRST_ORDER,
        filters={
            "totalFrom": at_least("total"),
            "totalTo": at_most("total"),
            "createdFrom": since("created"),
            "createdTo": until("created"),
            "updatedFrom": since("updated"),
            "updatedTo": until("updated"),
            "email": one_of("email", folded),
            "customerId": one_of("customerId"),
            "couponCode": one_of("couponCode", folded),
            "customer": contains("customer"),
        },
        default_sort=NEWEST_FIRST,
        unsorted=True,
        always=_shown,
    )
)


@route("GET /carts")
def search_carts(visit: Visit) -> Answer:
    """List and search."""
    return search(visit, CARTS)


@route("GET /carts/{cartId}")
def get_cart(visit: Visit) -> Answer:
    """Read one, hidden or not."""
    return read_one(visit, CARTS, visit.ids["cartId"], _KIND, _MISSING)


@route("PUT /carts/{cartId}")
def update_cart(visit: Visit) -> Answer:
    """Change one."""
    table = visit.store.table("carts")
    stored = read(table, visit.ids["cartId"], _KIND, _MISSING)
    cart = updated(visit, stored, visit.document, stamp=False)
    table.put(cart | {"updateDate": format_time(visit.now), "updateTimestamp": visit.now})
    return {"updateCount": 1}


@route("POST /carts/{cartId}/place")
def place_cart(visit: Visit) -> Answer:
    """Turn one into an order."""
    cart = read(visit.store.table("carts"), visit.ids["cartId"], _KIND, _MISSING)
    cart_id = cart["cartId"]
    order = placed(visit, cart)
    return {
        "id": order["id"],
        "orderNumber": order["orderNumber"],
        "vendorOrderNumber": order["vendorOrderNumber"],
        "cartId": cart_id,
    }
