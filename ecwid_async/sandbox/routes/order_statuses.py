"""Order statuses: ``/profile/order_statuses``. A store has built-in ones and custom ones, which it can name."""

from typing import Final

from ecwid_async.sandbox.computed_fields import main_language
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import without_nulls
from ecwid_async.sandbox.state import Item, Records, format_time

__all__: list[str] = []

_PAYMENT_STATUSES: Final = ("AWAITING_PAYMENT", "PAID", "CANCELLED", "REFUNDED", "PARTIALLY_REFUNDED", "INCOMPLETE")
_FULFILLMENT_STATUSES: Final = (
    "AWAITING_PROCESSING",
    "PROCESSING",
    "SHIPPED",
    "DELIVERED",
    "WILL_NOT_DELIVER",
    "RETURNED",
    "READY_FOR_PICKUP",
    "OUT_FOR_DELIVERY",
)
_CUSTOM_STATUS_COUNT: Final = 3


def _initial_statuses() -> dict[str, Item]:
    statuses: dict[str, Item] = {}
    for kind, names in (("PAYMENT_STATUS", _PAYMENT_STATUSES), ("FULFILLMENT_STATUS", _FULFILLMENT_STATUSES)):
        for name in names:
            statuses[name] = {"statusId": name, "orderStatusType": kind, "defaultStatus": True, "enabled": True}
        for number in range(1, _CUSTOM_STATUS_COUNT + 1):
            name = f"CUSTOM_{kind}_{number}"
            statuses[name] = {"statusId": name, "orderStatusType": kind, "enabled": False}
    return {name: {**status, "sendNotificationWhenStatusIsAssigned": True} for name, status in statuses.items()}


@route("GET /profile/order_statuses")
def search_order_statuses(request: StoreRequest) -> Result:
    """All statuses, payment statuses first."""
    return {"items": list(_statuses(request).values())}


@route("GET /profile/order_status/{statusId}")
def get_order_status(request: StoreRequest) -> Result:
    """Read a status."""
    return _find_status(request)


@route("PUT /profile/order_status/{statusId}")
def update_order_status(request: StoreRequest) -> Result:
    """Name or enable a custom status. For a built-in status, only the notification can be changed."""
    status, main = _find_status(request), main_language(request.store)
    change = without_nulls(request.json)
    names = change.pop("nameTranslations", None) or change.pop("nameTranslated", None) or {}
    refused = sorted({"name", "enabled"} & {name for name, value in change.items() if status.get(name) != value})
    if status.get("defaultStatus") and (refused or names):
        message = f"{status['statusId']} is built in: {', '.join(refused) or 'its name'} can't be changed"
        raise ErrorResponse(409, "NOT_ALLOWED_TO_UPDATE_PARAMETER", message)
    name = change.get("name") or names.get(main)
    if name:
        if name != status.get("name"):
            change["lastNameChangeDate"] = format_time(request.now)
        change |= {"name": name, "nameTranslated": {**status.get("nameTranslated", {}), **names, main: name}}
    _statuses(request)[status["statusId"]] = status | change
    return {"updateCount": 1}


def _statuses(request: StoreRequest) -> Records[str, Item]:
    return request.store.records("order_statuses", _initial_statuses())


def _find_status(request: StoreRequest) -> Item:
    status_id = request.path_params["statusId"]
    if status_id not in _statuses(request):
        raise ErrorResponse(
            404, "NOT_FOUND", f"There is no order status {status_id!r}; see GET /profile/order_statuses"
        )
    return _statuses(request)[status_id]
