"""Fields that a store adds to its customers."""

from datetime import datetime
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import ExtraFieldInputType

__all__ = [
    "CustomerExtraField",
    "CustomerExtraFieldCreateResult",
    "CustomerExtraFieldDraft",
    "ExtraFieldEntityType",
]


class ExtraFieldEntityType(StrEnum):
    """What an extra field belongs to."""

    CHECKOUT = "CHECKOUT"
    CUSTOMERS = "CUSTOMERS"


@model
class CustomerExtraField(Model):
    """A field that the store keeps about its customers.

    API reference: https://docs.ecwid.com/api-reference/rest-api/customers/customer-extra-fields/get-customer-extra-field
    """

    key: str | None = None
    title: str | None = None
    entity_types: list[ExtraFieldEntityType | str] | None = None  # Text in the reference, a list in the examples.
    type: ExtraFieldInputType | str | None = None
    shown_on_order_details: bool | None = None
    linked_with_checkout_field: bool | None = None
    created_date: datetime | None = None
    last_modified_date: datetime | None = None


@model
class CustomerExtraFieldCreateResult(Model):
    """How many fields were created, and the key of the new one."""

    create_count: int | None = None
    key: str | None = None


@draft
class CustomerExtraFieldDraft(Draft):
    """What a field is created with, or changed to."""

    title: str | Unset | None = UNSET
    type: ExtraFieldInputType | str | Unset | None = UNSET
    shown_on_order_details: bool | Unset | None = UNSET
    key: str | Unset | None = UNSET  # In no table; the vendor's own client writes it.
