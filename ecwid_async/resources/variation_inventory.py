"""Stock of variations."""

from ecwid_async.calls import Call
from ecwid_async.models.product_inventory import StockAdjustmentResult
from ecwid_async.resources.base import Resource

__all__ = ["VariationInventory"]


class VariationInventory(Resource):
    """Stock of variations."""

    __slots__ = ()

    def adjust(
        self,
        product_id: int,
        combination_id: int,
        quantity_delta: int,
        *,
        check_low_stock_notification: bool | None = None,
    ) -> Call[StockAdjustmentResult]:
        """Change the stock of a variation by `quantity_delta`. Stock below zero results in a `warning`.

        `check_low_stock_notification` emails the owner if the stock is low. The call is never repeated
        automatically, since sending it twice changes the stock twice.

        ``PUT /products/{productId}/combinations/{combinationId}/inventory``
        """
        return self._call(
            "PUT /products/{productId}/combinations/{combinationId}/inventory",
            product_id,
            combination_id,
            result_type=StockAdjustmentResult,
            query={"checkLowStockNotification": check_low_stock_notification},
            body={"quantityDelta": quantity_delta},
            repeatable=False,
        )
