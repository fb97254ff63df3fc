"""Fields that a store adds to its checkout."""

from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import AmountType, BusinessHours

__all__ = [
    "CheckoutExtraField",
    "CheckoutExtraFieldDatepickerOptions",
    "CheckoutExtraFieldDraft",
    "CheckoutExtraFieldOption",
    "CheckoutExtraFieldOptionSurchargeShortName",
    "CheckoutExtraFieldOverride",
    "CheckoutExtraFieldOverrideConditions",
    "CheckoutExtraFieldType",
    "CheckoutSection",
    "OrderDetailsSection",
]


class CheckoutExtraFieldType(StrEnum):
    """What a customer fills a field in with.

    Upper case, as it is written and as the vendor's own client reads it. The reference lists lower case for answers:
    that stays text.
    """

    TEXT = "TEXT"
    TEXTAREA = "TEXTAREA"
    SELECT = "SELECT"
    RADIO_BUTTONS = "RADIO_BUTTONS"
    CHECKBOX = "CHECKBOX"
    TOGGLE_BUTTON_GROUP = "TOGGLE_BUTTON_GROUP"
    DATETIME = "DATETIME"
    EMPTY = "EMPTY"


class CheckoutSection(StrEnum):
    """Where the checkout shows a field.

    The payment step is `PAYMENT_METHODS` in one part of the reference, `PAYMENT_DETAILS` in another and in the
    vendor's own client. Upper case, as in `CheckoutExtraFieldType`.
    """

    EMAIL = "EMAIL"
    SHIPPING_ADDRESS = "SHIPPING_ADDRESS"
    PICKUP_DETAILS = "PICKUP_DETAILS"
    SHIPPING_METHODS = "SHIPPING_METHODS"
    PICKUP_METHODS = "PICKUP_METHODS"
    PAYMENT_DETAILS = "PAYMENT_DETAILS"
    BILLING_ADDRESS = "BILLING_ADDRESS"
    ORDER_COMMENTS = "ORDER_COMMENTS"
    PAYMENT_METHODS = "PAYMENT_METHODS"


class OrderDetailsSection(StrEnum):
    """Where the details of an order show a field.

    Upper case, as in `CheckoutExtraFieldType`; orders have lower case: `ExtraFieldSection`.
    """

    SHIPPING_INFO = "SHIPPING_INFO"
    BILLING_INFO = "BILLING_INFO"
    CUSTOMER_INFO = "CUSTOMER_INFO"
    ORDER_COMMENTS = "ORDER_COMMENTS"
    SHIPPING_ADDRESS = "SHIPPING_ADDRESS"
    SHIPPING_METHODS = "SHIPPING_METHODS"
    PICKUP_DETAILS = "PICKUP_DETAILS"
    PICKUP_METHODS = "PICKUP_METHODS"
    PAYMENT_DETAILS = "PAYMENT_DETAILS"
    HIDDEN = "HIDDEN"


@model
class CheckoutExtraFieldOptionSurchargeShortName(Model):
    """What a surcharge is called in the totals of an order."""

    name: str | None = None
    name_translated: dict[str, str] | None = None
    show_surcharge_percent_value: bool | None = None


@model
class CheckoutExtraFieldOption(Model):
    """A value that a customer can choose, and what it adds to the order."""

    title: str | None = None
    title_translated: dict[str, str] | None = None
    subtitle: str | None = None
    subtitle_translated: dict[str, str] | None = None
    surcharge: Decimal | None = None
    surcharge_type: AmountType | str | None = None
    surcharge_taxable: bool | None = None
    show_zero_surcharge_in_total: bool | None = None
    surcharge_short_name: CheckoutExtraFieldOptionSurchargeShortName | None = None


@model
class CheckoutExtraFieldDatepickerOptions(Model):
    """Which dates and times a customer can choose."""

    min_date: str | None = None
    max_date: str | None = None
    showtime: bool | None = None
    increment_minute_by: int | None = None  # In minutes.
    limit_available_hours_weekly: BusinessHours | None = None
    disallow_dates: list[list[str]] | None = None  # Pairs of from and to.


@model
class CheckoutExtraFieldOverrideConditions(Model):
    """When other dates apply."""

    shipping_method: str | None = None


