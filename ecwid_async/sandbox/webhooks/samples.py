"""Sample events of all types, with plausible data."""

import time
from collections.abc import Mapping
from typing import Final

from ecwid_async.sandbox.webhooks.event import WebhookEvent
from ecwid_async.sandbox.webhooks.event_types import canonical_type

__all__ = ["sample_event"]

_STORE_ID: Final = 1003
_ENTITY_IDS: Final = {
    "category": 170_000_001,
    "customer": 310_000_001,
    "customer_group": 9_400_001,
    "discount_coupon": 162_428_889,
    "invoice": 317_000_001,
    "order": 500_000_000,
    "product": 692_730_761,
    "product_class": 24_000_001,
    "promotion": 608_901,
    "review": 812_800_001,
    "size_chart": 1001,
    "unfinished_order": 500_000_001,
}
_ORDER: Final = {"orderId": "XJ12H"}
_CART: Final = {"orderId": "YW3K7", "cartId": "6626E60A-A6F9-4CD5-8230-43D5F162E0CD"}
_NEW_STATUSES: Final = {"newPaymentStatus": "PAID", "newFulfillmentStatus": "PROCESSING"}
_OLD_STATUSES: Final = {"oldPaymentStatus": "AWAITING_PAYMENT", "oldFulfillmentStatus": "AWAITING_PROCESSING"}
_REVIEW: Final = {"productId": 692_730_761, "orderId": 500_000_000}
# The data of families whose events all have the same, and of other types.
_DATA: Final[Mapping[str, Mapping[str, object]]] = {
    "customer": {"customerEmail": "customer@example.com"},
    "invoice": _ORDER,
    "promotion": {"version": 1},
    "unfinished_order": _CART,
    "application.storageChanged": {"key": "settings"},
    "application.subscriptionStatusChanged": {"oldSubscriptionStatus": "TRIAL", "newSubscriptionStatus": "ACTIVE"},
    "customer.personalDataExportRequest": {},
    "customer.personalDataRemovalRequest": {},
    "order.created": _ORDER | _NEW_STATUSES,
    "order.deleted": _ORDER,
    "order.updated": _ORDER | _OLD_STATUSES | _NEW_STATUSES,
    "profile.subscriptionStatusChanged": {
        "oldSubscriptionName": "ECWID_VENTURE",
        "newSubscriptionName": "ECWID_BUSINESS",
    },
    "review.created": _REVIEW | {"status": "MODERATED"},
    "review.deleted": _REVIEW,
    "review.updated": _REVIEW | {"status": "PUBLISHED"},
}


def sample_event(
    event_type: str,
    *,
    store_id: int = _STORE_ID,
    entity_id: int | str | None = None,
    data: Mapping[str, object] | None = None,
    event_created: int | None = None,
) -> WebhookEvent:
    """An event of any type, in either spelling, with a new id and plausible values for what is not given.

    `data` replaces or adds single values. `event_created` is in Unix seconds, by default now. Raises `ValueError` for a
    type that does not exist.
    """
    event_type = canonical_type(event_type)
    family = event_type.partition(".")[0]
    # Events of an app have the store's id as text.
    own_id: int | str = str(store_id) if family == "application" else store_id
    merged = {**_DATA.get(event_type, _DATA.get(family, {})), **(data or {})}
    return WebhookEvent(
        event_type=event_type,
        store_id=store_id,
        entity_id=_ENTITY_IDS.get(family, own_id) if entity_id is None else entity_id,
        event_created=int(time.time()) if event_created is None else event_created,
        data=merged or None,
    )
