"""Shipping options: ``/profile/shippingOptions``. They are part of the store profile."""

from typing import Final

from ecwid_async.sandbox.computed_fields import localize, main_language, sync_translations
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import apply_change, without_nulls
from ecwid_async.sandbox.state import Item

__all__: list[str] = []

_MAX_TITLE: Final = 100
_TRANSLATED_FIELDS: Final = ("title", "description", "pickupInstruction")
# Types of rate calculation by the field that implies them.
_CALCULATION_TYPES: Final = {
    "flatRate": "flat",
    "ratesTable": "table",
    "carrier": "carrier-calculated",
    "appClientId": "app",
}


@route("GET /profile/shippingOptions")
def search_shipping_options(request: StoreRequest) -> Result:
    """All shipping options, as a bare array."""
    lang = request.params.get("lang")
    return [localize(option, lang) if lang else option for option in _options(request)]


@route("POST /profile/shippingOptions")
def create_shipping_option(request: StoreRequest) -> Result:
    """Create a shipping option."""
    sent = without_nulls(request.json)
    if "ratesCalculationType" not in sent:
        implied = (kind for field, kind in _CALCULATION_TYPES.items() if sent.get(field))
        sent["ratesCalculationType"] = next(implied, "flat" if sent.get("fulfilmentType") == "pickup" else "")
    counter = request.store.next_number("shipping_options", 0)
    option = {
        "id": f"{9001 + counter}-{request.now * 1000 + counter}",
        "title": "",
        "enabled": True,
        "orderby": max((other.get("orderby") or 0 for other in _options(request)), default=-10) + 10,
        "fulfilmentType": "shipping",
        "minimumOrderSubtotal": 0,
        "destinationZone": {"id": "WORLD", "name": "WORLD"},
        "deliveryTimeDays": "",
        "description": "",
        "carrier": "",
        **sent,
    }
    _check_option(request, option)
    sync_translations(option, sent, _TRANSLATED_FIELDS, main_language(request.store))
    _save(request, [*_options(request), option])
    return {"id": option["id"]}


@route("PUT /profile/shippingOptions/{shippingOptionId}")
def update_shipping_option(request: StoreRequest) -> Result:
    """Change a shipping option."""
    options, position = _options(request), _find_position(request)
    change = {name: value for name, value in request.json.items() if name != "id"}
    option = apply_change(request, options[position], change, set_updated=False)
    _check_option(request, option)
    sync_translations(option, change, _TRANSLATED_FIELDS, main_language(request.store))
    options[position] = option
    _save(request, options)
    return {"updateCount": 1}


@route("DELETE /profile/shippingOptions/{shippingOptionId}")
def delete_shipping_option(request: StoreRequest) -> Result:
    """Delete a shipping option."""
    options, position = _options(request), _find_position(request)
    del options[position]
    _save(request, options)
    return {"deleteCount": 1}


def _options(request: StoreRequest) -> list[Item]:
    """A copy of the list of options."""
    return list((request.store.profile.get("shipping") or {}).get("shippingOptions") or ())


def _save(request: StoreRequest, options: list[Item]) -> None:
    request.store.set_profile(("shipping", "shippingOptions"), options)


def _find_position(request: StoreRequest) -> int:
    option_id = request.path_params["shippingOptionId"]
    for position, option in enumerate(_options(request)):
        if option.get("id") == option_id:
            return position
    raise ErrorResponse(404, "SHIPPING_NOT_FOUND", f"Shipping option #{option_id} not found")


def _check_option(request: StoreRequest, option: Item) -> None:
    """Raise `ErrorResponse` if a store can't offer the option."""
    if not (option.get("title") or "").strip():
        raise ErrorResponse(400, "SHIPPING_OPTION_TITLE_REQUIRED", "A shipping option needs a title")
    if len(option["title"]) > _MAX_TITLE:
        raise ErrorResponse(400, "SHIPPING_BAD_TITLE_LENGTH", f"A title may have at most {_MAX_TITLE} characters")
    calculation = option.get("ratesCalculationType")
    if not calculation:
        message = "The rate calculation is missing: set ratesCalculationType, flatRate, ratesTable or carrier"
        raise ErrorResponse(400, "SHIPPING_TYPE_CARRIER_REQUIRED", message)
    if calculation != "carrier-calculated":
        return
    if not option.get("carrier"):
        raise ErrorResponse(
            400, "SHIPPING_CARRIER_NAME_REQUIRED", "Carrier-calculated rates need the name of the carrier"
        )
    origin = (request.store.profile.get("shipping") or {}).get("shippingOrigin") or request.store.profile.get("company")
    if not (origin or {}).get("countryCode"):
        message = "Carrier-calculated rates need the store's address, which the profile lacks"
        raise ErrorResponse(409, "SHIPPING_OPTION_ADDRESS_MISMATCH", message)
