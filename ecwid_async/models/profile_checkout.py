"""The shipping, payment, gift card and tip settings of a store."""

from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import AmountType
from ecwid_async.models.order_shipping import HandlingFee
from ecwid_async.models.payment_options import PaymentOption
from ecwid_async.models.shipping_options import ShippingOption

__all__ = [
    "GiftCardDisplayLocation",
    "ProfileApplePay",
    "ProfileCustomTipSettings",
    "ProfileGiftCardProduct",
    "ProfileGiftCardSettings",
    "ProfilePayment",
    "ProfileShipping",
    "ProfileShippingDraft",
    "ProfileShippingShippingOrigin",
    "ProfileTipsSettings",
    "ProfileTipsSettingsDraft",
]


class GiftCardDisplayLocation(StrEnum):
    """Where the storefront shows gift cards."""

    CATALOG_AND_FOOTER = "CATALOG_AND_FOOTER"
    CATALOG = "CATALOG"


@model
class ProfileShippingShippingOrigin(Model):
    """The address that the store ships from."""

    company_name: str | None = None
    email: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    phone: str | None = None
    country_name: str | None = None


@model
class ProfileShipping(Model):
    """Shipping settings of the store."""

    handling_fee: HandlingFee | None = None
    shipping_origin: ProfileShippingShippingOrigin | None = None
    shipping_options: list[ShippingOption] | None = None


@model
class ProfileApplePay(Model):
    """Settings of Apple Pay."""

    enabled: bool | None = None
    available: bool | None = None
    gateway: str | None = None
    verification_file: str | None = None  # `verification_file_url` in the example of the older reference.
    verification_file_url: str | None = None


@model
class ProfilePayment(Model):
    """Payment settings of the store."""

    payment_options: list[PaymentOption] | None = None
    apple_pay: ProfileApplePay | None = None
    apple_pay_options: list[ProfileApplePay] | None = None  # An object in the reference, a list in the example.
    country_code: str | None = None  # Undocumented; Ecwid's own client reads it.


@model
class ProfileGiftCardProduct(Model):
    """A product that is a gift card."""

    id: int | None = None
    name: str | None = None
    url: str | None = None


@model
class ProfileGiftCardSettings(Model):
    """Gift card settings of the store."""

    products: list[ProfileGiftCardProduct] | None = None
    display_location: GiftCardDisplayLocation | str | None = None


@model
class ProfileCustomTipSettings(Model):
    """Whether customers can enter a tip."""

    enabled: bool | None = None


@model
class ProfileTipsSettings(Model):
    """Settings for tips at the checkout."""

    enabled: bool | None = None
    type: AmountType | str | None = None
    options: list[Decimal] | None = None
    default_option: Decimal | None = None
    custom_tip_settings: ProfileCustomTipSettings | None = None
    title: str | None = None
    sub_title: str | None = None  # The spelling of the reference; `subtitle` in the example.
    title_translated: dict[str, str] | None = None
    subtitle_translated: dict[str, str] | None = None
    subtitle: str | None = None


@draft
class ProfileShippingDraft(Draft):
    """Shipping settings to change. The origin and the shipping options are read-only."""

    handling_fee: HandlingFee | Unset | None = UNSET


@draft
class ProfileTipsSettingsDraft(Draft):
    """Tip settings to change."""

    enabled: bool | Unset | None = UNSET
    type: AmountType | str | Unset | None = UNSET
    options: list[Decimal | int] | Unset | None = UNSET
    default_option: Decimal | int | Unset | None = UNSET
    custom_tip_settings: ProfileCustomTipSettings | Unset | None = UNSET
    title: str | Unset | None = UNSET
    sub_title: str | Unset | None = UNSET
    title_translated: dict[str, str] | Unset | None = UNSET
    subtitle_translated: dict[str, str] | Unset | None = UNSET
