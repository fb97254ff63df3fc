"""The public API as type checkers see it. Checked by mypy and pyright, never run."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import assert_type

import anyio
import attrs
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ecwid_async import (
    UNSET,
    Call,
    Changes,
    DecodeProblem,
    Deletion,
    Ecwid,
    EcwidError,
    Event,
    Model,
    Page,
    Pages,
    Quarantine,
    Scan,
    Store,
    Unset,
)
from ecwid_async.apps import (
    ClaimedEvents,
    DeadEvent,
    Inbox,
    InboxStatus,
    MemoryInbox,
    OutgoingResponse,
    ReceivedEvent,
    SQLiteInbox,
    StoredEvent,
    Webhooks,
    handled_once,
)
from ecwid_async.changes import ItemLookup
from ecwid_async.models.events import EventType, OrderEvent, OrderEventData, ProductEvent, ProfileEvent, StoreEvent
from ecwid_async.models.order_items import OrderItem
from ecwid_async.models.orders import Order, PaymentStatus
from ecwid_async.models.product_inventory import StockAdjustmentResult
from ecwid_async.models.products import Product, ProductDraft, ProductUpdateResult
from ecwid_async.models.profile import Profile
from ecwid_async.models.results import CreateResult, DeletedItem, DeleteResult, UpdateResult
from ecwid_async.models.variations import Variation
from ecwid_async.observe import LogSink
from ecwid_async.observe.opentelemetry import OpenTelemetrySink
from ecwid_async.sandbox import AppRequest, Exchange, Fault, Sandbox, SandboxClock, Snapshot, WebhookEvent
from ecwid_async.testing import InstalledApp, deliver, lifespan, make_event, make_request, make_webhook, request_app
from ecwid_async.wire import Request, Response


@attrs.frozen
class Row:
    """A custom class for `into`."""

    id: int
    price: Decimal | None


async def quarantine(ecwid: Ecwid) -> None:
    assert_type(await ecwid.quarantine(), list[Quarantine])
    await ecwid.quarantine().clear(1003)


async def reading(ecwid: Ecwid) -> None:
    store = ecwid.store(1003, "secret_x")
    assert_type(store, Store)
    assert_type(store.orders.get("EG4H2"), Call[Order])  # type: ignore[unused-awaitable]
    order = await store.orders.get("EG4H2")
    assert_type(order, Order)
    assert_type(order.total, Decimal | None)
    assert_type(order.create_date, datetime | None)
    assert_type(order.payment_status, PaymentStatus | str | None)
    assert_type(order.items, list[OrderItem] | None)
    assert_type(await store.orders.get("EG4H2").with_timeout(5), Order)
    assert_type(await store.orders.get("EG4H2").response(), Response)
    assert_type(store.orders.get("EG4H2").request, Request)
    assert_type(await store.profile.get(), Profile)


async def tasks(store: Store) -> None:
    assert_type(await asyncio.create_task(store.orders.get("EG4H2")), Order)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(store.products.get(1))
    assert_type(task.result(), Product)
    both = await asyncio.gather(store.orders.get("EG4H2"), store.products.get(1))
    assert_type(both, tuple[Order, Product])
    assert_type(await asyncio.wait_for(store.products.get(1), 5), Product)
    async with anyio.create_task_group() as anyio_group:
        handle = anyio_group.create_task(store.products.get(1))
        anyio_group.start_soon(lambda: store.products.get(1))
        assert_type(handle.return_value, Product)


def main_coroutine(store: Store) -> None:
    assert_type(asyncio.run(store.products.get(1)), Product)


async def listing(store: Store) -> None:
    pages = store.products.search(keyword="toy", price_to=Decimal(10))
    assert_type(pages, Pages[Product])
    async for product in pages:
        assert_type(product, Product)
    async for page in pages.pages():
        assert_type(page, Page[Product])
    assert_type(pages.dicts(), AsyncIterator[dict[str, object]])
    assert_type(await pages.first(), Product | None)
    assert_type(await pages.count(), int)
    assert_type(await pages.all(), list[Product])


async def projecting(store: Store) -> None:
    assert_type(store.products.search(into=Row, updated_from=1), Pages[Row])
    async for row in store.products.search(into=Row):
        assert_type(row, Row)
    assert_type(await store.products.search(into=Row).all(), list[Row])
    assert_type(await store.products.get(7, into=Row), Row)
    assert_type(await store.products.get(7, into=None), Product)
    assert_type(await store.products.variations.search(7), list[Variation])
    assert_type(await store.products.variations.search(7, into=Row), list[Row])
    assert_type(store.orders.deleted(), Pages[DeletedItem])
    assert_type(store.orders.deleted(into=Row), Pages[Row])
    assert_type(store.products.look_up([1]), ItemLookup[Product])
    assert_type(store.products.look_up([1], into=Row), ItemLookup[Row])
    async for batch in store.products.look_up([1]):
        assert_type(batch.items, list[Product])
    known: set[int] = {1}
    assert_type(store.products.changes(known=known), Changes[Product])
    async with store.products.changes("", into=Row, known={1: "a"}, confirm_deletions=True) as changes:
        async for change in changes:
            assert_type(change.items, list[Row])
            assert_type(change.deletions, list[Deletion])
    async with store.events(sections=["orders"]) as events:
        async for some in events:
            assert_type(some.events, list[StoreEvent])
            assert_type(some.events[0].entity_id, int | str | None)
            assert_type(
                [each.data for each in some.events if isinstance(each, OrderEvent)], list[OrderEventData | None]
            )
    assert_type(store.products.scan(), Scan[Product])
    assert_type(store.products.scan(into=Row), Scan[Row])
    assert_type(store.products.search(into=Row).scan(), Scan[Row])
    assert_type(store.products.search(enabled=True).scan(into=Row, ordered=True), Scan[Row])
    async with store.products.scan(into=Row) as scan:
        async for row in scan:
            assert_type(row, Row)
    assert_type(await store.batch([store.products.get(7, into=Row)]), list[Row])
    store.products.search(into="Row")  # type: ignore[arg-type]  # the class itself, not its name


async def writing(store: Store, call: Call[UpdateResult]) -> None:
    draft = ProductDraft(name="Toy", price=Decimal("12.50"), sku=None)
    assert_type(draft.weight, Decimal | int | Unset | None)
    draft.name = UNSET
    assert_type(await store.products.create(draft), CreateResult)
    assert_type(await store.products.update(7, draft), ProductUpdateResult)
    assert_type(await store.products.delete(7), DeleteResult)
    assert_type(await store.send(call), UpdateResult)


async def batches(store: Store, calls: AsyncIterator[Call[Product]]) -> None:
    adjust, get = store.products.inventory.adjust, store.products.get
    assert_type(await store.batch(adjust(number, -1) for number in (1, 2)), list[StockAdjustmentResult])
    assert_type(await store.batch([get(1)], raise_on_failure=False), list[Product | EcwidError])
    assert_type(await store.batch([get(1)], raise_on_failure=True, job="import-0412"), list[Product])
    async for result in store.bulk(calls, stop_on_first_failure=True):
        assert_type(result, Product | EcwidError)
    mixed: Sequence[Model] = await store.batch([get(1), adjust(1, -1)])
    assert mixed
    _ = await store.batch([1])  # type: ignore[list-item]


def refused(order: Order, store: Store) -> None:
    order.total = Decimal(1)  # type: ignore[misc]  # models are frozen
    Order("EG4H2")  # type: ignore[arg-type, call-arg]  # and keyword-only
    ProductDraft(price=12.5)  # type: ignore[arg-type]  # a float is not an exact amount
    _ = store.products.delete_all()  # type: ignore[call-arg]  # deleting everything needs confirm=True
    store.products.delete(7)  # type: ignore[unused-awaitable]  # a call that is not awaited is not sent
    _ = store.ordres  # type: ignore[attr-defined]  # a misspelt section
    store.orders.search(created_form=1)  # type: ignore[call-arg]  # a misspelt filter


def observing(received: list[Event]) -> None:
    Ecwid(events=received.append)
    Ecwid(events=[LogSink(), OpenTelemetrySink(), received.append])
    Ecwid(events=())
    Ecwid(events=print)
    Ecwid(events=[len])  # type: ignore[list-item]


def reporting(problems: list[DecodeProblem]) -> None:
    Ecwid(on_problem=problems.append)
    Ecwid(on_problem=lambda problem: print(problem.path))


def unknown_names_are_errors() -> None:
    from ecwid_async import Ordre  # type: ignore[attr-defined]  # noqa: F401
    from ecwid_async.models import Produkt  # type: ignore[attr-defined]  # noqa: F401
    from ecwid_async.transport import Telepathy  # type: ignore[attr-defined]  # noqa: F401


async def webhooks(inbox: Inbox, ecwid: Ecwid) -> None:
    webhooks = Webhooks(inbox, ecwid=ecwid, stores={1003}, accept=["order.*"])

    @webhooks.on("order.created", "order.updated", coalesce=True)
    async def ship(event: ReceivedEvent[OrderEvent, Order]) -> int:
        assert_type(event.event, OrderEvent)
        assert_type(event.data, OrderEventData | None)
        assert_type(event.entity_id, int | str | None)
        assert_type(event.store, Store)
        assert_type(await event.fetch(), Order)
        assert_type(await event.fetch_or_none(), Order | None)
        return 1

    @webhooks.on("product.*", timeout=None)
    async def index(event: ReceivedEvent[ProductEvent, Product]) -> None:
        assert_type(event.entity_id, int | None)
        assert_type(await event.fetch(), Product)

    @webhooks.on(EventType.PROFILE_UPDATED)
    async def refresh(event: ReceivedEvent[ProfileEvent, Profile]) -> None:
        assert_type(await event.fetch(), Profile)

    @webhooks.on("order.deleted", "product.deleted", "*")
    async def log(event: ReceivedEvent[StoreEvent, object]) -> None:
        assert_type(event.data, object)

    # Handlers of any event take those of one family too.
    assert_type(webhooks.on("order.created")(log), Callable[[ReceivedEvent[OrderEvent, Order]], Awaitable[None]])
    webhooks.on("product.created")(ship)  # type: ignore[arg-type]
    webhooks.on("order.created", colaesce=True)(ship)  # type: ignore[call-overload]


async def inboxes(event: StoredEvent, engine: AsyncEngine) -> None:
    memory: Inbox = MemoryInbox()
    inbox: Inbox = SQLiteInbox("inbox.db")

    async def handle(group: ClaimedEvents) -> None:
        assert_type(group.events, tuple[StoredEvent, ...])
        async with handled_once(engine, group.store_id, group.event_ids) as connection:
            held: AsyncConnection = connection
        assert held is connection

    async with memory as opened:
        assert_type(await opened.put(event), bool)
    await inbox.run(handle, coalesces=lambda event_type: event_type.startswith("product."))
    assert_type(await inbox.status(), InboxStatus)
    async for dead in inbox.dead(store_id=1003):
        assert_type(dead, DeadEvent)
    assert_type(await inbox.replay("all"), int)
    await inbox.delete([1, 2])
    await inbox.replay("some")  # type: ignore[arg-type]
    await inbox.run(lambda group: None)  # type: ignore[arg-type,return-value]


async def testing(app: FastAPI, installed: InstalledApp, clock: SandboxClock) -> None:
    assert_type(make_event(EventType.ORDER_CREATED, order_id="XJ12H"), WebhookEvent)
    assert_type(make_webhook("order.created", "secret", signature="stale"), AppRequest)
    make_webhook("order.created", "secret", signature="forged")  # type: ignore[arg-type]
    async with lifespan(app):
        assert_type(await deliver(app, "order.created", client_secret=installed.client_secret), int)
        assert_type(await request_app(app, make_request("/orders")), OutgoingResponse)
    sandbox = Sandbox(clock=clock)
    assert_type(sandbox.faults.add(Fault(request="GET /products", nth=3, status=503)), Fault)
    assert_type(sandbox.requests.to("GET /products"), list[Exchange])
    assert_type(sandbox.snapshot(), Snapshot)
