"""Extra fields of the checkout."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.checkout_extra_fields import CheckoutExtraField, CheckoutExtraFieldDraft
from ecwid_async.models.results import CreateCountResult, DeleteResult, UpdateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource, require_draft

__all__ = ["CheckoutExtraFields"]

R = TypeVar("R", default=CheckoutExtraField)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=CheckoutExtraField, default=CheckoutExtraField)


class CheckoutExtraFields(Resource):
    """Additional fields of the checkout, identified by their keys."""

    __slots__ = ()

    def search(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[list[R]]:
        """List all extra fields.

        ``GET /profile/extrafields``
        """
        return self._read_list(
            "GET /profile/extrafields",
            model=CheckoutExtraField,
            into=into,
            query={"responseFields": response_fields},
            unwrap="items",
        )

    def get(self, key: str, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get an extra field.

        ``GET /profile/extrafields/{key}``
        """
        return self._read(
            "GET /profile/extrafields/{key}",
            key,
            model=CheckoutExtraField,
            into=into,
            query={"responseFields": response_fields},
        )

    def create(self, draft: CheckoutExtraFieldDraft) -> Call[CreateCountResult]:
        """Add an extra field under the `key` of `draft`.

        ``POST /profile/extrafields``
        """
        return self._call(
            "POST /profile/extrafields",
            result_type=CreateCountResult,
            body=require_draft(draft, CheckoutExtraFieldDraft),
        )

    def update(self, key: str, draft: CheckoutExtraFieldDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        ``PUT /profile/extrafields/{key}``
        """
        return self._call(
            "PUT /profile/extrafields/{key}",
            key,
            result_type=UpdateResult,
            body=require_draft(draft, CheckoutExtraFieldDraft),
        )

    def delete(self, key: str) -> Call[DeleteResult]:
        """Delete an extra field.

        ``DELETE /profile/extrafields/{key}``
        """
        return self._call("DELETE /profile/extrafields/{key}", key, result_type=DeleteResult)
