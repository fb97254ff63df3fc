"""Groups of customers."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.customer_groups import CustomerGroup, CustomerGroupDraft
from ecwid_async.models.results import CreateResult, DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    ListResource,
    require_draft,
)
from ecwid_async.resources.query import OneOrMany, as_sequence

__all__ = ["CustomerGroups"]

R = TypeVar("R", default=CustomerGroup)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=CustomerGroup, default=CustomerGroup)


class CustomerGroups(ListResource[CustomerGroup]):
    """Groups of customers. The group 0, ``General``, always exists."""

    __slots__ = ()

    def search(
        self,
        *,
        customer_group_ids: OneOrMany[int] | None = None,
        keyword: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Search for groups that match all given filters. `keyword` matches any part of the name.

        ``GET /customer_groups``
        """
        return self._pages(
            "GET /customer_groups",
            model=CustomerGroup,
            into=into,
            query={
                # The documentation has the first name, Ecwid's own client sends the second.
                "customerGroupId": as_sequence(customer_group_ids),
                "customerGroupIds": as_sequence(customer_group_ids),
                "keyword": keyword,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(self, group_id: int, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get a group.

        ``GET /customer_groups/{groupId}``
        """
        return self._read(
            "GET /customer_groups/{groupId}",
            group_id,
            model=CustomerGroup,
            into=into,
            query={"responseFields": response_fields},
        )

    def create(self, draft: CustomerGroupDraft) -> Call[CreateResult]:
        """Add a group.

        ``POST /customer_groups``
        """
        return self._call(
            "POST /customer_groups", result_type=CreateResult, body=require_draft(draft, CustomerGroupDraft)
        )

    def update(self, group_id: int, draft: CustomerGroupDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets.

        ``PUT /customer_groups/{groupId}``
        """
        return self._call(
            "PUT /customer_groups/{groupId}",
            group_id,
            result_type=UpdateResult,
            body=require_draft(draft, CustomerGroupDraft),
        )

    def delete(self, group_id: int) -> Call[DeleteResult]:
        """Delete a group, but not its customers.

        ``DELETE /customer_groups/{groupId}``
        """
        return self._call("DELETE /customer_groups/{groupId}", group_id, result_type=DeleteResult)
