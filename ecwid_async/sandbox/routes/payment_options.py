"""Payment options: ``/profile/paymentOptions``. They are part of the store profile."""

from typing import Final

from ecwid_async.sandbox.computed_fields import localize, main_language, sync_translations
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import apply_change, without_nulls
from ecwid_async.sandbox.state import Item

__all__: list[str] = []

_MAX_TITLE: Final = 64
_MAX_GATEWAY_NAME: Final = 200
_TRANSLATED_FIELDS: Final = ("checkoutTitle",)
_OFFLINE: Final = "offline"
_CUSTOM_APP: Final = "custompaymentapp"
# Names of well-known gateways, which are not documented. They are compared case-insensitively.
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
def search_payment_options(request: StoreRequest) -> Result:
    """All payment options, as a bare array."""
    return [_localized(request, option) for option in _options(request)]


@route("GET /profile/paymentOptions/{paymentOptionId}")
def get_payment_option(request: StoreRequest) -> Result:
    """Read a payment option."""
    return _localized(request, _options(request)[_find_position(request)])


@route("POST /profile/paymentOptions")
def create_payment_option(request: StoreRequest) -> Result:
    """Create a payment option."""
    sent = without_nulls(request.json)
    counter = request.store.next_number("payment_options", 0)
    option = {
        "id": f"{700_000_001 + counter}-{request.now * 1000 + counter}",
        "enabled": True,
        "configured": True,
        "checkoutTitle": "",
        "checkoutDescription": "",
        "paymentProcessorId": "",
        "paymentProcessorTitle": "",
        "orderBy": max((other.get("orderBy") or 0 for other in _options(request)), default=-10) + 10,
        "appClientId": "",
        "paymentSurcharges": {"type": "ABSOLUTE", "value": 0},
        "instructionsForCustomer": {"instructionsTitle": "", "instructions": ""},
        "shippingSettings": {"enabledShippingMethods": []},
        **sent,
    }
    _check_option(request, option)
    sync_translations(option, sent, _TRANSLATED_FIELDS, main_language(request.store))
    _save(request, [*_options(request), option])
    return {"id": option["id"]}


@route("PUT /profile/paymentOptions/{paymentOptionId}")
def update_payment_option(request: StoreRequest) -> Result:
    """Change a payment option."""
    options, position = _options(request), _find_position(request)
    option = apply_change(request, options[position], request.json, set_updated=False)
    _check_option(request, option)
    sync_translations(option, request.json, _TRANSLATED_FIELDS, main_language(request.store))
    options[position] = option
    _save(request, options)
    return {"updateCount": 1, "success": True}


@route("DELETE /profile/paymentOptions/{paymentOptionId}")
def delete_payment_option(request: StoreRequest) -> Result:
    """Delete a payment option."""
    options, position = _options(request), _find_position(request)
    del options[position]
    _save(request, options)
    return {"deleteCount": 1}


def _options(request: StoreRequest) -> list[Item]:
    """A copy of the list of options."""
    return list((request.store.profile.get("payment") or {}).get("paymentOptions") or ())


def _save(request: StoreRequest, options: list[Item]) -> None:
    request.store.set_profile(("payment", "paymentOptions"), options)


def _localized(request: StoreRequest, option: Item) -> Item:
    lang = request.params.get("lang")
    localized: Item = localize(option, lang) if lang else option
    return localized


def _find_position(request: StoreRequest) -> int:
    option_id = request.path_params["paymentOptionId"]
    for position, option in enumerate(_options(request)):
        if option.get("id") == option_id:
            return position
    raise ErrorResponse(404, "NOT_FOUND", f"Payment option #{option_id} not found")


def _check_option(request: StoreRequest, option: Item) -> None:
    """Raise `ErrorResponse` if a store can't offer the option."""
    if not (option.get("checkoutTitle") or "").strip():
        raise ErrorResponse(400, "PAYMENT_OPTION_TITLE_REQUIRED", "A payment option needs a checkoutTitle")
    if len(option["checkoutTitle"]) > _MAX_TITLE:
        raise ErrorResponse(400, "PAYMENT_OPTION_BAD_TITLE_LENGTH", f"A title may have at most {_MAX_TITLE} characters")
    gateway = (option.get("paymentProcessorId") or "").casefold()
    if not gateway:
        raise ErrorResponse(400, "PAYMENT_GATEWAY_NAME_REQUIRED", "A payment option needs a paymentProcessorId")
    if max(len(gateway), len(option.get("paymentProcessorTitle") or "")) > _MAX_GATEWAY_NAME:
        message = f"The name of a gateway may have at most {_MAX_GATEWAY_NAME} characters"
        raise ErrorResponse(400, "PAYMENT_GATEWAY_SETTING_VALUE_LENGTH_OUT_OF_BOUNDARIES", message)
    if gateway not in _GATEWAYS:
        raise ErrorResponse(
            400, "PAYMENT_GATEWAY_NAME_UNKNOWN", f"There is no gateway {option['paymentProcessorId']!r}"
        )
    if gateway == _CUSTOM_APP and not option.get("appClientId"):
        message = "A payment option of an app needs its appClientId"
        raise ErrorResponse(400, "PAYMENT_GATEWAY_MISSING_SETTINGS", message)
    request.raise_if_simulated(
        "PAYMENT_GATEWAY_MALFORMED_SETTINGS_SIGNATURE_KEY_TOO_LONG", 400, "A signature may have at most 128 characters"
    )
    others = (other for other in _options(request) if other.get("id") != option["id"])
    if gateway != _OFFLINE and _gateway_key(option) in map(_gateway_key, others):
        raise ErrorResponse(
            409, "PAYMENT_GATEWAY_IS_ALREADY_ADDED", "The store already has an option with this gateway"
        )


def _gateway_key(option: Item) -> tuple[str, str]:
    return (option.get("paymentProcessorId") or "").casefold(), option.get("appClientId") or ""
