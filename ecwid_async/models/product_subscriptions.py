"""Subscription settings of products and variations."""

from decimal import Decimal

from ecwid_async.models.base import Model, model
from ecwid_async.models.common import RecurringInterval

__all__ = [
    "ProductSubscriptionSettings",
    "ProductSubscriptionSettingsRecurringChargeSettings",
]


@model
class ProductSubscriptionSettingsRecurringChargeSettings(Model):
    """The interval and prices of a subscription."""

    recurring_interval: RecurringInterval | str | None = None
    recurring_interval_count: int | None = None
    subscription_price_with_sign_up_fee: Decimal | None = None
    subscription_price_with_sign_up_fee_formatted: str | None = None
    sign_up_fee: Decimal | None = None
    sign_up_fee_formatted: str | None = None


@model
class ProductSubscriptionSettings(Model):
    """Settings for selling a product as a subscription."""

    subscription_allowed: bool | None = None
    one_time_purchase_allowed: bool | None = None
    one_time_purchase_price: Decimal | None = None
    one_time_purchase_price_formatted: str | None = None
    one_time_purchase_markup: Decimal | None = None
    one_time_purchase_markup_formatted: str | None = None
    one_time_purchase_markup_percent: Decimal | None = None
    one_time_purchase_markup_percent_formatted: str | None = None
    # An object in the reference, a list in the examples.
    recurring_charge_settings: list[ProductSubscriptionSettingsRecurringChargeSettings] | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    displayed_one_time_purchase_markup_percent: Decimal | None = None
    displayed_one_time_purchase_markup_percent_formatted: str | None = None
