"""Stock of products."""

from ecwid_async.calls import Call
from ecwid_async.models.product_inventory import StockAdjustmentResult
from ecwid_async.resources.base import Resource

__all__ = ["ProductInventoryResource"]


class ProductInventoryResource(Resource):
    """Stock of products."""

    __slots__ = ()

    def adjust(
        self, product_id: int, quantity_delta: int, *, check_low_stock_notification: bool | None = None
    ) -> Call[StockAdjustmentResult]:
        """Change the stock of a product by `quantity_delta`. Stock below zero results in a `warning`.

        `check_low_stock_notification` emails the owner if the stock is low. The call is never repeated
        automatically, since sending it twice changes the stock twice.

        ``PUT /products/{productId}/inventory``
        """
        return self._call(
            "PUT /products/{productId}/inventory",
            product_id,
            result_type=StockAdjustmentResult,
            query={"checkLowStockNotification": check_low_stock_notification},
            body={"quantityDelta": quantity_delta},
            repeatable=False,
        )
