"""Additional fields of the checkout."""

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
    """The input type of a field.

    In upper case, as in requests and in Ecwid's own client. The reference lists lower-case values for responses, which
    are read as `str`.
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
    """The step of the checkout that shows a field.

    The payment step is `PAYMENT_METHODS` in one part of the reference, `PAYMENT_DETAILS` in another and in Ecwid's own
    client. In upper case, like `CheckoutExtraFieldType`.
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
    """The section of an order's details that shows a field.

    In upper case, like `CheckoutExtraFieldType`. Orders have lower-case values: `ExtraFieldSection`.
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
    """The name of a surcharge in the totals of an order."""

    name: str | None = None
    name_translated: dict[str, str] | None = None
    show_surcharge_percent_value: bool | None = None


@model
class CheckoutExtraFieldOption(Model):
    """A value that a customer can choose, and its surcharge."""

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
    """The dates and times that a customer can choose."""

    min_date: str | None = None
    max_date: str | None = None
    showtime: bool | None = None
    increment_minute_by: int | None = None  # In minutes.
    limit_available_hours_weekly: BusinessHours | None = None
    disallow_dates: list[list[str]] | None = None  # Pairs of first and last date.


@model
class CheckoutExtraFieldOverrideConditions(Model):
    """The conditions under which other dates apply."""

    shipping_method: str | None = None


@model
class CheckoutExtraFieldOverride(Model):
    """Other dates for some orders."""

    conditions: CheckoutExtraFieldOverrideConditions | None = None
    fields_to_override: CheckoutExtraFieldDatepickerOptions | None = None


@model
class CheckoutExtraField(Model):
    """An additional field of the checkout.

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
    # The reference links to translations, but also has a table for overrides.
    overrides: CheckoutExtraFieldOverride | None = None
    order_by: int | None = None
    shown_on_order_details: bool | None = None
    save_to_customer_profile: bool | None = None
    cp_field: bool | None = None
    # Documented only for options; Ecwid's own client also has them for fields.
    surcharge_type: AmountType | str | None = None
    surcharge_taxable: bool | None = None
    show_zero_surcharge_in_total: bool | None = None
    surcharge_short_name: CheckoutExtraFieldOptionSurchargeShortName | None = None


@draft
class CheckoutExtraFieldDraft(Draft):
    """A field to create or change. Creating one requires `key`."""

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
    # Documented only for options; Ecwid's own client also has them for fields.
    surcharge_type: AmountType | str | Unset | None = UNSET
    surcharge_taxable: bool | Unset | None = UNSET
    show_zero_surcharge_in_total: bool | Unset | None = UNSET
    surcharge_short_name: CheckoutExtraFieldOptionSurchargeShortName | Unset | None = UNSET
