"""Additional fields of customers."""

from datetime import datetime
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import ExtraFieldInputType

__all__ = [
    "CustomerExtraField",
    "CustomerExtraFieldCreateResult",
    "CustomerExtraFieldDraft",
    "CustomerExtraFieldValue",
    "ExtraFieldEntityType",
]


class ExtraFieldEntityType(StrEnum):
    """The kind of entity that has an extra field."""

    CHECKOUT = "CHECKOUT"
    CUSTOMERS = "CUSTOMERS"


@model
class CustomerExtraFieldValue(Model):
    """The value of an extra field for a customer."""

    key: str | None = None
    title: str | None = None
    value: str | None = None
    order_by: int | None = None  # Read-only, like the entity types.
    type: ExtraFieldInputType | str | None = None
    entity_types: list[ExtraFieldEntityType | str] | None = None


@model
class CustomerExtraField(Model):
    """An additional field of customers.

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
    """The number of created fields, and the key of the new one."""

    create_count: int | None = None
    key: str | None = None


@draft
class CustomerExtraFieldDraft(Draft):
    """A field to create or change."""

    title: str | Unset | None = UNSET
    type: ExtraFieldInputType | str | Unset | None = UNSET
    shown_on_order_details: bool | Unset | None = UNSET
    key: str | Unset | None = UNSET  # Undocumented; Ecwid's own client writes it.
