"""Recurring subscriptions."""

from decimal import Decimal

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.common import RecurringInterval
from ecwid_async.models.results import UpdateResult
from ecwid_async.models.subscriptions import Subscription, SubscriptionDraft, SubscriptionSortBy, SubscriptionStatus
from ecwid_async.pages import Pages
from ecwid_async.resources.base import TYPE_CHECKING, Listed, Moment, Several, several

__all__ = ["Subscriptions"]

R = TypeVar("R", default=Subscription)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=Subscription, default=Subscription)


class Subscriptions(Listed[Subscription]):
    """Recurring subscriptions: products that customers are charged for again and again."""

    __slots__ = ()

    def search(
        self,
        *,
        subscription_id: int | None = None,
        customer_id: int | None = None,
        email: str | None = None,
        product_id: int | None = None,
        status: Several[SubscriptionStatus | str] | None = None,
        recurring_interval: RecurringInterval | str | None = None,
        recurring_interval_count: int | None = None,
        created_from: Moment | None = None,
        created_to: Moment | None = None,
        updated_from: Moment | None = None,
        updated_to: Moment | None = None,
        cancelled_from: Moment | None = None,
        cancelled_to: Moment | None = None,
        next_charge_from: Moment | None = None,
        next_charge_to: Moment | None = None,
        order_id: str | None = None,
        order_total: Decimal | int | None = None,
        order_created_from: Moment | None = None,
        order_created_to: Moment | None = None,
        sort_by: SubscriptionSortBy | str | None = None,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Subscriptions that match every filter given, the newest first unless `sort_by` says otherwise.

        Filters that begin with ``order`` are about the orders that a subscription has brought.

        ``GET /subscriptions``
        """
        # Moments are documented as dates in text; Ecwid's own client sends Unix seconds, as everywhere.
        return self._pages(
            "GET /subscriptions",
            model=Subscription,
            into=into,
            query={
                "id": subscription_id,
                "customerId": customer_id,
                "email": email,
                "productId": product_id,
                "status": several(status),
                "recurringInterval": recurring_interval,
                "recurringIntervalCount": recurring_interval_count,
                "createdFrom": created_from,
                "createdTo": created_to,
                "updatedFrom": updated_from,
                "updatedTo": updated_to,
                "cancelledFrom": cancelled_from,
                "cancelledTo": cancelled_to,
                "nextChargeFrom": next_charge_from,
                "nextChargeTo": next_charge_to,
                "orderId": order_id,
                "orderTotal": order_total,
                "orderCreatedFrom": order_created_from,
                "orderCreatedTo": order_created_to,
                "sortBy": sort_by,
                "lang": lang,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(self, subscription_id: int) -> Call[Subscription]:
        """One subscription.

        ``GET /subscriptions/{subscriptionId}``
        """
        return self._call("GET /subscriptions/{subscriptionId}", subscription_id, reads=Subscription)

    def update(self, subscription_id: int, draft: SubscriptionDraft) -> Call[UpdateResult]:
        """Change what `draft` sets: when and how often it is charged, or its status.

        ``PUT /subscriptions/{subscriptionId}``
        """
        return self._call("PUT /subscriptions/{subscriptionId}", subscription_id, reads=UpdateResult, body=draft)
