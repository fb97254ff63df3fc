"""The profile of a store: its settings."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.profile import Profile, ProfileDraft
from ecwid_async.models.results import UpdateResult
from ecwid_async.models.staff import StaffScope
from ecwid_async.resources.base import TYPE_CHECKING, Resource, require_draft
from ecwid_async.resources.profile_logos import ProfileLogos

__all__ = ["ProfileResource"]

R = TypeVar("R", default=Profile)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Profile, default=Profile)


class ProfileResource(Resource):
    """The profile of the store: account, settings, taxes, zones, payment and shipping options, languages."""

    __slots__ = ()

    @property
    def logos(self) -> ProfileLogos:
        """The store's logos."""
        return ProfileLogos(self._channel)

    def get(
        self,
        *,
        show_extended_info: bool | None = None,
        lang: str | None = None,
        get_report_availability_status: bool | None = None,
        get_store_vertical: bool | None = None,
        get_features_by_plans: bool | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
    ) -> Call[R]:
        """Get the profile. The scopes ``read_store_profile_extended`` and ``read_store_limits`` add fields.

        ``GET /profile``
        """
        return self._read(
            "GET /profile",
            model=Profile,
            into=into,
            query={
                "showExtendedInfo": show_extended_info,
                "lang": lang,
                "getReportAvailabilityStatus": get_report_availability_status,
                "getStoreVertical": get_store_vertical,
                "getFeaturesByPlans": get_features_by_plans,
                "responseFields": response_fields,
            },
        )

    def update(self, draft: ProfileDraft) -> Call[UpdateResult]:
        """Change the settings that `draft` sets, at any depth; a list replaces the stored list.

        ``PUT /profile``
        """
        return self._call("PUT /profile", result_type=UpdateResult, body=require_draft(draft, ProfileDraft))

    def staff_scopes(self) -> Call[list[StaffScope | str]]:
        """List the permissions that staff accounts of this store can have.

        ``GET /profile/staffScopes``
        """
        return self._call("GET /profile/staffScopes", result_type=list[StaffScope | str], unwrap="staffScopes")
