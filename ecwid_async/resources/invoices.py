"""Invoices of orders."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.files import Download
from ecwid_async.models.invoices import OrderInvoice
from ecwid_async.models.orders import OrderDraft
from ecwid_async.models.results import CreateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource

__all__ = ["Invoices"]

R = TypeVar("R", default=OrderInvoice)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=OrderInvoice, default=OrderInvoice)


class Invoices(Resource):
    """Tax invoices of orders, and orders printed as invoices."""

    __slots__ = ()

    def search(
        self, order_id: str | int, *, into: type[R] | None = None, response_fields: str | None = None
    ) -> Call[list[R]]:
        """All tax invoices of the order, in one list.

        ``GET /orders/{orderId}/invoices``
        """
        return self._read_all(
            "GET /orders/{orderId}/invoices",
            order_id,
            model=OrderInvoice,
            into=into,
            query={"responseFields": response_fields},
            unwrap="invoices",
        )

    def create(self, order_id: str | int) -> Call[CreateResult]:
        """Make a tax invoice for the order.

        ``POST /orders/{orderId}/invoices/create-invoice``
        """
        return self._call("POST /orders/{orderId}/invoices/create-invoice", order_id, reads=CreateResult)

    def pdf(self, order_id: str | int) -> Download:
        """The order's invoice as a PDF file.

        ``GET /orders/{orderId}/invoice-pdf``
        """
        return self._download("GET /orders/{orderId}/invoice-pdf", order_id)

    def html(self, order_id: str | int) -> Call[str]:
        """The order's invoice as a page of HTML, to print.

        ``GET /orders/{orderId}/invoice``
        """
        return self._call("GET /orders/{orderId}/invoice", order_id, reads=str)

    def preview(self, draft: OrderDraft) -> Call[str]:
        """A page of HTML with the tax invoice that an order like `draft` would have. Stores nothing.

        ``POST /orders/tax-invoice-preview``
        """
        return self._call("POST /orders/tax-invoice-preview", reads=str, body=draft, repeatable=True)
