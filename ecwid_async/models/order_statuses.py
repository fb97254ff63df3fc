"""Statuses of orders and their settings."""

from datetime import datetime
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "OrderStatus",
    "OrderStatusDraft",
    "OrderStatusId",
    "OrderStatusType",
]


class OrderStatusId(StrEnum):
    """The values of `PaymentStatus` and `FulfillmentStatus`."""

    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    PAID = "PAID"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    INCOMPLETE = "INCOMPLETE"
    CUSTOM_PAYMENT_STATUS_1 = "CUSTOM_PAYMENT_STATUS_1"
    CUSTOM_PAYMENT_STATUS_2 = "CUSTOM_PAYMENT_STATUS_2"
    CUSTOM_PAYMENT_STATUS_3 = "CUSTOM_PAYMENT_STATUS_3"
    AWAITING_PROCESSING = "AWAITING_PROCESSING"
    PROCESSING = "PROCESSING"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    WILL_NOT_DELIVER = "WILL_NOT_DELIVER"
    RETURNED = "RETURNED"
    READY_FOR_PICKUP = "READY_FOR_PICKUP"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    CUSTOM_FULFILLMENT_STATUS_1 = "CUSTOM_FULFILLMENT_STATUS_1"
    CUSTOM_FULFILLMENT_STATUS_2 = "CUSTOM_FULFILLMENT_STATUS_2"
    CUSTOM_FULFILLMENT_STATUS_3 = "CUSTOM_FULFILLMENT_STATUS_3"


class OrderStatusType(StrEnum):
    """The type of a status: payment or fulfillment."""

    PAYMENT_STATUS = "PAYMENT_STATUS"
    FULFILLMENT_STATUS = "FULFILLMENT_STATUS"


@model
class OrderStatus(Model):
    """A status of orders, with its settings.

    API reference: https://docs.ecwid.com/api-reference/rest-api/orders/order-statuses/get-order-status
    """

    status_id: OrderStatusId | str | None = None
    order_status_type: OrderStatusType | str | None = None
    default_status: bool | None = None
    enabled: bool | None = None
    send_notification_when_status_is_assigned: bool | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None  # Only custom statuses have a name.
    last_name_change_date: datetime | None = None
    # The name in updates and in Ecwid's own client for `name_translated`.
    name_translations: dict[str, str] | None = None


@draft
class OrderStatusDraft(Draft):
    """Fields of a status to change. Only custom statuses can have a name."""

    enabled: bool | Unset | None = UNSET
    send_notification_when_status_is_assigned: bool | Unset | None = UNSET
    name: str | Unset | None = UNSET
    name_translations: dict[str, str] | Unset | None = UNSET
