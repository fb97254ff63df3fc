"""Staff accounts."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.results import DeleteResult, SuccessResult, UpdateResult
from ecwid_async.models.staff import StaffAccount, StaffDraft
from ecwid_async.resources.base import TYPE_CHECKING, Resource, require_draft

__all__ = ["Staff"]

R = TypeVar("R", default=StaffAccount)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=StaffAccount, default=StaffAccount)


class Staff(Resource):
    """Accounts and invitations of the store's staff."""

    __slots__ = ()

    def search(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[list[R]]:
        """List all staff accounts.

        ``GET /staff``
        """
        return self._read_list(
            "GET /staff", model=StaffAccount, into=into, query={"responseFields": response_fields}, unwrap="staffList"
        )

    def get(self, staff_account_id: str, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get a staff account.

        ``GET /staff/{staffAccountId}``
        """
        return self._read(
            "GET /staff/{staffAccountId}",
            staff_account_id,
            model=StaffAccount,
            into=into,
            query={"responseFields": response_fields},
        )

    def create(self, draft: StaffDraft) -> Call[SuccessResult]:
        """Invite a person by email.

        ``POST /staff``
        """
        return self._call("POST /staff", result_type=SuccessResult, body=require_draft(draft, StaffDraft))

    def update(self, staff_account_id: str, draft: StaffDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; `staff_scopes` replaces the stored list.

        ``PUT /staff/{staffAccountId}``
        """
        return self._call(
            "PUT /staff/{staffAccountId}",
            staff_account_id,
            result_type=UpdateResult,
            body=require_draft(draft, StaffDraft),
        )

    def delete(self, staff_account_id: str) -> Call[DeleteResult]:
        """Delete a staff account.

        ``DELETE /staff/{staffAccountId}``
        """
        return self._call("DELETE /staff/{staffAccountId}", staff_account_id, result_type=DeleteResult)

    def resend_invite(self, email: str) -> Call[SuccessResult]:
        """Send the invitation again.

        ``POST /staff/invite``
        """
        return self._call("POST /staff/invite", result_type=SuccessResult, body={"email": email})

    def cancel_invite(self, email: str) -> Call[DeleteResult]:
        """Cancel the invitation.

        ``DELETE /staff/invite``
        """
        return self._call("DELETE /staff/invite", result_type=DeleteResult, body={"email": email})
