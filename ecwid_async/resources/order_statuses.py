"""The statuses that orders can have."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.order_statuses import OrderStatus, OrderStatusDraft, OrderStatusId
from ecwid_async.models.results import UpdateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource

__all__ = ["OrderStatuses"]

R = TypeVar("R", default=OrderStatus)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=OrderStatus, default=OrderStatus)


class OrderStatuses(Resource):
    """The payment and fulfillment statuses of this store: which are used, and under which names."""

    __slots__ = ()

    def search(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[list[R]]:
        """All statuses, in one list.

        ``GET /profile/order_statuses``
        """
        return self._read_all(
            "GET /profile/order_statuses",
            model=OrderStatus,
            into=into,
            query={"responseFields": response_fields},
            unwrap="items",
        )

    def get(
        self, status_id: OrderStatusId | str, *, into: type[R] | None = None, response_fields: str | None = None
    ) -> Call[R]:
        """One status.

        ``GET /profile/order_status/{statusId}``
        """
        return self._read(
            "GET /profile/order_status/{statusId}",
            status_id,
            model=OrderStatus,
            into=into,
            query={"responseFields": response_fields},
        )

    def update(self, status_id: OrderStatusId | str, draft: OrderStatusDraft) -> Call[UpdateResult]:
        """Change what `draft` sets.

        ``PUT /profile/order_status/{statusId}``
        """
        return self._call("PUT /profile/order_status/{statusId}", status_id, reads=UpdateResult, body=draft)
