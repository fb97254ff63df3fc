"""Extra fields of orders."""

from ecwid_async.calls import Call
from ecwid_async.models.order_extra_fields import OrderExtraField, OrderExtraFieldDraft
from ecwid_async.models.results import CreateCountResult, DeleteResult, UpdateResult
from ecwid_async.resources.base import Resource

__all__ = ["OrderExtraFields"]


class OrderExtraFields(Resource):
    """What was asked beside the usual when an order was placed, and what was added to it since."""

    __slots__ = ()

    def search(self, order_id: str | int) -> Call[list[OrderExtraField]]:
        """All extra fields of the order, in one list.

        ``GET /orders/{orderId}/extraFields``
        """
        return self._call("GET /orders/{orderId}/extraFields", order_id, reads=list[OrderExtraField])

    def add(self, order_id: str | int, draft: OrderExtraFieldDraft) -> Call[CreateCountResult]:
        """Add an extra field to the order, under the id that `draft` has.

        ``POST /orders/{orderId}/extraFields``
        """
        return self._call("POST /orders/{orderId}/extraFields", order_id, reads=CreateCountResult, body=draft)

    def update(self, order_id: str | int, extra_field_id: str, draft: OrderExtraFieldDraft) -> Call[UpdateResult]:
        """Change what `draft` sets.

        ``PUT /orders/{orderId}/extraFields/{extraFieldId}``
        """
        return self._call(
            "PUT /orders/{orderId}/extraFields/{extraFieldId}", order_id, extra_field_id, reads=UpdateResult, body=draft
        )

    def delete(self, order_id: str | int, extra_field_id: str) -> Call[DeleteResult]:
        """Delete one extra field of the order.

        ``DELETE /orders/{orderId}/extraFields/{extraFieldId}``
        """
        return self._call(
            "DELETE /orders/{orderId}/extraFields/{extraFieldId}", order_id, extra_field_id, reads=DeleteResult
        )
