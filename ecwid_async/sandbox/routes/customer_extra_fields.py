"""Extra fields of customers: ``/store_extrafields/customers``. A new field without a key gets one."""

from base64 import b32encode
from hashlib import sha256
from typing import Final

from ecwid_async.sandbox.engine import Listing, Result, StoreRequest, project, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import apply_change, check_choices, without_nulls
from ecwid_async.sandbox.state import Columns, Item, encode_json, format_time

__all__: list[str] = []

_NOT_FOUND: Final = "EXTRAFIELD_NOT_FOUND"
_CHOICES: Final = {
    "type": ("TEXT", "SELECT", "DATETIME", "TOGGLE_BUTTON_GROUP", "TEXTAREA", "CHECKBOX", "RADIO_BUTTONS"),
}

CUSTOMER_EXTRA_FIELDS: Final = register_list(
    Listing(section="customer_extra_fields", columns=Columns(key="key"), first_id=1),
)


@route("GET /store_extrafields/customers")
def search_customer_extra_fields(request: StoreRequest) -> Result:
    """All extra fields, in order of creation."""
    table = request.store.table("customer_extra_fields")
    return {"items": [item for key in table if (item := table.get(key)) is not None]}


@route("GET /store_extrafields/customers/{extrafield_key}")
def get_customer_extra_field(request: StoreRequest) -> Result:
    """Read an extra field."""
    return encode_json(project(_find_field(request), request.selection))


@route("POST /store_extrafields/customers")
def create_customer_extra_field(request: StoreRequest) -> Result:
    """Create an extra field; it needs a title."""
    table, date = request.store.table("customer_extra_fields"), format_time(request.now)
    sent = without_nulls(request.json)
    key = sent.get("key") or _new_key(request)
    if key in table:
        raise ErrorResponse(409, "CONSTRAINT_VIOLATION", f"There is already an extra field {key!r}")
    item = {
        "key": key,
        "title": "",
        "entityTypes": ["CUSTOMERS"],
        "type": "TEXT",
        "shownOnOrderDetails": False,
        "linkedWithCheckoutField": False,
        "createdDate": date,
        "lastModifiedDate": date,
        **sent,
    }
    table.put(_validated(item))
    return {"createCount": 1, "key": key}


@route("PUT /store_extrafields/customers/{extrafield_key}")
def update_customer_extra_field(request: StoreRequest) -> Result:
    """Change the given fields."""
    stored = _find_field(request)
    change = {name: value for name, value in request.json.items() if name != "key"}
    item = apply_change(request, stored, change, required=("title", "type"), set_updated=False)
    item["lastModifiedDate"] = format_time(request.now)
    request.store.table("customer_extra_fields").put(_validated(item))
    return {"updateCount": 1}


@route("DELETE /store_extrafields/customers/{extrafield_key}")
def delete_customer_extra_field(request: StoreRequest) -> Result:
    """Delete an extra field."""
    request.store.table("customer_extra_fields").remove(_find_field(request)["key"])
    return {"deleteCount": 1}


def _find_field(request: StoreRequest) -> Item:
    key = request.path_params["extrafield_key"]
    item = request.store.table("customer_extra_fields").get(key)
    if item is None:
        raise ErrorResponse(404, _NOT_FOUND, f"Extra field {key!r} not found")
    return item


def _validated(item: Item) -> Item:
    item["type"] = str(item["type"]).upper()
    check_choices(item, _CHOICES)
    if not item["title"].strip():
        raise ErrorResponse.wrong_parameter("An extra field needs a title")
    return item


def _new_key(request: StoreRequest) -> str:
    """A key of seven characters that no other field has; the same on every run for the same store."""
    counter = request.store.table("customer_extra_fields").new_id()
    return b32encode(sha256(f"{request.store.id}/{counter}".encode()).digest()).decode()[:7].lower()
