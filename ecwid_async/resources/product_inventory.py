"""The stock of products."""

from ecwid_async.calls import Call
from ecwid_async.models.product_inventory import StockAdjustmentResult
from ecwid_async.resources.base import Resource

__all__ = ["ProductInventoryResource"]


class ProductInventoryResource(Resource):
    """The stock of products."""

    __slots__ = ()

    def adjust(
        self, product_id: int, quantity_delta: int, *, check_low_stock_notification: bool | None = None
    ) -> Call[StockAdjustmentResult]:
        """Add to the stock, or take from it with a negative `quantity_delta`. Stock below zero gives a `warning`.

        With `check_low_stock_notification` the owner gets an email when stock is low. Never repeated by itself: sent
        twice, it counts twice.

        ``PUT /products/{productId}/inventory``
        """
        return self._call(
            "PUT /products/{productId}/inventory",
            product_id,
            reads=StockAdjustmentResult,
            query={"checkLowStockNotification": check_low_stock_notification},
            body={"quantityDelta": quantity_delta},
            repeatable=False,
        )
