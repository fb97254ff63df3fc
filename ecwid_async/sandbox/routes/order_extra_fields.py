"""Extra fields of an order: ``/orders/{orderId}/extraFields``."""

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import apply_change, without_nulls
from ecwid_async.sandbox.routes.support.order_storage import find_order, save_changed_order
from ecwid_async.sandbox.state import Item

__all__: list[str] = []

_REQUIRED = ("id", "title", "value")


@route("GET /orders/{orderId}/extraFields")
def search_order_extra_fields(request: StoreRequest) -> Result:
    """All extra fields of the order, as a bare array."""
    return _fields(find_order(request))


@route("POST /orders/{orderId}/extraFields")
def add_order_extra_field(request: StoreRequest) -> Result:
    """Add an extra field."""
    order, sent = find_order(request), without_nulls(request.json)
    for name in _REQUIRED:
        if not sent.get(name):
            raise ErrorResponse.wrong_parameter(f"An extra field needs {name!r}")
    if any(field["id"] == sent["id"] for field in _fields(order)):
        raise ErrorResponse(
            409, "CONSTRAINT_VIOLATION", f"The order already has an extra field {sent['id']!r}; update it"
        )
    _save(request, order, [*_fields(order), {"customerInputType": "TEXT", "orderDetailsDisplaySection": "", **sent}])
    return {"createCount": 1}


@route("PUT /orders/{orderId}/extraFields/{extraFieldId}")
def update_order_extra_field(request: StoreRequest) -> Result:
    """Change an extra field; its id can't be changed."""
    order = find_order(request)
    field = _find_field(request, order)
    changed = apply_change(request, field, request.json, set_updated=False) | {"id": field["id"]}
    _save(request, order, [changed if other is field else other for other in _fields(order)])
    return {"updateCount": 1}


@route("DELETE /orders/{orderId}/extraFields/{extraFieldId}")
def delete_order_extra_field(request: StoreRequest) -> Result:
    """Delete an extra field."""
    order = find_order(request)
    field = _find_field(request, order)
    _save(request, order, [other for other in _fields(order) if other is not field])
    return {"deleteCount": 1}


def _fields(order: Item) -> list[Item]:
    return order.get("orderExtraFields") or []


def _find_field(request: StoreRequest, order: Item) -> Item:
    for field in _fields(order):
        if field.get("id") == request.path_params["extraFieldId"]:
            return field
    raise ErrorResponse(404, "NOT_FOUND", f"The order has no extra field {request.path_params['extraFieldId']!r}")


def _save(request: StoreRequest, order: Item, fields: list[Item]) -> None:
    save_changed_order(request, order | {"orderExtraFields": fields}, order)
