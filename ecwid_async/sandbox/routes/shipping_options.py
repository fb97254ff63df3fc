"""Shipping options: ``/profile/shippingOptions``. They are part of the profile, which shows them too."""

from typing import Final

from ecwid_async.sandbox.computed_fields import language, localised, translate
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.shared import updated
from ecwid_async.sandbox.state import Item

__all__: list[str] = []

_LONGEST_TITLE: Final = 100
_TRANSLATED: Final = ("title", "description", "pickupInstruction")
# How the price of shipping is found, and the field that says so.
_CALCULATIONS: Final = {
    "flatRate": "flat",
    "ratesTable": "table",
    "carrier": "carrier-calculated",
    "appClientId": "app",
}


@route("GET /profile/shippingOptions")
def search_shipping_options(visit: Visit) -> Answer:
    """All of them, as a bare array."""
    lang = visit.params.get("lang")
    return [localised(option, lang) if lang else option for option in _options(visit)]


@route("POST /profile/shippingOptions")
def create_shipping_option(visit: Visit) -> Answer:
    """Create one."""
    sent = {name: value for name, value in visit.document.items() if value is not None}
    if "ratesCalculationType" not in sent:
        follows = (kind for field, kind in _CALCULATIONS.items() if sent.get(field))
        sent["ratesCalculationType"] = next(follows, "flat" if sent.get("fulfilmentType") == "pickup" else "")
    number = visit.store.next_number("shipping_options", 0)
    option = {
        "id": f"{9001 + number}-{visit.now * 1000 + number}",
        "title": "",
        "enabled": True,
        "orderby": max((one.get("orderby") or 0 for one in _options(visit)), default=-10) + 10,
        "fulfilmentType": "shipping",
        "minimumOrderSubtotal": 0,
        "destinationZone": {"id": "WORLD", "name": "WORLD"},
        "deliveryTimeDays": "",
        "description": "",
        "carrier": "",
        **sent,
    }
    _check(visit, option)
    translate(option, sent, _TRANSLATED, language(visit.store))
    _save(visit, [*_options(visit), option])
    return {"id": option["id"]}


@route("PUT /profile/shippingOptions/{shippingOptionId}")
def update_shipping_option(visit: Visit) -> Answer:
    """Change one."""
    options, at = _options(visit), _place(visit)
    change = {name: value for name, value in visit.document.items() if name != "id"}
    option = updated(visit, options[at], change, stamp=False)
    _check(visit, option)
    translate(option, change, _TRANSLATED, language(visit.store))
    options[at] = option
    _save(visit, options)
    return {"updateCount": 1}


@route("DELETE /profile/shippingOptions/{shippingOptionId}")
def delete_shipping_option(visit: Visit) -> Answer:
    """Delete one."""
    options, at = _options(visit), _place(visit)
    del options[at]
    _save(visit, options)
    return {"deleteCount": 1}


def _options(visit: Visit) -> list[Item]:
    """The options; a list of the caller's own."""
    return list((visit.store.profile.get("shipping") or {}).get("shippingOptions") or ())


def _save(visit: Visit, options: list[Item]) -> None:
    visit.store.set_profile(("shipping", "shippingOptions"), options)


def _place(visit: Visit) -> int:
    name = visit.ids["shippingOptionId"]
    for at, option in enumerate(_options(visit)):
        if option.get("id") == name:
            return at
    raise Refusal(404, "SHIPPING_NOT_FOUND", f"Shipping option #{name} not found")


def _check(visit: Visit, option: Item) -> None:
    """Raise `Refusal` where the option is not one that a store can offer."""
    if not (option.get("title") or "").strip():
        raise Refusal(400, "SHIPPING_OPTION_TITLE_REQUIRED", "A shipping option needs a title")
    if len(option["title"]) > _LONGEST_TITLE:
        raise Refusal(400, "SHIPPING_BAD_TITLE_LENGTH", f"A title may have {_LONGEST_TITLE} characters at most")
    calculation = option.get("ratesCalculationType")
    if not calculation:
        message = "Say how the price of shipping is found: ratesCalculationType, or flatRate, ratesTable, carrier"
        raise Refusal(400, "SHIPPING_TYPE_CARRIER_REQUIRED", message)
    if calculation != "carrier-calculated":
        return
    if not option.get("carrier"):
        raise Refusal(400, "SHIPPING_CARRIER_NAME_REQUIRED", "Rates that a carrier calculates need the carrier's name")
    origin = (visit.store.profile.get("shipping") or {}).get("shippingOrigin") or visit.store.profile.get("company")
    if not (origin or {}).get("countryCode"):
        message = "A carrier calculates rates from the store's address, and the profile has none"
        raise Refusal(409, "SHIPPING_OPTION_ADDRESS_MISMATCH", message)
