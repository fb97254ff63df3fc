"""Payment options: ``/profile/paymentOptions``. They are part of the profile, which shows them too."""

from typing import Final

from ecwid_async.sandbox.computed_fields import language, localised, translate
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.shared import updated
from ecwid_async.sandbox.state import Item

__all__: list[str] = []

_LONGEST_TITLE: Final = 64
_LONGEST_GATEWAY: Final = 200
_TRANSLATED: Final = ("checkoutTitle",)
_OFFLINE: Final = "offline"
_OF_APPS: Final = "custompaymentapp"
# Nobody documents the names of all gateways; these are well known. Case does not matter.
_GATEWAYS: Final = frozenset(
    [
        "2checkout",
        "adyen",
        "afterpay",
        "alipay",
        "amazonpay",
        "authorizenet",
        "barion",
        "bluesnap",
        "braintree",
        "cardconnect",
        "chase",
        "clearpay",
        "custompaymentapp",
        "cybersource",
        "dibs",
        "eway",
        "firstdata",
        "globalpayments",
        "icepay",
        "ideal",
        "iyzico",
        "klarna",
        "lightspeedpayments",
        "mercadopago",
        "mollie",
        "moneris",
        "nets",
        "offline",
        "paypal",
        "paypalcheckout",
        "paypalexpress",
        "paypalpro",
        "paypalstandard",
        "payu",
        "paytm",
        "payfast",
        "paytabs",
        "purchaseorder",
        "quickbooks",
        "razorpay",
        "redsys",
        "robokassa",
        "sagepay",
        "sezzle",
        "skrill",
        "sofort",
        "square",
        "squareup",
        "stripe",
        "tinkoff",
        "usaepay",
        "virtualmerchant",
        "worldpay",
        "yookassa",
    ]
)


@route("GET /profile/paymentOptions")
def search_payment_options(visit: Visit) -> Answer:
    """All of them, as a bare array."""
    return [_in_language(visit, option) for option in _options(visit)]


@route("GET /profile/paymentOptions/{paymentOptionId}")
def get_payment_option(visit: Visit) -> Answer:
    """One of them."""
    return _in_language(visit, _options(visit)[_place(visit)])


@route("POST /profile/paymentOptions")
def create_payment_option(visit: Visit) -> Answer:
    """Create one."""
    sent = {name: value for name, value in visit.document.items() if value is not None}
    number = visit.store.next_number("payment_options", 0)
    option = {
        "id": f"{700_000_001 + number}-{visit.now * 1000 + number}",
        "enabled": True,
        "configured": True,
        "checkoutTitle": "",
        "checkoutDescription": "",
        "paymentProcessorId": "",
        "paymentProcessorTitle": "",
        "orderBy": max((one.get("orderBy") or 0 for one in _options(visit)), default=-10) + 10,
        "appClientId": "",
        "paymentSurcharges": {"type": "ABSOLUTE", "value": 0},
        "instructionsForCustomer": {"instructionsTitle": "", "instructions": ""},
        "shippingSettings": {"enabledShippingMethods": []},
        **sent,
    }
    _check(visit, option)
    translate(option, sent, _TRANSLATED, language(visit.store))
    _save(visit, [*_options(visit), option])
    return {"id": option["id"]}


@route("PUT /profile/paymentOptions/{paymentOptionId}")
def update_payment_option(visit: Visit) -> Answer:
    """Change one."""
    options, at = _options(visit), _place(visit)
    option = updated(visit, options[at], visit.document, stamp=False)
    _check(visit, option)
    translate(option, visit.document, _TRANSLATED, language(visit.store))
    options[at] = option
    _save(visit, options)
    return {"updateCount": 1, "success": True}


@route("DELETE /profile/paymentOptions/{paymentOptionId}")
def delete_payment_option(visit: Visit) -> Answer:
    """Delete one."""
    options, at = _options(visit), _place(visit)
    del options[at]
    _save(visit, options)
    return {"deleteCount": 1}


def _options(visit: Visit) -> list[Item]:
    """The options; a list of the caller's own."""
    return list((visit.store.profile.get("payment") or {}).get("paymentOptions") or ())


def _save(visit: Visit, options: list[Item]) -> None:
    visit.store.set_profile(("payment", "paymentOptions"), options)


def _in_language(visit: Visit, option: Item) -> Item:
    lang = visit.params.get("lang")
    found: Item = localised(option, lang) if lang else option
    return found


def _place(visit: Visit) -> int:
    name = visit.ids["paymentOptionId"]
    for at, option in enumerate(_options(visit)):
        if option.get("id") == name:
            return at
    raise Refusal(404, "NOT_FOUND", f"Payment option #{name} not found")


def _check(visit: Visit, option: Item) -> None:
    """Raise `Refusal` where the option is not one that a store can offer."""
    if not (option.get("checkoutTitle") or "").strip():
        raise Refusal(400, "PAYMENT_OPTION_TITLE_REQUIRED", "A payment option needs a checkoutTitle")
    if len(option["checkoutTitle"]) > _LONGEST_TITLE:
        raise Refusal(400, "PAYMENT_OPTION_BAD_TITLE_LENGTH", f"A title may have {_LONGEST_TITLE} characters at most")
    gateway = (option.get("paymentProcessorId") or "").casefold()
    if not gateway:
        raise Refusal(400, "PAYMENT_GATEWAY_NAME_REQUIRED", "A payment option needs a paymentProcessorId")
    if max(len(gateway), len(option.get("paymentProcessorTitle") or "")) > _LONGEST_GATEWAY:
        message = f"The name of a gateway may have {_LONGEST_GATEWAY} characters at most"
        raise Refusal(400, "PAYMENT_GATEWAY_SETTING_VALUE_LENGTH_OUT_OF_BOUNDARIES", message)
    if gateway not in _GATEWAYS:
        raise Refusal(400, "PAYMENT_GATEWAY_NAME_UNKNOWN", f"There is no gateway {option['paymentProcessorId']!r}")
    if gateway == _OF_APPS and not option.get("appClientId"):
        message = "A payment option of an app needs its appClientId"
        raise Refusal(400, "PAYMENT_GATEWAY_MISSING_SETTINGS", message)
    visit.unless_refused(
        "PAYMENT_GATEWAY_MALFORMED_SETTINGS_SIGNATURE_KEY_TOO_LONG", 400, "A signature may have 128 characters at most"
    )
    others = (one for one in _options(visit) if one.get("id") != option["id"])
    if gateway != _OFFLINE and _gateway(option) in map(_gateway, others):
        raise Refusal(409, "PAYMENT_GATEWAY_IS_ALREADY_ADDED", "The store has an option with this gateway already")


def _gateway(option: Item) -> tuple[str, str]:
    return (option.get("paymentProcessorId") or "").casefold(), option.get("appClientId") or ""
