"""Recurring subscriptions."""

from decimal import Decimal

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.common import RecurringInterval
from ecwid_async.models.results import UpdateResult
from ecwid_async.models.subscriptions import Subscription, SubscriptionDraft, SubscriptionSortBy, SubscriptionStatus
from ecwid_async.pages import Pages
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    ListResource,
    require_draft,
)
from ecwid_async.resources.query import OneOrMany, Timestamp, as_sequence

__all__ = ["Subscriptions"]

R = TypeVar("R", default=Subscription)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Subscription, default=Subscription)


class Subscriptions(ListResource[Subscription]):
    """Recurring subscriptions: products that customers are charged for at intervals."""

    __slots__ = ()

    def search(
        self,
        *,
        subscription_id: int | None = None,
        customer_id: int | None = None,
        email: str | None = None,
        product_id: int | None = None,
        status: OneOrMany[SubscriptionStatus | str] | None = None,
        recurring_interval: RecurringInterval | str | None = None,
        recurring_interval_count: int | None = None,
        created_from: Timestamp | None = None,
        created_to: Timestamp | None = None,
        updated_from: Timestamp | None = None,
        updated_to: Timestamp | None = None,
        cancelled_from: Timestamp | None = None,
        cancelled_to: Timestamp | None = None,
        next_charge_from: Timestamp | None = None,
        next_charge_to: Timestamp | None = None,
        order_id: str | None = None,
        order_total: Decimal | int | None = None,
        order_created_from: Timestamp | None = None,
        order_created_to: Timestamp | None = None,
        sort_by: SubscriptionSortBy | str | None = None,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Search for subscriptions that match all given filters, by default newest first.

        Filters that start with ``order`` are about the orders created by a subscription.

        ``GET /subscriptions``
        """
        # Times are documented as text; Ecwid's own client sends Unix seconds, as in other searches.
        return self._pages(
            "GET /subscriptions",
            model=Subscription,
            into=into,
            query={
                "id": subscription_id,
                "customerId": customer_id,
                "email": email,
                "productId": product_id,
                "status": as_sequence(status),
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
        """Get a subscription.

        ``GET /subscriptions/{subscriptionId}``
        """
        return self._call("GET /subscriptions/{subscriptionId}", subscription_id, result_type=Subscription)

    def update(self, subscription_id: int, draft: SubscriptionDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets: times of charges, or the status.

        ``PUT /subscriptions/{subscriptionId}``
        """
        return self._call(
            "PUT /subscriptions/{subscriptionId}",
            subscription_id,
            result_type=UpdateResult,
            body=require_draft(draft, SubscriptionDraft),
        )
