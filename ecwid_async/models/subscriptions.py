"""Recurring subscriptions."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import RecurringInterval
from ecwid_async.models.orders import Order

__all__ = [
    "Subscription",
    "SubscriptionChargeSettings",
    "SubscriptionDraft",
    "SubscriptionOrder",
    "SubscriptionPaymentMethod",
    "SubscriptionSortBy",
    "SubscriptionStatus",
]


class SubscriptionSortBy(StrEnum):
    """The sort order of a search for subscriptions."""

    DATE_CREATED_ASC = "DATE_CREATED_ASC"
    DATE_CREATED_DESC = "DATE_CREATED_DESC"
    ORDER_COUNT_ASC = "ORDER_COUNT_ASC"
    ORDER_COUNT_DESC = "ORDER_COUNT_DESC"
    NEXT_CHARGE_DATE_ASC = "NEXT_CHARGE_DATE_ASC"
    NEXT_CHARGE_DATE_DESC = "NEXT_CHARGE_DATE_DESC"


class SubscriptionStatus(StrEnum):
    """The status of a subscription. Only Ecwid's own client has `PAUSED`."""

    ACTIVE = "ACTIVE"
    CANCELLED = "CANCELLED"
    LAST_CHARGE_FAILED = "LAST_CHARGE_FAILED"
    REQUIRES_PAYMENT_CONFIRMATION = "REQUIRES_PAYMENT_CONFIRMATION"
    PAUSED = "PAUSED"


@model
class SubscriptionChargeSettings(Model):
    """The interval between charges of a subscription."""

    recurring_interval: RecurringInterval | str | None = None
    recurring_interval_count: int | None = None


@model
class SubscriptionPaymentMethod(Model):
    """The card that is charged."""

    credit_card_masked_number: str | None = None
    credit_card_brand: str | None = None


@model
class SubscriptionOrder(Model):
    """An order created by a subscription."""

    id: int | None = None  # The number of the order.
    total: Decimal | None = None
    create_date: datetime | None = None


@model
class Subscription(Model):
    """A subscription of a customer to a product.

    API reference: https://docs.ecwid.com/api-reference/rest-api/orders/recurring-subscriptions/get-recurring-subscription
    """

    subscription_id: int | None = None
    customer_id: int | None = None
    status: SubscriptionStatus | str | None = None
    status_updated: datetime | None = None
    created: datetime | None = None
    cancelled: datetime | None = None
    next_charge: datetime | None = None
    create_timestamp: int | None = None  # Unix milliseconds in every example, unlike in orders.
    update_timestamp: int | None = None  # Unix milliseconds.
    charge_settings: SubscriptionChargeSettings | None = None
    payment_method: SubscriptionPaymentMethod | None = None
    orders: list[SubscriptionOrder] | None = None  # An object in the reference, a list in the examples.
    order_template: Order | None = None  # Repeated by each new order.
    next_charge_formatted: str | None = None


@draft
class SubscriptionDraft(Draft):
    """Fields of a subscription to change."""

    charge_settings: SubscriptionChargeSettings | Unset | None = UNSET
    next_charge: datetime | Unset | None = UNSET
    status: SubscriptionStatus | str | Unset | None = UNSET
