"""How the changes of each list are found: one table, which docs/changes.md shows and the tests read."""

from collections.abc import Mapping
from typing import Final

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["CHANGE_PLANS", "DAY", "FEED_MEMORY", "WEEK", "ChangePlan", "change_plan_for"]

DAY: Final = 24 * 3600
WEEK: Final = 7 * DAY
FEED_MEMORY: Final = 180 * DAY
"""How many seconds of deletions the lists of deleted items contain, at least."""


@frozen(kw_only=True)
class ChangePlan:
    """How changes of a list are found.

    `stats` is the field of ``GET /latest-stats`` with the time of its last change, which is only returned with the
    parameter `stats_parameter` if that is set. `deleted` is the list of its deleted items, and `deleted_key` the field
    of these that is the id in the list. `get` reads one item, and `multi_get` is the search parameter that takes
    several ids. Once per `reconcile` seconds, the ids of the list are compared with the known ones.
    """

    stats: str | None = None
    stats_parameter: str | None = None
    deleted: str | None = None
    deleted_key: str = "id"
    get: str | None = None
    multi_get: str | None = None
    reconcile: int = DAY


CHANGE_PLANS: Final[Mapping[str, ChangePlan]] = {
    "GET /brands": ChangePlan(),
    "GET /carts": ChangePlan(stats="abandonedSalesUpdated", get="GET /carts/{cartId}"),
    "GET /categories": ChangePlan(stats="categoriesUpdated", get="GET /categories/{categoryId}"),
    "GET /customer_groups": ChangePlan(get="GET /customer_groups/{groupId}", multi_get="customerGroupId"),
    "GET /customers": ChangePlan(
        stats="customersUpdated",
        deleted="GET /customers/deleted",
        get="GET /customers/{customerId}",
        reconcile=WEEK,
    ),
    "GET /discount_coupons": ChangePlan(
        stats="discountCouponsUpdated",
        deleted="GET /coupons/deleted",
        get="GET /discount_coupons/{discountCouponId}",
        reconcile=WEEK,
    ),
    "GET /orders": ChangePlan(
        stats="ordersUpdated",
        deleted="GET /orders/deleted",
        deleted_key="orderId",
        get="GET /orders/{orderId}",
        multi_get="ids",
        reconcile=WEEK,
    ),
    "GET /products": ChangePlan(
        stats="productsUpdated",
        deleted="GET /products/deleted",
        get="GET /products/{productId}",
        multi_get="productId",
        reconcile=WEEK,
    ),
    "GET /promotions": ChangePlan(),
    "GET /instant-site/redirects": ChangePlan(get="GET /instant-site/redirects/{redirectId}"),
    "GET /reviews": ChangePlan(
        stats="reviewsUpdated",
        stats_parameter="reviewsUpdatesRequired",
        deleted="GET /reviews/deleted",
        get="GET /reviews/{reviewId}",
        reconcile=WEEK,
    ),
    "GET /subscriptions": ChangePlan(
        stats="subscriptionsUpdated",
        stats_parameter="subscriptionRequired",
        get="GET /subscriptions/{subscriptionId}",
    ),
}
"""Plans by operation. Any other list is read whole, and an item counts as deleted once two listings lack it."""


def change_plan_for(operation: str) -> ChangePlan:
    """Return the plan for the list of this operation."""
    return CHANGE_PLANS.get(operation, ChangePlan())
