"""Notifications of a store."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "ProfileMailNotificationSettings",
    "ProfileMailNotifications",
    "ProfileMailNotificationsAdminMessages",
    "ProfileMailNotificationsCustomerMarketingMessages",
    "ProfileMailNotificationsCustomerOrderMessages",
    "ProfileMailNotificationsCustomerOrderMessagesDraft",
    "ProfileMailNotificationsCustomerOrderMessagesOrderDelivered",
    "ProfileMailNotificationsDraft",
    "ProfilePhoneNotifications",
]


@model
class ProfileMailNotificationSettings(Model):
    """Settings of one kind of email."""

    enabled: bool | None = None
    marketing_block_enabled: bool | None = None
    discount_coupon_id: int | None = None


@model
class ProfileMailNotificationsCustomerOrderMessagesOrderDelivered(Model):
    """Whether customers are notified of deliveries."""

    enabled: bool | None = None


@model
class ProfileMailNotificationsCustomerOrderMessages(Model):
    """Emails to customers about their orders."""

    order_confirmation: ProfileMailNotificationSettings | None = None
    order_status_changed: ProfileMailNotificationSettings | None = None
    order_is_ready_for_pickup: ProfileMailNotificationSettings | None = None
    download_egoods: ProfileMailNotificationSettings | None = None
    order_shipped: ProfileMailNotificationSettings | None = None
    order_delivered: ProfileMailNotificationsCustomerOrderMessagesOrderDelivered | None = None


@model
class ProfileMailNotificationsAdminMessages(Model):
    """Emails to the owner and the staff."""

    new_order_placed: ProfileMailNotificationSettings | None = None
    low_stock_notification: ProfileMailNotificationSettings | None = None
    weekly_stats_report: ProfileMailNotificationSettings | None = None


@model
class ProfileMailNotificationsCustomerMarketingMessages(Model):
    """Marketing emails to customers."""

    abandoned_cart_recovery: ProfileMailNotificationSettings | None = None
    favorite_products_reminder: ProfileMailNotificationSettings | None = None
    feedback_request: ProfileMailNotificationSettings | None = None
    customer_loyalty_appreciation: ProfileMailNotificationSettings | None = None
    inactive_customer_reminder: ProfileMailNotificationSettings | None = None
    purchase_anniversary: ProfileMailNotificationSettings | None = None


@model
class ProfileMailNotifications(Model):
    """Settings of the store's emails."""

    admin_notification_emails: list[str] | None = None
    customer_notification_from_email: str | None = None
    customer_order_messages: ProfileMailNotificationsCustomerOrderMessages | None = None
    admin_messages: ProfileMailNotificationsAdminMessages | None = None
    customer_marketing_messages: ProfileMailNotificationsCustomerMarketingMessages | None = None


@model
class ProfilePhoneNotifications(Model):
    """Phone numbers of the store's staff, up to 100."""

    admin_notification_phones: list[str] | None = None


@draft
class ProfileMailNotificationsCustomerOrderMessagesDraft(Draft):
    """Emails to customers about their orders, to change."""

    order_confirmation: ProfileMailNotificationSettings | Unset | None = UNSET
    order_status_changed: ProfileMailNotificationSettings | Unset | None = UNSET
    order_is_ready_for_pickup: ProfileMailNotificationSettings | Unset | None = UNSET
    download_egoods: ProfileMailNotificationSettings | Unset | None = UNSET
    order_shipped: ProfileMailNotificationSettings | Unset | None = UNSET


@draft
class ProfileMailNotificationsDraft(Draft):
    """Settings of the store's emails to change."""

    admin_notification_emails: list[str] | Unset | None = UNSET
    customer_order_messages: ProfileMailNotificationsCustomerOrderMessagesDraft | Unset | None = UNSET
    admin_messages: ProfileMailNotificationsAdminMessages | Unset | None = UNSET
    customer_marketing_messages: ProfileMailNotificationsCustomerMarketingMessages | Unset | None = UNSET
    customer_notification_from_email: str | Unset | None = UNSET  # Undocumented; Ecwid's own client writes it.
