"""The app that a token belongs to."""

from datetime import datetime
from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "AppSubscription",
    "AppSubscriptionDetails",
    "AppSubscriptionStatus",
    "ApplicationToken",
]


class AppSubscriptionStatus(StrEnum):
    """The payment status of an app."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    TRIAL = "TRIAL"


@model
class AppSubscriptionDetails(Model):
    """The paid period of an app."""

    start_date: datetime | None = None
    expiration_date: datetime | None = None
    status: AppSubscriptionStatus | str | None = None


@model
class AppSubscription(Model):
    """A store's subscription to an app.

    API reference: https://docs.ecwid.com/api-reference/rest-api/application/get-app-subscription-status
    """

    subscription: AppSubscriptionDetails | None = None
    subscription_status: AppSubscriptionStatus | str | None = None


@model
class ApplicationToken(Model):
    """The permissions of a token and its expiry time."""

    permissions: list[str] | None = None  # Scopes such as ``read_orders``.
    created: datetime | None = None
    expires: datetime | None = None
