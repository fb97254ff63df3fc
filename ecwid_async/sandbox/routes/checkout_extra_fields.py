"""Extra fields of the checkout: ``/profile/extrafields``."""

from typing import Final

from ecwid_async.sandbox.computed_fields import language, translate
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.shared import updated
from ecwid_async.sandbox.state import Item, Records

__all__: list[str] = []

_TRANSLATED: Final = ("title", "textPlaceholder", "value", "subtitle", "tip")
# Written in capitals, answered in small letters.
_LOWERED: Final = ("type", "checkoutDisplaySection", "orderDetailsDisplaySection")
# One step of the checkout has two names.
_RENAMED: Final = {"payment_methods": "payment_details"}


@route("GET /profile/extrafields")
def search_checkout_extra_fields(visit: Visit) -> Answer:
    """All of them, in their order."""
    return {"items": sorted(_fields(visit).values(), key=lambda field: field.get("orderBy") or 0)}


@route("GET /profile/extrafields/{key}")
def get_checkout_extra_field(visit: Visit) -> Answer:
    """One of them."""
    return _field(visit)


@route("POST /profile/extrafields")
def create_checkout_extra_field(visit: Visit) -> Answer:
    """Create one."""
    sent = _lowered(visit.document)
    key = sent.get("key")
    if not key:
        raise Refusal.wrong("An extra field needs a 'key'")
    if key in _fields(visit):
        raise Refusal(409, "CONSTRAINT_VIOLATION", f"There is an extra field {key!r} already; update it")
    field: Item = {
        "key": key,
        "title": "",
        "type": "text",
        "available": True,
        "required": False,
        "checkoutDisplaySection": "email",
        "orderDetailsDisplaySection": "customer_info",
        "showInInvoice": False,
        "showInNotifications": False,
        "orderBy": len(_fields(visit)) * 10,
        "shownOnOrderDetails": True,
        "saveToCustomerProfile": False,
        "cpField": False,
        **{name: value for name, value in sent.items() if value is not None},
    }
    translate(field, sent, _TRANSLATED, language(visit.store))
    _fields(visit)[key] = field
    return {"createCount": 1}


@route("PUT /profile/extrafields/{key}")
def update_checkout_extra_field(visit: Visit) -> Answer:
    """Change one; its key stays."""
    change = {name: value for name, value in _lowered(visit.document).items() if name != "key"}
    field = updated(visit, _field(visit), change, stamp=False)
    translate(field, change, _TRANSLATED, language(visit.store))
    _fields(visit)[field["key"]] = field
    return {"updateCount": 1}


@route("DELETE /profile/extrafields/{key}")
def delete_checkout_extra_field(visit: Visit) -> Answer:
    """Delete one."""
    del _fields(visit)[_field(visit)["key"]]
    return {"deleteCount": 1}


def _fields(visit: Visit) -> Records[str, Item]:
    return visit.store.records("checkout_extra_fields")


def _field(visit: Visit) -> Item:
    field = _fields(visit).get(visit.ids["key"])
    if field is None:
        raise Refusal(404, "NOT_FOUND", f"There is no extra field {visit.ids['key']!r}")
    return field


def _lowered(document: Item) -> Item:
    sent = dict(document)
    for name in _LOWERED:
        if sent.get(name):
            lowered = sent[name].lower()
            sent[name] = _RENAMED.get(lowered, lowered)
    return sent
