"""The stock of products and variations."""

from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "OutOfStockVisibility",
    "StockAdjustmentResult",
]


class OutOfStockVisibility(StrEnum):
    """What happens to a product that is out of stock. The reference calls the field a boolean with these values."""

    SHOW = "SHOW"
    HIDE = "HIDE"
    ALLOW_PREORDER = "ALLOW_PREORDER"


@model
class StockAdjustmentResult(Model):
    """How many stocks were changed, with a warning where one fell below zero."""

    update_count: int | None = None
    warning: str | None = None
