"""Endpoints for the app, called over HTTP."""

from ecwid_async.client import Ecwid, Store
from ecwid_async.sandbox.seed import DEMO_CLIENT_SECRET, app_client_id


async def test_the_app_reads_and_cancels_its_subscription(store: Store, ecwid: Ecwid) -> None:
    subscription = await store.application.get()
    assert subscription.subscription_status == "ACTIVE"
    app = ecwid.application(app_client_id(store.store_id), DEMO_CLIENT_SECRET)
    assert (await app.get()).subscription_status == "ACTIVE"
    assert (await store.application.token()).permissions
    assert (await store.application.cancel(app_client_id(store.store_id))).delete_count == 1
