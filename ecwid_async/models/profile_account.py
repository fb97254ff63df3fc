"""The account of a store's owner, and its billing."""

from datetime import datetime

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "ProfileAccount",
    "ProfileAccountBilling",
    "ProfileAccountDraft",
    "ProfileLimitsAndRestrictions",
]


@model
class ProfileLimitsAndRestrictions(Model):
    """The limits of the store's plan."""

    max_product_limit: int | None = None


@model
class ProfileAccount(Model):
    """The account of the store's owner."""

    account_name: str | None = None
    account_nick_name: str | None = None
    account_email: str | None = None
    white_label: bool | None = None
    suspended: bool | None = None
    available_features: list[str] | None = None
    registration_date: datetime | None = None
    limits_and_restrictions: ProfileLimitsAndRestrictions | None = None
    features_by_plans: dict[str, str] | None = None
    brand_name: str | None = None
    support_email: str | None = None
    itunes_subscriptions_available: bool | None = None
    google_play_subscriptions_available: bool | None = None
    track_storefront_stats: bool | None = None
    paid: bool | None = None
    report_availability_details: dict[str, object] | None = None


@model
class ProfileAccountBilling(Model):
    """The plan of the store and its payment. Requires `show_extended_info` and its scope."""

    channelid: str | None = None
    pricing_plan_id: str | None = None
    pricing_plan_name: str | None = None
    pricing_plan_period: str | None = None
    next_recurring_charge_date: datetime | None = None
    next_recurring_charge_amount: str | None = None
    next_recurring_charge_currency: str | None = None
    next_recurring_charge_amount_formatted: str | None = None
    in_grace_period: bool | None = None
    will_downgrade_at: str | None = None
    internal_billing: bool | None = None
    payment_method: str | None = None
    billing_page_visible_in_cp: bool | None = None
    itunes_subscription_available_on_channel: bool | None = None


@draft
class ProfileAccountDraft(Draft):
    """Fields of the account to change."""

    account_name: str | Unset | None = UNSET
    # Undocumented, here and below; Ecwid's own client writes them.
    account_nick_name: str | Unset | None = UNSET
    account_email: str | Unset | None = UNSET
