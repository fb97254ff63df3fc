"""Orders."""

from collections.abc import Sequence
from decimal import Decimal

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.order_calculation import OrderCalculation, OrderCalculationDraft
from ecwid_async.models.orders import (
    FulfillmentStatus,
    Order,
    OrderCreateResult,
    OrderDraft,
    OrderRepeatUrl,
    PaymentStatus,
)
from ecwid_async.models.results import DeletedItem, DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    ListResource,
    require_draft,
)
from ecwid_async.resources.invoices import Invoices
from ecwid_async.resources.order_extra_fields import OrderExtraFields
from ecwid_async.resources.order_option_files import OrderOptionFiles
from ecwid_async.resources.order_statuses import OrderStatuses
from ecwid_async.resources.query import OneOrMany, Timestamp, as_sequence

__all__ = ["Orders"]

R = TypeVar("R", default=Order)
D = TypeVar("D", default=DeletedItem)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Order, default=Order)
    D = TypeVar("D", bound=DeletedItem, default=DeletedItem)


class Orders(ListResource[Order]):
    """Orders, identified by their number or by their text id (``EG4H2``), which may have a prefix and a suffix."""

    __slots__ = ()

    @property
    def extra_fields(self) -> OrderExtraFields:
        """Extra fields of orders."""
        return OrderExtraFields(self._channel)

    @property
    def invoices(self) -> Invoices:
        """Tax invoices and printable invoices of orders."""
        return Invoices(self._channel)

    @property
    def option_files(self) -> OrderOptionFiles:
        """Files that customers attach to ordered items."""
        return OrderOptionFiles(self._channel)

    @property
    def statuses(self) -> OrderStatuses:
        """Statuses of orders."""
        return OrderStatuses(self._channel)

    def search(
        self,
        *,
        ids: Sequence[str | int] | None = None,
        keywords: str | None = None,
        email: str | None = None,
        customer: str | None = None,
        customer_id: int | None = None,
        customer_id_or_email: bool | None = None,
        order_number: int | None = None,
        vendor_order_number: str | None = None,
        product_id: OneOrMany[int] | None = None,
        total_from: Decimal | int | None = None,
        total_to: Decimal | int | None = None,
        created_from: Timestamp | None = None,
        created_to: Timestamp | None = None,
        updated_from: Timestamp | None = None,
        updated_to: Timestamp | None = None,
        pickup_time_from: Timestamp | None = None,
        pickup_time_to: Timestamp | None = None,
        shipping_method: str | None = None,
        fulfillment_status: OneOrMany[FulfillmentStatus | str] | None = None,
        payment_method: str | None = None,
        payment_module: str | None = None,
        payment_reference: str | None = None,
        payment_status: OneOrMany[PaymentStatus | str] | None = None,
        accept_marketing: bool | None = None,
        contains_preorder_items: bool | None = None,
        coupon_code: str | None = None,
        subscription_id: int | None = None,
        referer_id: int | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Search for orders that match all given filters. With `ids`, other filters are ignored.

        `payment_module` is the payment app, `payment_method` the name that the customer chose. The order of the
        results is not documented. Nor are `order_number`, `vendor_order_number` (with prefix and suffix), `customer` (a
        name), `customer_id_or_email` and `payment_reference`, which Ecwid's own client sends.

        ``GET /orders``
        """
        return self._pages(
            "GET /orders",
            model=Order,
            into=into,
            query={
                "ids": as_sequence(ids),
                "keywords": keywords,
                "email": email,
                "customer": customer,
                "customerId": customer_id,
                "customerIdOrEmail": customer_id_or_email,
                "orderNumber": order_number,
                "vendorOrderNumber": vendor_order_number,
                "productId": as_sequence(product_id),
                "totalFrom": total_from,
                "totalTo": total_to,
                "createdFrom": created_from,
                "createdTo": created_to,
                "updatedFrom": updated_from,
                "updatedTo": updated_to,
                "pickupTimeFrom": pickup_time_from,
                "pickupTimeTo": pickup_time_to,
                "shippingMethod": shipping_method,
                "fulfillmentStatus": as_sequence(fulfillment_status),
                "paymentMethod": payment_method,
                "paymentModule": payment_module,
                "paymentReference": payment_reference,
                "paymentStatus": as_sequence(payment_status),
                "acceptMarketing": accept_marketing,
                "containsPreorderItems": contains_preorder_items,
                "couponCode": coupon_code,
                "subscriptionId": subscription_id,
                "refererId": referer_id,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(self, order_id: str | int, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get an order by its number or its text id.

        ``GET /orders/{orderId}``
        """
        return self._read(
            "GET /orders/{orderId}", order_id, model=Order, into=into, query={"responseFields": response_fields}
        )

    def last(
        self,
        *,
        customer_email: str | None = None,
        with_address: bool | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
    ) -> Call[R]:
        """Get the newest order of the store, or of the customer with `customer_email`.

        `customer_email` and `with_address` are not documented; Ecwid's own client sends them.

        ``GET /orders/last``
        """
        return self._read(
            "GET /orders/last",
            model=Order,
            into=into,
            query={"customerEmail": customer_email, "withAddress": with_address, "responseFields": response_fields},
        )

    def create(self, draft: OrderDraft) -> Call[OrderCreateResult]:
        """Add an order. With the payment status ``INCOMPLETE`` it becomes an abandoned cart.

        ``POST /orders``
        """
        return self._call("POST /orders", result_type=OrderCreateResult, body=require_draft(draft, OrderDraft))

    def update(self, order_id: str | int, draft: OrderDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        ``PUT /orders/{orderId}``
        """
        return self._call(
            "PUT /orders/{orderId}", order_id, result_type=UpdateResult, body=require_draft(draft, OrderDraft)
        )

    def delete(self, order_id: str | int) -> Call[DeleteResult]:
        """Delete an order. `deleted` lists it for six months.

        ``DELETE /orders/{orderId}``
        """
        return self._call("DELETE /orders/{orderId}", order_id, result_type=DeleteResult)

    def repeat_url(self, order_id: str | int) -> Call[OrderRepeatUrl]:
        """Get a link with which the customer can place the same order again.

        ``GET /orders/{orderId}/repeatURL``
        """
        return self._call("GET /orders/{orderId}/repeatURL", order_id, result_type=OrderRepeatUrl)

    def calculate(self, draft: OrderCalculationDraft) -> Call[OrderCalculation]:
        """Calculate the totals, taxes, discounts and shipping options of an order. Stores nothing.

        ``POST /order/calculate``
        """
        return self._call(
            "POST /order/calculate",
            result_type=OrderCalculation,
            body=require_draft(draft, OrderCalculationDraft),
            repeatable=True,
        )

    def deleted(
        self,
        *,
        from_date: Timestamp | None = None,
        to_date: Timestamp | None = None,
        into: type[D] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[D]:
        """List the orders deleted in the last six months: `id` is the number, `order_id` the text id.

        ``GET /orders/deleted``
        """
        return self._pages(
            "GET /orders/deleted",
            model=DeletedItem,
            into=into,
            query={"from_date": from_date, "to_date": to_date, "responseFields": response_fields},
            limit=limit,
            offset=offset,
        )
