"""Extra fields of the checkout: ``/profile/extrafields``."""

from typing import Final

from ecwid_async.sandbox.computed_fields import main_language, sync_translations
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import apply_change, without_nulls
from ecwid_async.sandbox.state import Item, Records

__all__: list[str] = []

_TRANSLATED_FIELDS: Final = ("title", "textPlaceholder", "value", "subtitle", "tip")
# Values sent in upper case and returned in lower case.
_LOWERCASE_FIELDS: Final = ("type", "checkoutDisplaySection", "orderDetailsDisplaySection")
# One section of the checkout has two names.
_SECTION_ALIASES: Final = {"payment_methods": "payment_details"}


@route("GET /profile/extrafields")
def search_checkout_extra_fields(request: StoreRequest) -> Result:
    """All extra fields, in the order of ``orderBy``."""
    return {"items": sorted(_fields(request).values(), key=_position)}


def _position(field: Item) -> float:
    """The value of ``orderBy``, which may be anything in an export."""
    position = field.get("orderBy")
    return position if isinstance(position, int | float) else 0


@route("GET /profile/extrafields/{key}")
def get_checkout_extra_field(request: StoreRequest) -> Result:
    """Read an extra field."""
    return _find_field(request)


@route("POST /profile/extrafields")
def create_checkout_extra_field(request: StoreRequest) -> Result:
    """Create an extra field."""
    sent = _with_lowercase_values(request.json)
    key = sent.get("key")
    if not key:
        raise ErrorResponse.wrong_parameter("An extra field needs a 'key'")
    if key in _fields(request):
        raise ErrorResponse(409, "CONSTRAINT_VIOLATION", f"There is already an extra field {key!r}; update it")
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
        "orderBy": len(_fields(request)) * 10,
        "shownOnOrderDetails": True,
        "saveToCustomerProfile": False,
        "cpField": False,
        **without_nulls(sent),
    }
    sync_translations(field, sent, _TRANSLATED_FIELDS, main_language(request.store))
    _fields(request)[key] = field
    return {"createCount": 1}


@route("PUT /profile/extrafields/{key}")
def update_checkout_extra_field(request: StoreRequest) -> Result:
    """Change an extra field; its key can't be changed."""
    change = {name: value for name, value in _with_lowercase_values(request.json).items() if name != "key"}
    field = apply_change(request, _find_field(request), change, set_updated=False)
    sync_translations(field, change, _TRANSLATED_FIELDS, main_language(request.store))
    _fields(request)[field["key"]] = field
    return {"updateCount": 1}


@route("DELETE /profile/extrafields/{key}")
def delete_checkout_extra_field(request: StoreRequest) -> Result:
    """Delete an extra field."""
    del _fields(request)[_find_field(request)["key"]]
    return {"deleteCount": 1}


def _fields(request: StoreRequest) -> Records[str, Item]:
    return request.store.records("checkout_extra_fields")


def _find_field(request: StoreRequest) -> Item:
    field = _fields(request).get(request.path_params["key"])
    if field is None:
        raise ErrorResponse(404, "NOT_FOUND", f"There is no extra field {request.path_params['key']!r}")
    return field


def _with_lowercase_values(document: Item) -> Item:
    sent = dict(document)
    for name in _LOWERCASE_FIELDS:
        if sent.get(name):
            lowered = sent[name].lower()
            sent[name] = _SECTION_ALIASES.get(lowered, lowered)
    return sent
