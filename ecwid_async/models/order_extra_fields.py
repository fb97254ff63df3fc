"""Extra fields of orders."""

from datetime import datetime
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model, prefixed_fields
from ecwid_async.models.common import ExtraFieldInputType

__all__ = [
    "CartExtraFields",
    "CartOrderExtraField",
    "DeliveryTimeDisplayFormat",
    "ExtraFieldSection",
    "OrderExtraField",
    "OrderExtraFieldDraft",
    "OrderExtraFieldValues",
]


class DeliveryTimeDisplayFormat(StrEnum):
    """Whether a delivery time is shown as a date or with the time of day."""

    DATE = "DATE"
    DATETIME = "DATETIME"


class ExtraFieldSection(StrEnum):
    """The section of an order's details that shows an extra field."""

    SHIPPING_INFO = "shipping_info"
    BILLING_INFO = "billing_info"
    CUSTOMER_INFO = "customer_info"
    ORDER_COMMENTS = "order_comments"


@model
class OrderExtraFieldValues(Model):
    """Extra fields of an order by name: the delivery time, and the merchant's own fields in `custom`."""

    ecwid_order_delivery_time_interval_start: datetime | None = None
    ecwid_order_delivery_time_interval_end: datetime | None = None
    ecwid_order_delivery_time_display_format: DeliveryTimeDisplayFormat | str | None = None
    custom: dict[str, str] | None = prefixed_fields("", default=None)


@model
class OrderExtraField(Model):
    """An additional field of the checkout with the customer's value."""

    id: str | None = None
    value: str | None = None  # At most 255 characters. A time is text such as ``2020-11-22 17:30:00 +0000``.
    customer_input_type: ExtraFieldInputType | str | None = None
    title: str | None = None
    order_details_display_section: ExtraFieldSection | str | None = None
    order_by: str | None = None  # A number, sent as text.
    show_in_notifications: bool | None = None
    show_in_invoice: bool | None = None


@model
class CartExtraFields(Model):
    """Extra fields of a cart by name: the delivery time, and the merchant's own fields in `custom`."""

    ecwid_order_delivery_time_interval_start: datetime | None = None
    ecwid_order_delivery_time_interval_end: datetime | None = None
    ecwid_order_delivery_time_display_format: DeliveryTimeDisplayFormat | str | None = None
    custom: dict[str, str] | None = prefixed_fields("", default=None)


@model
class CartOrderExtraField(Model):
    """An additional field of the checkout with the customer's value, in a cart or an order to write."""

    id: str | None = None
    value: str | None = None
    customer_input_type: ExtraFieldInputType | str | None = None
    title: str | None = None
    order_details_display_section: ExtraFieldSection | str | None = None
    order_by: str | None = None


@draft
class OrderExtraFieldDraft(Draft):
    """Fields of an extra field to add or change. Adding one requires `id`, `value` and `title`."""

    id: str | Unset | None = UNSET  # Only when adding a field.
    value: str | Unset | None = UNSET  # At most 255 characters.
    customer_input_type: ExtraFieldInputType | str | Unset | None = UNSET
    title: str | Unset | None = UNSET
    order_details_display_section: ExtraFieldSection | str | Unset | None = UNSET
    order_by: str | Unset | None = UNSET  # A number, sent as text.
    show_in_notifications: bool | Unset | None = UNSET
    show_in_invoice: bool | Unset | None = UNSET
