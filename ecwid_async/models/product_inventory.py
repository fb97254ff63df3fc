"""The stock of products and variations."""

from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "OutOfStockVisibility",
    "StockAdjustmentResult",
]


class OutOfStockVisibility(StrEnum):
    """The visibility of a product that is out of stock. A boolean in the reference, but with these values."""

    SHOW = "SHOW"
    HIDE = "HIDE"
    ALLOW_PREORDER = "ALLOW_PREORDER"


@model
class StockAdjustmentResult(Model):
    """The number of changed stocks, with a warning if one is below zero."""

    update_count: int | None = None
    warning: str | None = None
