"""An app of the library gets the sandbox's webhooks, and reads each entity from the API."""

import json
from typing import Any

import anyio

from ecwid_async import Ecwid
from ecwid_async.apps import IncomingRequest, MemoryInbox, ReceivedEvent, Webhooks
from ecwid_async.models import StoreEvent
from ecwid_async.sandbox import AppRequest, Switches, WebhookFaults
from ecwid_async.tokens import MemoryTokens
from ecwid_async.wire import Headers
from tests.sandbox.api import Api, Clock
from tests.sandbox.webhooks.apps import CLIENT_SECRET, STORE_ID, TOKEN

REVIEW = {"id": 812, "orderId": 500_000_001, "orderNumber": "XJ12H", "status": "moderated", "rating": 5}


def write_to_every_section(api: Api) -> None:
    product = api.post("/products", {"name": "Mug", "quantity": 5})["id"]
    api.put(f"/products/{product}", {"price": 5})
    category = api.post("/categories", {"name": "Kitchen", "productIds": [product]})["id"]
    api.post("/classes", {"name": "Book"})
    api.post("/customer_groups", {"name": "VIP"})
    api.post("/discount_coupons", {"name": "Summer", "code": "SUN"})
    api.post("/promotions", {"name": "Sale", "amount": 5})
    api.store.load("reviews", [{**REVIEW, "productId": product}])
    api.put("/reviews/812", {"status": "published"})
    lines = [{"productId": product, "name": "Mug", "price": 5, "quantity": 1}]
    order = api.post("/orders", {"email": "ann@example.com", "paymentStatus": "PAID", "items": lines})["orderId"]
    api.post(f"/orders/{order}/invoices/create-invoice")
    api.post("/orders", {"email": "bob@example.com", "paymentStatus": "INCOMPLETE", "items": lines})
    api.put("/profile", {"settings": {"storeName": "Mugs"}})
    api.put("/storage/settings", b"one")
    api.delete(f"/categories/{category}")


class App:
    """An app that reads the entity of each event."""

    def __init__(self, api: Api) -> None:
        self.entities: dict[str, object | None] = {}
        self.ecwid = Ecwid(transport=api.sandbox, quota=None, tokens=MemoryTokens({STORE_ID: TOKEN}))
        self.inbox = MemoryInbox()
        self.webhooks = Webhooks(self.inbox, client_secret=CLIENT_SECRET, ecwid=self.ecwid, clock=api.sandbox.clock)
        self.webhooks.on("*")(self.read)

    async def read(self, event: ReceivedEvent[StoreEvent, Any]) -> None:
        self.entities[event.event_id] = await event.fetch_or_none()

    async def receive(self, request: AppRequest) -> int:
        headers = Headers(request.headers)
        incoming = IncomingRequest(
            method="POST", path=request.path, query=request.query, headers=headers, body=request.body
        )
        return (await self.webhooks.handle(incoming)).status

    async def handle_events(self, count: int) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.webhooks.run)
            with anyio.fail_after(60):
                while len(self.entities) < count:  # noqa: ASYNC110  the inbox tells nobody
                    await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()


async def test_the_entity_of_each_event_is_read(api: Api, clock: Clock) -> None:
    api.sandbox.set_switches(Switches(order_effects=True))
    app = App(api)
    api.sandbox.deliveries.sender = app.receive
    api.sandbox.deliveries.faults = WebhookFaults(shuffled=True, doubled=True, entity_id_as_text=True)
    write_to_every_section(api)
    clock.now += 2  # for what is held back
    await api.sandbox.deliveries.deliver_due()
    assert {delivery.outcome for delivery in api.sandbox.deliveries} == {"delivered"}
    events = {delivery.event.event_id: delivery.event for delivery in api.sandbox.deliveries}
    async with app.ecwid, app.inbox:
        await app.handle_events(len(events))
    assert app.entities.keys() == events.keys()
    gone = {"category.created", "category.updated", "category.deleted"}
    read = {events[event_id].event_type for event_id, entity in app.entities.items() if entity is not None}
    assert read == {event.event_type for event in events.values()} - gone
    families = {event_type.partition(".")[0] for event_type in read}
    assert len(families) == 12


async def test_a_write_of_the_app_comes_back_once(api: Api) -> None:
    product = api.post("/products", {"name": "Mug", "price": 5})["id"]
    app = App(api)

    async def receive_and_write(request: AppRequest) -> int:
        status = await app.receive(request)
        if json.loads(request.body)["eventType"] == "product.created":
            api.put(f"/products/{product}", {"price": 6})
        return status

    api.sandbox.deliveries.sender = receive_and_write
    await api.sandbox.deliveries.deliver_due()
    assert [delivery.event.event_type for delivery in api.sandbox.deliveries] == ["product.created", "product.updated"]
    async with app.ecwid, app.inbox:
        await app.handle_events(2)
    assert {getattr(entity, "price", None) for entity in app.entities.values()} == {6}
