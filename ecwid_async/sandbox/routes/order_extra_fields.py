"""Extra fields of one order: ``/orders/{orderId}/extraFields``."""

from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.orders import found_order, keep_changed
from ecwid_async.sandbox.routes.shared import updated
from ecwid_async.sandbox.state import Item

__all__: list[str] = []

_NEEDED = ("id", "title", "value")


@route("GET /orders/{orderId}/extraFields")
def search_order_extra_fields(visit: Visit) -> Answer:
    """All of them, as a bare array."""
    return _fields(found_order(visit))


@route("POST /orders/{orderId}/extraFields")
def add_order_extra_field(visit: Visit) -> Answer:
    """One more."""
    order, sent = found_order(visit), {name: v for name, v in visit.document.items() if v is not None}
    for name in _NEEDED:
        if not sent.get(name):
            raise Refusal.wrong(f"An extra field needs {name!r}")
    if any(field["id"] == sent["id"] for field in _fields(order)):
        raise Refusal(409, "CONSTRAINT_VIOLATION", f"The order has an extra field {sent['id']!r} already; update it")
    _save(visit, order, [*_fields(order), {"customerInputType": "TEXT", "orderDetailsDisplaySection": "", **sent}])
    return {"createCount": 1}


@route("PUT /orders/{orderId}/extraFields/{extraFieldId}")
def update_order_extra_field(visit: Visit) -> Answer:
    """Change one."""
    order = found_order(visit)
    field = _field(visit, order)
    changed = updated(visit, field, visit.document, stamp=False) | {"id": field["id"]}
    _save(visit, order, [changed if one is field else one for one in _fields(order)])
    return {"updateCount": 1}


@route("DELETE /orders/{orderId}/extraFields/{extraFieldId}")
def delete_order_extra_field(visit: Visit) -> Answer:
    """Delete one."""
    order = found_order(visit)
    field = _field(visit, order)
    _save(visit, order, [one for one in _fields(order) if one is not field])
    return {"deleteCount": 1}


def _fields(order: Item) -> list[Item]:
    return order.get("orderExtraFields") or []


def _field(visit: Visit, order: Item) -> Item:
    for field in _fields(order):
        if field.get("id") == visit.ids["extraFieldId"]:
            return field
    raise Refusal(404, "NOT_FOUND", f"The order has no extra field {visit.ids['extraFieldId']!r}")


def _save(visit: Visit, order: Item, fields: list[Item]) -> None:
    keep_changed(visit, order | {"orderExtraFields": fields}, order)
