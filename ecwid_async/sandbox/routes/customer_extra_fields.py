"""Extra fields that customers can have: ``/store_extrafields/customers``. A key of seven signs names each."""

from base64 import b32encode
from hashlib import sha256
from typing import Final

from ecwid_async.sandbox.engine import Answer, Listing, Visit, listing, project, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.shared import allowed, updated
from ecwid_async.sandbox.state import Columns, Item, encode, format_time

__all__: list[str] = []

_MISSING: Final = "EXTRAFIELD_NOT_FOUND"
_TYPES: Final = {
    "type": ("TEXT", "SELECT", "DATETIME", "TOGGLE_BUTTON_GROUP", "TEXTAREA", "CHECKBOX", "RADIO_BUTTONS"),
}

CUSTOMER_EXTRA_FIELDS: Final = listing(
    Listing(section="customer_extra_fields", columns=Columns(key="key"), first_id=1),
)


@route("GET /store_extrafields/customers")
def search_customer_extra_fields(visit: Visit) -> Answer:
    """All of them, in order of creation."""
    table = visit.store.table("customer_extra_fields")
    return {"items": [item for key in table if (item := table.get(key)) is not None]}


@route("GET /store_extrafields/customers/{extrafield_key}")
def get_customer_extra_field(visit: Visit) -> Answer:
    """Read one."""
    return encode(project(_found(visit), visit.selection))


@route("POST /store_extrafields/customers")
def create_customer_extra_field(visit: Visit) -> Answer:
    """Create one; it needs a title."""
    table, moment = visit.store.table("customer_extra_fields"), format_time(visit.now)
    given = {name: value for name, value in visit.document.items() if value is not None}
    key = given.get("key") or _new_key(visit)
    if key in table:
        raise Refusal(409, "CONSTRAINT_VIOLATION", f"There is an extra field {key!r} already")
    item = {
        "key": key,
        "title": "",
        "entityTypes": ["CUSTOMERS"],
        "type": "TEXT",
        "shownOnOrderDetails": False,
        "linkedWithCheckoutField": False,
        "createdDate": moment,
        "lastModifiedDate": moment,
        **given,
    }
    table.put(_checked(item))
    return {"createCount": 1, "key": key}


@route("PUT /store_extrafields/customers/{extrafield_key}")
def update_customer_extra_field(visit: Visit) -> Answer:
    """What is not named stays."""
    stored = _found(visit)
    change = {name: value for name, value in visit.document.items() if name != "key"}
    item = updated(visit, stored, change, needed=("title", "type"), stamp=False)
    item["lastModifiedDate"] = format_time(visit.now)
    visit.store.table("customer_extra_fields").put(_checked(item))
    return {"updateCount": 1}


@route("DELETE /store_extrafields/customers/{extrafield_key}")
def delete_customer_extra_field(visit: Visit) -> Answer:
    """Delete one."""
    visit.store.table("customer_extra_fields").remove(_found(visit)["key"])
    return {"deleteCount": 1}


def _found(visit: Visit) -> Item:
    key = visit.ids["extrafield_key"]
    item = visit.store.table("customer_extra_fields").get(key)
    if item is None:
        raise Refusal(404, _MISSING, f"Extra field {key!r} not found")
    return item


def _checked(item: Item) -> Item:
    item["type"] = str(item["type"]).upper()
    allowed(item, _TYPES)
    if not item["title"].strip():
        raise Refusal.wrong("An extra field needs a title")
    return item


def _new_key(visit: Visit) -> str:
    """Seven signs that no other field has; the same ones in the same store on every run."""
    number = visit.store.table("customer_extra_fields").new_id()
    return b32encode(sha256(f"{visit.store.id}/{number}".encode()).digest()).decode()[:7].lower()
