"""Groups of customers."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "CustomerGroup",
    "CustomerGroupDraft",
]


@model
class CustomerGroup(Model):
    """A group of customers. Every store has the group 0, the general one.

    API reference: https://docs.ecwid.com/api-reference/rest-api/customers/customer-groups/get-customer-group
    """

    id: int | None = None
    name: str | None = None
    external_reference_id: str | None = None


@draft
class CustomerGroupDraft(Draft):
    """Fields of a group to create or change. Creating one requires `name`."""

    name: str | Unset | None = UNSET
    external_reference_id: str | Unset | None = UNSET
