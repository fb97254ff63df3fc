"""The app of the fixtures: installed in the demo store, its webhooks led to an ASGI app, its clock advanced."""

import os
from urllib.parse import urlsplit

from ecwid_async import Ecwid, Store
from ecwid_async.apps import (
    MemoryInbox,
    OutgoingResponse,
    PayloadReader,
    PaymentRequest,
    PaymentRequests,
    ReceivedEvent,
    Webhooks,
)
from ecwid_async.apps.asgi import AsgiApp
from ecwid_async.models import ProductEvent
from ecwid_async.models.orders import OrderDraft
from ecwid_async.models.products import Product, ProductDraft
from ecwid_async.sandbox import Sandbox, SandboxClock, sample_event
from ecwid_async.testing import InstalledApp, deliver, request_app


async def test_a_change_of_the_store_reaches_the_app(ecwid_app: InstalledApp, ecwid_store: Store) -> None:
    inbox = MemoryInbox()
    webhooks = Webhooks(inbox)  # its secret is in the environment
    seen: list[object] = []

    @webhooks.on("product.created")
    async def created(event: ReceivedEvent[ProductEvent, Product]) -> None:
        seen.append(event.entity_id)
        inbox.stop()

    ecwid_app.connect(AsgiApp({"/hooks": webhooks.handle}), path="/hooks")
    product = await ecwid_store.products.create(ProductDraft(name="Mug"))
    assert await ecwid_app.deliver_webhooks() == 1
    async with inbox:
        await webhooks.run()
    assert seen == [product.id]
    assert [delivery.outcome for delivery in ecwid_app.sandbox.deliveries] == ["delivered"]


async def test_a_failed_webhook_is_sent_again_when_the_clock_is_advanced(
    ecwid_app: InstalledApp, ecwid_clock: SandboxClock
) -> None:
    statuses = [500, 200]

    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": statuses.pop(0)})
        await send({"type": "http.response.body"})

    ecwid_app.connect(app)
    ecwid_app.sandbox.emit(sample_event("order.created"))
    assert [await ecwid_app.deliver_webhooks() for _ in range(2)] == [1, 0]
    ecwid_clock.advance(15 * 60)
    assert await ecwid_app.deliver_webhooks() == 1
    assert statuses == []


async def test_the_app_has_a_token_credentials_and_a_page(ecwid_app: InstalledApp, ecwid_sandbox: Sandbox) -> None:
    assert (os.environ["ECWID_CLIENT_ID"], os.environ["ECWID_CLIENT_SECRET"]) == (
        ecwid_app.client_id,
        ecwid_app.client_secret,
    )
    access = ecwid_sandbox.stores[ecwid_app.store_id].access(ecwid_app.token)
    assert access is not None
    assert (access.client_id, access.scopes) == (ecwid_app.client_id, None)
    payload = urlsplit(ecwid_app.page_url()).query.partition("payload=")[2].partition("&")[0]
    assert PayloadReader().decrypt_unauthenticated(payload).store_id == ecwid_app.store_id
    assert ecwid_app.token not in repr(ecwid_app)
    assert ecwid_app.client_secret not in repr(ecwid_app)


async def test_a_customer_pays_an_order_of_the_store(
    ecwid_app: InstalledApp, ecwid_store: Store, ecwid_sandbox: Sandbox
) -> None:
    ecwid = Ecwid(transport=ecwid_sandbox, quota=None)

    async def pay(request: PaymentRequest) -> OutgoingResponse:
        return await request.payment.report_paid(ecwid)

    order = await ecwid_store.orders.search().first()
    assert order is not None
    await ecwid_store.orders.update(order.id, OrderDraft(payment_status="AWAITING_PAYMENT"))
    app = AsgiApp({"/pay": PaymentRequests(pay).handle})
    response = await request_app(app, ecwid_app.payment_request(order.id, path="/pay"))
    assert response.status == 303
    assert (await ecwid_store.orders.get(order.id)).payment_status == "PAID"


async def test_a_forged_event_is_refused(ecwid_app: InstalledApp) -> None:
    app = AsgiApp({"/webhooks": Webhooks(MemoryInbox()).handle})
    secret = ecwid_app.client_secret
    assert await deliver(app, "order.created", client_secret=secret) == 200
    assert await deliver(app, "order.created", client_secret=secret, signature="invalid") == 401
