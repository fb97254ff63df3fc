"""Recurring subscriptions: ``/subscriptions``. Each lists the orders that it was charged for.

Their timestamps are in milliseconds, as in the documentation's examples. All other sections have seconds.
"""

from collections.abc import Iterator
from typing import Final

from ecwid_async.sandbox.computed_fields import localize
from ecwid_async.sandbox.engine import Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.columns import date_column
from ecwid_async.sandbox.routes.support.filters import if_present, one_of, since, until
from ecwid_async.sandbox.routes.support.items import apply_change, get_or_404, item_response
from ecwid_async.sandbox.routes.support.lists import search
from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import Columns, Condition, Item, KeyIn, OneOf, Sort, format_time, parse_time

__all__: list[str] = []

_KIND: Final = "Subscription"
_NOT_FOUND: Final = "NOT_FOUND"
_STATUSES: Final = ("ACTIVE", "CANCELLED", "LAST_CHARGE_FAILED", "REQUIRES_PAYMENT_CONFIRMATION", "PAUSED")
_INTERVALS: Final = ("DAY", "WEEK", "MONTH", "YEAR")


def _order_template(item: Item) -> Item:
    return item.get("orderTemplate") or {}


def _orders(item: Item) -> list[Item]:
    return item.get("orders") or []


def _order_ids(item: Item) -> Iterator[str]:
    yield from (str(order["id"]) for order in _orders(item) if order.get("id") is not None)
    if _order_template(item).get("id"):
        yield str(_order_template(item)["id"])


def _order_times(item: Item) -> Iterator[int]:
    yield from (parse_time(order["createDate"]) for order in _orders(item) if order.get("createDate"))


def _by_order_time(request: StoreRequest, value: int) -> Condition | None:
    """Subscriptions with an order from ``orderCreatedFrom`` to ``orderCreatedTo``; either may be missing."""
    inclusive = request.store.switches.inclusive_bounds
    low = request.params.get("orderCreatedFrom", 0) + (not inclusive)
    high = request.params.get("orderCreatedTo", 2**62) - (not inclusive)
    table = request.store.table("subscriptions")
    times = (time for time, _ in table.index.value_counts("ordered") if isinstance(time, int))
    return OneOf("ordered", tuple(sorted(time for time in times if low <= time <= high)))


SUBSCRIPTIONS: Final = register_list(
    Listing(
        section="subscriptions",
        columns=Columns(
            key="subscriptionId",
            numbers={
                "cancelled": date_column("cancelled"),
                "nextCharge": date_column("nextCharge"),
                "orders": lambda item: len(_orders(item)),
            },
            terms={
                "customerId": lambda item: (item.get("customerId"),),
                "status": lambda item: (item.get("status"),),
                "interval": lambda item: ((item.get("chargeSettings") or {}).get("recurringInterval"),),
                "count": lambda item: ((item.get("chargeSettings") or {}).get("recurringIntervalCount"),),
                "productId": lambda item: (line.get("productId") for line in _order_template(item).get("items") or ()),
                "email": lambda item: (normalized(_order_template(item).get("email") or ""),),
                "orderId": _order_ids,
                "total": lambda item: (order.get("total") for order in _orders(item)),
                "ordered": _order_times,
            },
            created=date_column("created"),
            updated=lambda item: (item.get("updateTimestamp") or 0) // 1000,
        ),
        first_id=9_500_001,
        filters={
            "id": lambda request, value: KeyIn(frozenset((value,))),
            "createdFrom": since("created"),
            "createdTo": until("created"),
            "cancelledFrom": if_present("cancelled", since),
            "cancelledTo": if_present("cancelled", until),
            "updatedFrom": since("updated"),
            "updatedTo": until("updated"),
            "customerId": one_of("customerId"),
            "status": one_of("status"),
            "nextChargeFrom": if_present("nextCharge", since),
            "nextChargeTo": if_present("nextCharge", until),
            "recurringInterval": one_of("interval"),
            "recurringIntervalCount": one_of("count"),
            "productId": one_of("productId"),
            "email": one_of("email", normalized),
            "orderId": one_of("orderId"),
            "orderTotal": one_of("total"),
            "orderCreatedFrom": _by_order_time,
            "orderCreatedTo": _by_order_time,
        },
        sorts={"DATE_CREATED": "created", "ORDER_COUNT": "orders", "NEXT_CHARGE_DATE": "nextCharge"},
        default_sort=Sort("created", descending=True),
        view=lambda request: (
            (lambda item: localize(item, request.params["lang"])) if request.params.get("lang") else None
        ),
    )
)


@route("GET /subscriptions")
def search_subscriptions(request: StoreRequest) -> Result:
    """List and search subscriptions."""
    return search(request, SUBSCRIPTIONS)


@route("GET /subscriptions/{subscriptionId}")
def get_subscription(request: StoreRequest) -> Result:
    """Read a subscription."""
    return item_response(request, SUBSCRIPTIONS, request.path_number("subscriptionId"), _KIND, _NOT_FOUND)


@route("PUT /subscriptions/{subscriptionId}")
def update_subscription(request: StoreRequest) -> Result:
    """Change the status, the interval or the next charge."""
    table = request.store.table("subscriptions")
    stored = get_or_404(table, request.path_number("subscriptionId"), _KIND, _NOT_FOUND)
    change, date = dict(request.json), format_time(request.now)
    status = change.get("status")
    _check_change(change)
    if status and status != stored.get("status"):
        change |= {"statusUpdated": date}
        if status == "CANCELLED":
            change |= {"cancelled": date}
        else:
            stored.pop("cancelled", None)
    table.put(apply_change(request, stored, change, set_updated=False) | {"updateTimestamp": request.now * 1000})
    return {"updateCount": 1}


def _check_change(change: Item) -> None:
    if change.get("status") and change["status"] not in _STATUSES:
        raise ErrorResponse.wrong_parameter(f"status must be one of {', '.join(_STATUSES)}")
    settings = change.get("chargeSettings") or {}
    if settings.get("recurringInterval") and settings["recurringInterval"] not in _INTERVALS:
        raise ErrorResponse.wrong_parameter(f"recurringInterval must be one of {', '.join(_INTERVALS)}")
