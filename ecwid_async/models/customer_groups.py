"""Groups of customers."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "CustomerGroup",
    "CustomerGroupDraft",
]


@model
class CustomerGroup(Model):
    """A group of customers. The group 0 is the general one: every store has it.

    API reference: https://docs.ecwid.com/api-reference/rest-api/customers/customer-groups/get-customer-group
    """

    id: int | None = None
    name: str | None = None
    external_reference_id: str | None = None


@draft
class CustomerGroupDraft(Draft):
    """What a group is created with, or changed to. Creating one needs `name`."""

    name: str | Unset | None = UNSET
    external_reference_id: str | Unset | None = UNSET
