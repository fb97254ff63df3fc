"""Extra fields of the checkout of a demo store."""

from typing import Any

from ecwid_async.sandbox.state import Item

__all__ = ["checkout_extra_fields"]


def checkout_extra_fields() -> dict[str, Item]:
    """Extra fields by key."""
    return {field["key"]: field for field in (_how_found(), _wish_date(), _gift_wrap())}


def _extra_field(key: str, kind: str, title: str, german_title: str, order: int, **others: Any) -> Item:
    return {
        "key": key,
        "title": title,
        "titleTranslated": {"en": title, "de": german_title},
        "type": kind,
        "available": True,
        "required": False,
        "checkoutDisplaySection": "email",
        "orderDetailsDisplaySection": "customer_info",
        "showInInvoice": False,
        "showInNotifications": True,
        "orderBy": order,
        "shownOnOrderDetails": True,
        "saveToCustomerProfile": False,
        "cpField": True,
        **others,
    }


def _how_found() -> Item:
    placeholder = {"en": "A friend, a search …", "de": "Freunde, Suche …"}
    return _extra_field(
        "how_found",
        "text",
        "How did you find us?",
        "Wie haben Sie uns gefunden?",
        0,
        textPlaceholder=placeholder["en"],
        textPlaceholderTranslated=placeholder,
        saveToCustomerProfile=True,
    )


def _wish_date() -> Item:
    return _extra_field(
        "wish_date",
        "datetime",
        "When should it arrive?",
        "Wann soll es ankommen?",
        10,
        checkoutDisplaySection="shipping_methods",
        orderDetailsDisplaySection="shipping_info",
        showInInvoice=True,
        datepickerOptions={"minDate": "1", "maxDate": "60", "showtime": True, "incrementMinuteBy": 30},
    )


def _gift_wrap() -> Item:
    return _extra_field(
        "gift_wrap",
        "toggle_button_group",
        "Gift wrap",
        "Geschenkpapier",
        20,
        checkoutDisplaySection="payment_details",
        options=[
            _option("No", "Nein", 0),
            _option("Yes", "Ja", 2.5),
        ],
    )


def _option(title: str, german_title: str, surcharge: float) -> Item:
    return {
        "title": title,
        "titleTranslated": {"en": title, "de": german_title},
        "surcharge": surcharge,
        "surchargeType": "ABSOLUTE",
        "surchargeTaxable": False,
        "showZeroSurchargeInTotal": False,
    }
