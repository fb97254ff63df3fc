"""Shipping rates that an app computes while a customer is in the checkout.

Documentation: https://docs.ecwid.com/build-apps/shipping-methods/online-shipping-methods
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import field

from ecwid_async.apps.checkout.cart import CheckoutCart
from ecwid_async.models.common import BusinessHours, FulfillmentType
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["ShippingRate", "ShippingRequest"]

_TRANSIT_DAYS: Final = re.compile(r"(?:[0-9]{1,3}(?:-[0-9]{1,3})?)?")
_MAX_RATE: Final = Decimal(10) ** 12


@frozen(kw_only=True)
class ShippingRequest:
    """A cart for which the checkout asks for shipping rates. `repr` does not show the customer.

    **It is not signed**: anyone who knows the address can send one. Use `store_id` to look up what your own database
    has about the store, and neither trust nor return anything secret in `settings`, which is everything that the app
    has put into its storage, under all keys: it leaves Ecwid with each such request.

    `language` is that of the storefront. The cart may have products that the store does not have, since other apps can
    have an order calculated. Without ``cart.shipping_address`` the customer picks the order up.
    """

    store_id: int
    language: str | None = None
    cart: CheckoutCart = field(repr=False)
    settings: Mapping[str, str] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class ShippingRate:
    """A shipping method that the checkout offers to the customer, and its price.

    - `title`, `description`: plain text. The store shows the description or the transit days, so give both.
    - `rate`: in the currency of the cart.
    - `transit_days`: the days until delivery, such as 5, ``"5"`` or ``"4-9"``; empty for none.
    - `title_translated`, `description_translated`: by language.
    - `fulfillment_type`: SHIPPING by default; PICKUP is shown to customers who pick up their order.
    - `scheduled`: whether the customer chooses a date and time, within `business_hours` and no earlier than
      `fulfillment_time_in_minutes` from now. Only for PICKUP and DELIVERY.
    - `blackout_dates`: text, whose form is documented only by an example that is not JSON; it is sent as it is.

    Raises `TypeError` for a float, which can't hold an amount exactly, and `ValueError` for an invalid value.
    """

    title: str
    rate: Decimal | int
    transit_days: str | int = ""
    description: str = ""
    title_translated: Mapping[str, str] | None = None
    description_translated: Mapping[str, str] | None = None
    fulfillment_type: FulfillmentType | None = None
    scheduled: bool | None = None
    business_hours: BusinessHours | None = None
    fulfillment_time_in_minutes: int | None = None
    blackout_dates: str | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.title, str) or not self.title.strip():
            raise ValueError("a shipping rate needs a title")
        check_amount("rate", self.rate)
        for text in (self.title, self.description, *(() if self.blackout_dates is None else (self.blackout_dates,))):
            check_text(text)
        for texts in (self.title_translated, self.description_translated):
            if texts is not None and not isinstance(texts, Mapping):
                raise TypeError('translations are a mapping, such as {"de": "Abholung"}')
            for text in () if texts is None else (*texts, *texts.values()):
                check_text(text)
        if self.fulfillment_type is not None and self.fulfillment_type not in tuple(FulfillmentType):
            raise ValueError(f"fulfillment_type is one of {', '.join(FulfillmentType)}")
        if self.scheduled is not None and not isinstance(self.scheduled, bool):
            raise TypeError("scheduled is True or False")
        if self.business_hours is not None and not isinstance(self.business_hours, BusinessHours):
            raise TypeError("business_hours are BusinessHours")
        if not _TRANSIT_DAYS.fullmatch(str(self.transit_days)):
            raise ValueError('transit_days is a number of days, such as 5 or "4-9"')
        minutes = self.fulfillment_time_in_minutes
        if minutes is not None and (isinstance(minutes, bool) or not isinstance(minutes, int) or minutes < 0):
            raise ValueError("fulfillment_time_in_minutes is a whole number of at least 0")

    def to_dict(self) -> dict[str, object]:
        """The rate with the names that the checkout expects."""
        hours = self.business_hours
        optional = {
            "titleTranslated": _copy(self.title_translated),
            "descriptionTranslated": _copy(self.description_translated),
            # Spelled with one l, unlike in orders.
            "fulfilmentType": self.fulfillment_type,
            "scheduled": self.scheduled,
            "businessHours": None if hours is None else hours.to_json(),
            "fulfillmentTimeInMinutes": self.fulfillment_time_in_minutes,
            "blackoutDates": self.blackout_dates,
        }
        return {
            "title": self.title,
            "rate": self.rate,
            "transitDays": str(self.transit_days),
            "description": self.description,
            **{name: value for name, value in optional.items() if value is not None},
        }


def check_text(value: object) -> None:
    """Raise `TypeError` unless `value` is text, and `ValueError` if it can't be sent."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is no text: pass a str")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("a text has half of a surrogate pair, which can't be sent") from None


def check_amount(name: str, value: object, maximum: Decimal = _MAX_RATE) -> None:
    """Raise `TypeError` unless `value` is an exact number, and `ValueError` unless it is from 0 to `maximum`."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"{name} is a {type(value).__name__}: pass a Decimal or an int")
    if not Decimal(value).is_finite() or not 0 <= value <= maximum:
        raise ValueError(f"{name} is a number from 0 to {maximum:f}")


def _copy(texts: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if texts is None else dict(texts)
