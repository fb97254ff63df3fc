"""The statuses that orders can have: ``/profile/order_statuses``. Those of the store's own can be named."""

from typing import Final

from ecwid_async.sandbox.computed_fields import language
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state import Item, Records, format_time

__all__: list[str] = []

_PAYMENT: Final = ("AWAITING_PAYMENT", "PAID", "CANCELLED", "REFUNDED", "PARTIALLY_REFUNDED", "INCOMPLETE")
_FULFILLMENT: Final = (
    "AWAITING_PROCESSING",
    "PROCESSING",
    "SHIPPED",
    "DELIVERED",
    "WILL_NOT_DELIVER",
    "RETURNED",
    "READY_FOR_PICKUP",
    "OUT_FOR_DELIVERY",
)
_OWN: Final = 3


def _built_in() -> dict[str, Item]:
    found: dict[str, Item] = {}
    for kind, names in (("PAYMENT_STATUS", _PAYMENT), ("FULFILLMENT_STATUS", _FULFILLMENT)):
        for name in names:
            found[name] = {"statusId": name, "orderStatusType": kind, "defaultStatus": True, "enabled": True}
        for nth in range(1, _OWN + 1):
            name = f"CUSTOM_{kind}_{nth}"
            found[name] = {"statusId": name, "orderStatusType": kind, "enabled": False}
    return {name: {**status, "sendNotificationWhenStatusIsAssigned": True} for name, status in found.items()}


@route("GET /profile/order_statuses")
def search_order_statuses(visit: Visit) -> Answer:
    """All of them, those of payment first."""
    return {"items": list(_statuses(visit).values())}


@route("GET /profile/order_status/{statusId}")
def get_order_status(visit: Visit) -> Answer:
    """One of them."""
    return _status(visit)


@route("PUT /profile/order_status/{statusId}")
def update_order_status(visit: Visit) -> Answer:
    """Name one of the store's own or switch it on; of the others only the notification can change."""
    status, lang = _status(visit), language(visit.store)
    change = {name: value for name, value in visit.document.items() if value is not None}
    names = change.pop("nameTranslations", None) or change.pop("nameTranslated", None) or {}
    fixed = sorted({"name", "enabled"} & {name for name, value in change.items() if status.get(name) != value})
    if status.get("defaultStatus") and (fixed or names):
        message = f"{status['statusId']} is built in: {', '.join(fixed) or 'its name'} cannot be changed"
        raise Refusal(409, "NOT_ALLOWED_TO_UPDATE_PARAMETER", message)
    name = change.get("name") or names.get(lang)
    if name:
        if name != status.get("name"):
            change["lastNameChangeDate"] = format_time(visit.now)
        change |= {"name": name, "nameTranslated": {**status.get("nameTranslated", {}), **names, lang: name}}
    _statuses(visit)[status["statusId"]] = status | change
    return {"updateCount": 1}


def _statuses(visit: Visit) -> Records[str, Item]:
    return visit.store.records("order_statuses", _built_in())


def _status(visit: Visit) -> Item:
    name = visit.ids["statusId"]
    if name not in _statuses(visit):
        raise Refusal(404, "NOT_FOUND", f"There is no order status {name!r}; GET /profile/order_statuses lists them")
    return _statuses(visit)[name]
