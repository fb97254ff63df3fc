"""Invoices of orders."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.files import Download
from ecwid_async.models.invoices import OrderInvoice
from ecwid_async.models.orders import OrderDraft
from ecwid_async.models.results import CreateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource, require_draft

__all__ = ["Invoices"]

R = TypeVar("R", default=OrderInvoice)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=OrderInvoice, default=OrderInvoice)


class Invoices(Resource):
    """Tax invoices of orders, and printable invoices."""

    __slots__ = ()

    def search(
        self, order_id: str | int, *, into: type[R] | None = None, response_fields: str | None = None
    ) -> Call[list[R]]:
        """List all tax invoices of an order.

        ``GET /orders/{orderId}/invoices``
        """
        return self._read_list(
            "GET /orders/{orderId}/invoices",
            order_id,
            model=OrderInvoice,
            into=into,
            query={"responseFields": response_fields},
            unwrap="invoices",
        )

    def create(self, order_id: str | int) -> Call[CreateResult]:
        """Create a tax invoice for an order.

        ``POST /orders/{orderId}/invoices/create-invoice``
        """
        return self._call("POST /orders/{orderId}/invoices/create-invoice", order_id, result_type=CreateResult)

    def pdf(self, order_id: str | int) -> Download:
        """Download the invoice of an order as PDF.

        ``GET /orders/{orderId}/invoice-pdf``
        """
        return self._download("GET /orders/{orderId}/invoice-pdf", order_id)

    def html(self, order_id: str | int) -> Call[str]:
        """Get the invoice of an order as an HTML page to print.

        ``GET /orders/{orderId}/invoice``
        """
        return self._call("GET /orders/{orderId}/invoice", order_id, result_type=str)

    def preview(self, draft: OrderDraft) -> Call[str]:
        """Get an HTML preview of the tax invoice for an order like `draft`. Stores nothing.

        ``POST /orders/tax-invoice-preview``
        """
        return self._call(
            "POST /orders/tax-invoice-preview", result_type=str, body=require_draft(draft, OrderDraft), repeatable=True
        )
