"""Contacts of customers."""

from datetime import datetime
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "ContactType",
    "CustomerContact",
    "CustomerContactDraft",
]


class ContactType(StrEnum):
    """The type of a contact."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    FACEBOOK = "FACEBOOK"
    INSTAGRAM = "INSTAGRAM"
    TWITTER = "TWITTER"
    YOUTUBE = "YOUTUBE"
    TIKTOK = "TIKTOK"
    PINTEREST = "PINTEREST"
    VK = "VK"
    FB_MESSENGER = "FB_MESSENGER"
    WHATSAPP = "WHATSAPP"
    TELEGRAM = "TELEGRAM"
    VIBER = "VIBER"
    URL = "URL"
    OTHER = "OTHER"


@model
class CustomerContact(Model):
    """A contact of a customer, in addition to the main email address."""

    id: int | None = None
    contact: str | None = None
    handle: str | None = None
    note: str | None = None
    type: ContactType | str | None = None
    default: bool | None = None
    order_by: int | None = None  # Boolean in the reference, whole numbers in the examples.
    timestamp: datetime | None = None  # A datetime, not seconds.


@draft
class CustomerContactDraft(Draft):
    """Fields of a contact to create or change. Creating one requires `contact` and `type`."""

    contact: str | Unset | None = UNSET
    handle: str | Unset | None = UNSET
    note: str | Unset | None = UNSET
    type: ContactType | str | Unset | None = UNSET
    default: bool | Unset | None = UNSET
    order_by: int | Unset | None = UNSET
    timestamp: datetime | Unset | None = UNSET
