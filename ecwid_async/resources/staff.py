"""Staff accounts."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.results import DeleteResult, SuccessResult, UpdateResult
from ecwid_async.models.staff import StaffAccount, StaffDraft
from ecwid_async.resources.base import TYPE_CHECKING, Resource

__all__ = ["Staff"]

R = TypeVar("R", default=StaffAccount)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=StaffAccount, default=StaffAccount)


class Staff(Resource):
    """Who may work in the store's admin, and who was invited to."""

    __slots__ = ()

    def search(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[list[R]]:
        """All staff accounts, in one list.

        ``GET /staff``
        """
        return self._read_all(
            "GET /staff", model=StaffAccount, into=into, query={"responseFields": response_fields}, unwrap="staffList"
        )

    def get(self, staff_account_id: str, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """One staff account.

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
        """Invite somebody by email.

        ``POST /staff``
        """
        return self._call("POST /staff", reads=SuccessResult, body=draft)

    def update(self, staff_account_id: str, draft: StaffDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; `staff_scopes` replaces the stored list.

        ``PUT /staff/{staffAccountId}``
        """
        return self._call("PUT /staff/{staffAccountId}", staff_account_id, reads=UpdateResult, body=draft)

    def delete(self, staff_account_id: str) -> Call[DeleteResult]:
        """Delete a staff account.

        ``DELETE /staff/{staffAccountId}``
        """
        return self._call("DELETE /staff/{staffAccountId}", staff_account_id, reads=DeleteResult)

    def resend_invite(self, email: str) -> Call[SuccessResult]:
        """Send the invitation again.

        ``POST /staff/invite``
        """
        return self._call("POST /staff/invite", reads=SuccessResult, body={"email": email})

    def cancel_invite(self, email: str) -> Call[DeleteResult]:
        """Take the invitation back.

        ``DELETE /staff/invite``
        """
        return self._call("DELETE /staff/invite", reads=DeleteResult, body={"email": email})
