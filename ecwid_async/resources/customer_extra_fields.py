"""Extra fields of customers."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.customer_extra_fields import (
    CustomerExtraField,
    CustomerExtraFieldCreateResult,
    CustomerExtraFieldDraft,
)
from ecwid_async.models.results import DeleteResult, UpdateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource, require_draft

__all__ = ["CustomerExtraFields"]

R = TypeVar("R", default=CustomerExtraField)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=CustomerExtraField, default=CustomerExtraField)


class CustomerExtraFields(Resource):
    """The extra fields that customers have in this store, identified by their keys."""

    __slots__ = ()

    def search(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[list[R]]:
        """List all extra fields.

        ``GET /store_extrafields/customers``
        """
        return self._read_list(
            "GET /store_extrafields/customers",
            model=CustomerExtraField,
            into=into,
            query={"responseFields": response_fields},
            unwrap="items",
        )

    def get(self, extrafield_key: str, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get an extra field.

        ``GET /store_extrafields/customers/{extrafield_key}``
        """
        return self._read(
            "GET /store_extrafields/customers/{extrafield_key}",
            extrafield_key,
            model=CustomerExtraField,
            into=into,
            query={"responseFields": response_fields},
        )

    def create(self, draft: CustomerExtraFieldDraft) -> Call[CustomerExtraFieldCreateResult]:
        """Add an extra field. The response contains its key.

        ``POST /store_extrafields/customers``
        """
        return self._call(
            "POST /store_extrafields/customers",
            result_type=CustomerExtraFieldCreateResult,
            body=require_draft(draft, CustomerExtraFieldDraft),
        )

    def update(self, extrafield_key: str, draft: CustomerExtraFieldDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets.

        ``PUT /store_extrafields/customers/{extrafield_key}``
        """
        return self._call(
            "PUT /store_extrafields/customers/{extrafield_key}",
            extrafield_key,
            result_type=UpdateResult,
            body=require_draft(draft, CustomerExtraFieldDraft),
        )

    def delete(self, extrafield_key: str) -> Call[DeleteResult]:
        """Delete an extra field.

        ``DELETE /store_extrafields/customers/{extrafield_key}``
        """
        return self._call(
            "DELETE /store_extrafields/customers/{extrafield_key}", extrafield_key, result_type=DeleteResult
        )