@model
class CheckoutExtraFieldOverride(Model):
    """Other dates for some orders."""

    conditions: CheckoutExtraFieldOverrideConditions | None = None
    fields_to_override: CheckoutExtraFieldDatepickerOptions | None = None


@model
class CheckoutExtraField(Model):
    """A field that customers fill in at the checkout.

    API reference: https://docs.ecwid.com/api-reference/rest-api/checkout-extra-fields
    """

    key: str | None = None
    title: str | None = None
    title_translated: dict[str, str] | None = None
    type: CheckoutExtraFieldType | str | None = None
    text_placeholder: str | None = None
    text_placeholder_translated: dict[str, str] | None = None
    available: bool | None = None
    required: bool | None = None
    checkout_display_section: CheckoutSection | str | None = None
    order_details_display_section: OrderDetailsSection | str | None = None
    show_in_invoice: bool | None = None
    show_in_notifications: bool | None = None
    value: str | None = None
    value_translated: dict[str, str] | None = None
    subtitle: str | None = None
    subtitle_translated: dict[str, str] | None = None
    tip: str | None = None
    tip_translated: dict[str, str] | None = None
    show_for_payment_method_ids: list[str] | None = None
    show_for_shipping_method_ids: list[str] | None = None
    show_for_country: list[str] | None = None  # Country codes.
    options: list[CheckoutExtraFieldOption] | None = None
    datepicker_options: CheckoutExtraFieldDatepickerOptions | None = None
    # The reference links this to translations; its own table is meant.
    overrides: CheckoutExtraFieldOverride | None = None
    order_by: int | None = None
    shown_on_order_details: bool | None = None
    save_to_customer_profile: bool | None = None
    cp_field: bool | None = None
    # In no table here, but for the options; the vendor's own client has them for the field.
    surcharge_type: AmountType | str | None = None
    surcharge_taxable: bool | None = None
    show_zero_surcharge_in_total: bool | None = None
    surcharge_short_name: CheckoutExtraFieldOptionSurchargeShortName | None = None


@draft
class CheckoutExtraFieldDraft(Draft):
    """What a field is created with, or changed to. Creating one needs `key`."""

    key: str | Unset | None = UNSET
    title: str | Unset | None = UNSET
    title_translated: dict[str, str] | Unset | None = UNSET
    type: CheckoutExtraFieldType | str | Unset | None = UNSET
    text_placeholder: str | Unset | None = UNSET
    text_placeholder_translated: dict[str, str] | Unset | None = UNSET
    available: bool | Unset | None = UNSET
    required: bool | Unset | None = UNSET
    checkout_display_section: CheckoutSection | str | Unset | None = UNSET
    order_details_display_section: OrderDetailsSection | str | Unset | None = UNSET
    show_in_invoice: bool | Unset | None = UNSET
    show_in_notifications: bool | Unset | None = UNSET
    value: str | Unset | None = UNSET
    value_translated: dict[str, str] | Unset | None = UNSET
    subtitle: str | Unset | None = UNSET
    subtitle_translated: dict[str, str] | Unset | None = UNSET
    tip: str | Unset | None = UNSET
    tip_translated: dict[str, str] | Unset | None = UNSET
    show_for_payment_method_ids: list[str] | Unset | None = UNSET
    show_for_shipping_method_ids: list[str] | Unset | None = UNSET
    show_for_country: list[str] | Unset | None = UNSET  # Country codes.
    options: list[CheckoutExtraFieldOption] | Unset | None = UNSET
    datepicker_options: CheckoutExtraFieldDatepickerOptions | Unset | None = UNSET
    overrides: CheckoutExtraFieldOverride | Unset | None = UNSET
    order_by: int | Unset | None = UNSET
    shown_on_order_details: bool | Unset | None = UNSET
    save_to_customer_profile: bool | Unset | None = UNSET
    # In no table here, but for the options; the vendor's own client has them for the field.
    surcharge_type: AmountType | str | Unset | None = UNSET
    surcharge_taxable: bool | Unset | None = UNSET
    show_zero_surcharge_in_total: bool | Unset | None = UNSET
    surcharge_short_name: CheckoutExtraFieldOptionSurchargeShortName | Unset | None = UNSET
