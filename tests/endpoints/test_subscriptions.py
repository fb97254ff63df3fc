"""Endpoints for subscriptions, called over HTTP."""

from datetime import UTC, datetime

from ecwid_async.client import Store
from ecwid_async.models.subscriptions import SubscriptionDraft


async def test_a_subscription_is_found_and_changed(store: Store) -> None:
    subscriptions = store.subscriptions
    one = await subscriptions.search(status="ACTIVE").first()
    assert await subscriptions.get(one.subscription_id) == one
    moment = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (await subscriptions.update(one.subscription_id, SubscriptionDraft(next_charge=moment))).update_count == 1
    found = await subscriptions.search(next_charge_from=moment).all()
    assert [(one.subscription_id, one.next_charge) for one in found] == [(one.subscription_id, moment)]
    assert await subscriptions.search().count() > 1
