"""Statuses of orders."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.order_statuses import OrderStatus, OrderStatusDraft, OrderStatusId
from ecwid_async.models.results import UpdateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource, require_draft

__all__ = ["OrderStatuses"]

R = TypeVar("R", default=OrderStatus)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=OrderStatus, default=OrderStatus)


class OrderStatuses(Resource):
    """The payment and fulfillment statuses of this store, and their settings."""

    __slots__ = ()

    def search(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[list[R]]:
        """List all statuses.

        ``GET /profile/order_statuses``
        """
        return self._read_list(
            "GET /profile/order_statuses",
            model=OrderStatus,
            into=into,
            query={"responseFields": response_fields},
            unwrap="items",
        )

    def get(
        self, status_id: OrderStatusId | str, *, into: type[R] | None = None, response_fields: str | None = None
    ) -> Call[R]:
        """Get a status.

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
        """Change the fields that `draft` sets.

        ``PUT /profile/order_status/{statusId}``
        """
        return self._call(
            "PUT /profile/order_status/{statusId}",
            status_id,
            result_type=UpdateResult,
            body=require_draft(draft, OrderStatusDraft),
        )
