"""Endpoints for order statuses, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.order_statuses import OrderStatusDraft, OrderStatusId


async def test_an_order_status_is_changed(store: Store) -> None:
    statuses, own = store.orders.statuses, OrderStatusId.CUSTOM_PAYMENT_STATUS_1
    assert (await statuses.update(own, OrderStatusDraft(name="On hold", enabled=True))).update_count == 1
    assert (await statuses.get(own)).name == "On hold"
    assert {one.status_id: one.enabled for one in await statuses.search()}[own] is True
