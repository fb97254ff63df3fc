"""Staff accounts of a store."""

from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "StaffAccount",
    "StaffDraft",
    "StaffScope",
]


class StaffScope(StrEnum):
    """A permission of a staff member."""

    SALES_MANAGEMENT = "SALES_MANAGEMENT"
    CATALOG_MANAGEMENT = "CATALOG_MANAGEMENT"
    MARKETING_MANAGEMENT = "MARKETING_MANAGEMENT"
    REPORT_ACCESS = "REPORT_ACCESS"
    WEBSITE_MANAGEMENT = "WEBSITE_MANAGEMENT"
    SALES_CHANNELS_MANAGEMENT = "SALES_CHANNELS_MANAGEMENT"
    STORE_MANAGEMENT = "STORE_MANAGEMENT"


@model
class StaffAccount(Model):
    """A staff member. Responses for a single account contain only `email` and `staff_scopes`.

    API reference: https://docs.ecwid.com/api-reference/rest-api/staff-accounts/search-staff-accounts
    """

    id: str | None = None  # Text such as ``p27632593``.
    name: str | None = None
    email: str | None = None
    staff_scopes: list[StaffScope | str] | None = None
    invite_accepted: bool | None = None


@draft
class StaffDraft(Draft):
    """Fields of a staff member to invite or change. Inviting one requires `email`."""

    email: str | Unset | None = UNSET
    staff_scopes: list[StaffScope | str] | Unset | None = UNSET
