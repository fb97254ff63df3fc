"""Tax invoices of orders."""

from datetime import datetime
from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "InvoiceType",
    "OrderInvoice",
]


class InvoiceType(StrEnum):
    """The type of a tax invoice."""

    SALE = "SALE"
    FULL_CANCEL = "FULL_CANCEL"


@model
class OrderInvoice(Model):
    """A tax invoice of an order."""

    internal_id: int | None = None
    id: str | None = None
    created: datetime | None = None
    link: str | None = None
    type: InvoiceType | str | None = None
