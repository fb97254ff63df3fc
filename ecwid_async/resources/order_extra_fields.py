"""Extra fields of orders."""

from ecwid_async.calls import Call
from ecwid_async.models.order_extra_fields import OrderExtraField, OrderExtraFieldDraft
from ecwid_async.models.results import CreateCountResult, DeleteResult, UpdateResult
from ecwid_async.resources.base import Resource, require_draft

__all__ = ["OrderExtraFields"]


class OrderExtraFields(Resource):
    """Extra fields of orders: filled in at the checkout, or added later."""

    __slots__ = ()

    def search(self, order_id: str | int) -> Call[list[OrderExtraField]]:
        """List all extra fields of an order.

        ``GET /orders/{orderId}/extraFields``
        """
        return self._call("GET /orders/{orderId}/extraFields", order_id, result_type=list[OrderExtraField])

    def add(self, order_id: str | int, draft: OrderExtraFieldDraft) -> Call[CreateCountResult]:
        """Add an extra field to an order, under the `id` of `draft`.

        ``POST /orders/{orderId}/extraFields``
        """
        return self._call(
            "POST /orders/{orderId}/extraFields",
            order_id,
            result_type=CreateCountResult,
            body=require_draft(draft, OrderExtraFieldDraft),
        )

    def update(self, order_id: str | int, extra_field_id: str, draft: OrderExtraFieldDraft) -> Call[UpdateResult]:
        """Change the values that `draft` sets.

        ``PUT /orders/{orderId}/extraFields/{extraFieldId}``
        """
        return self._call(
            "PUT /orders/{orderId}/extraFields/{extraFieldId}",
            order_id,
            extra_field_id,
            result_type=UpdateResult,
            body=require_draft(draft, OrderExtraFieldDraft),
        )

    def delete(self, order_id: str | int, extra_field_id: str) -> Call[DeleteResult]:
        """Delete an extra field of an order.

        ``DELETE /orders/{orderId}/extraFields/{extraFieldId}``
        """
        return self._call(
            "DELETE /orders/{orderId}/extraFields/{extraFieldId}", order_id, extra_field_id, result_type=DeleteResult
        )
