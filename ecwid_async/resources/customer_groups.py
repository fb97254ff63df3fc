"""Groups of customers."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.customer_groups import CustomerGroup, CustomerGroupDraft
from ecwid_async.models.results import CreateResult, DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import TYPE_CHECKING, Listed, Several, several

__all__ = ["CustomerGroups"]

R = TypeVar("R", default=CustomerGroup)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=CustomerGroup, default=CustomerGroup)


class CustomerGroups(Listed[CustomerGroup]):
    """Groups of customers. Group 0, ``General``, always exists."""

    __slots__ = ()

    def search(
        self,
        *,
        customer_group_ids: Several[int] | None = None,
        keyword: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Groups that match every filter given; `keyword` may be any part of the name.

        ``GET /customer_groups``
        """
        return self._pages(
            "GET /customer_groups",
            model=CustomerGroup,
            into=into,
            query={
                # Documented with this name; Ecwid's own client sends the other.
                "customerGroupId": several(customer_group_ids),
                "customerGroupIds": several(customer_group_ids),
                "keyword": keyword,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(self, group_id: int, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """One group.

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
        return self._call("POST /customer_groups", reads=CreateResult, body=draft)

    def update(self, group_id: int, draft: CustomerGroupDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets.

        ``PUT /customer_groups/{groupId}``
        """
        return self._call("PUT /customer_groups/{groupId}", group_id, reads=UpdateResult, body=draft)

    def delete(self, group_id: int) -> Call[DeleteResult]:
        """Delete a group; its customers stay.

        ``DELETE /customer_groups/{groupId}``
        """
        return self._call("DELETE /customer_groups/{groupId}", group_id, reads=DeleteResult)
