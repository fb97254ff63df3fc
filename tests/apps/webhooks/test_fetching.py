"""`ReceivedEvent.fetch` reads the entity of an event afresh, whatever the event says."""

from typing import Any

import pytest

from ecwid_async import Ecwid
from ecwid_async.apps import (
    AppError,
    ClaimedEvents,
    EntityGone,
    NotRetryable,
    ReceivedEvent,
    StoredEvent,
    WebhookOutcome,
)
from ecwid_async.errors import ConfigError, InvalidToken, NotFound
from ecwid_async.models.carts import Cart
from ecwid_async.models.coupons import DiscountCoupon
from ecwid_async.models.customers import Customer
from ecwid_async.models.orders import Order
from ecwid_async.models.product_types import ProductType
from ecwid_async.models.products import Product
from ecwid_async.models.profile import Profile
from ecwid_async.models.promotions import Promotion
from ecwid_async.models.reviews import Review
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.tokens import MemoryTokens
from ecwid_async.transport import CachePolicy, MemoryCache, MemoryTransport, make_response
from tests.apps.webhooks.installed_app import STORE, InstalledApp
from tests.apps.webhooks.requests import NOW, make_body


def received(
    event_type: str, entity_id: Any, *, ecwid: Ecwid | None = None, store_id: int = DEMO_STORE_ID, **data: Any
):
    body = make_body(event_type, storeId=store_id, entityId=entity_id, **({"data": data} if data else {}))
    stored = StoredEvent(
        store_id=store_id,
        event_id="e-1",
        event_type=event_type,
        entity_id=str(entity_id),
        body=body,
        received_at=NOW,
        attempts=1,
    )
    event: ReceivedEvent[Any, Any] = ReceivedEvent(ClaimedEvents((stored,)), handler="test", ecwid=ecwid)
    return event


@pytest.fixture(scope="module")
def ecwid() -> Ecwid:
    sandbox = demo_sandbox(products=20, orders=20, carts=5, customers=10, categories=5, requests_per_minute=None)
    return Ecwid(transport=sandbox, quota=None, tokens=MemoryTokens({DEMO_STORE_ID: DEMO_TOKEN}))


async def test_each_family_is_read_as_its_model(ecwid):
    store = ecwid.store(DEMO_STORE_ID)
    order = await store.orders.search().first()
    assert order is not None
    fetched = await received("order.updated", order.internal_id, ecwid=ecwid, orderId=order.id).fetch()
    assert isinstance(fetched, Order)
    assert fetched.id == order.id
    # The entity's id is a number of its own: here that of another order.
    assert (
        await received("order.updated", order.order_number - 1, ecwid=ecwid, orderId=order.id).fetch()
    ).id == order.id
    # As in events of old stores.
    assert (await received("order.updated", order.order_number, ecwid=ecwid).fetch()).id == order.id
    cart = await store.carts.search().first()
    assert cart is not None
    for event in (
        received("unfinished_order.updated", 500, ecwid=ecwid, orderId="X", cartId=cart.cart_id),
        received("unfinished_order.updated", cart.cart_id, ecwid=ecwid),  # from `Store.events`
    ):
        fetched = await event.fetch()
        assert isinstance(fetched, Cart)
        assert fetched.cart_id == cart.cart_id
    product = await store.products.search().first()
    customer = await store.customers.search().first()
    assert product is not None
    assert customer is not None
    for event_type, item, model in (("product.created", product, Product), ("customer.updated", customer, Customer)):
        fetched = await received(event_type, item.id, ecwid=ecwid).fetch()
        assert isinstance(fetched, model)
        assert fetched.id == item.id
    assert isinstance(await received("profile.updated", DEMO_STORE_ID, ecwid=ecwid).fetch(), Profile)
    for pages, event_type, model in (
        (store.categories.search(), "category.updated", None),
        (store.customer_groups.search(), "customer_group.updated", None),
        (store.coupons.search(), "discount_coupon.updated", DiscountCoupon),
        (store.promotions.search(), "promotion.updated", Promotion),
        (store.reviews.search(), "review.updated", Review),
    ):
        item = await pages.first()
        if item is not None:
            fetched = await received(event_type, item.id, ecwid=ecwid).fetch()
            assert model is None or isinstance(fetched, model)
            assert fetched.id == item.id
    (product_type, *_) = await store.product_types.search()
    assert isinstance(await received("product_class.updated", product_type.id, ecwid=ecwid).fetch(), ProductType)


async def test_an_invoice_is_found_among_those_of_its_order(ecwid):
    store = ecwid.store(DEMO_STORE_ID)
    order = await store.orders.search(payment_status="PAID").first()
    assert order is not None
    assert order.id is not None
    await store.orders.invoices.create(order.id)
    (invoice, *_) = await store.orders.invoices.search(order.id)
    event = received("invoice.created", invoice.internal_id, ecwid=ecwid, orderId=order.id)
    assert (await event.fetch()).internal_id == invoice.internal_id
    other = received("invoice.created", 1, ecwid=ecwid, orderId=order.id)
    assert await other.fetch_or_none() is None


@pytest.mark.parametrize(
    ("event_type", "entity_id", "data"),
    [
        ("order.deleted", 7, {"orderId": "NONE1"}),
        ("unfinished_order.deleted", 7, {"orderId": "X", "cartId": "6626E60A-0000-4CD5-8230-43D5F162E0CD"}),
        ("product.deleted", 999_999_999, {}),
        ("category.updated", 999_999_999, {}),
        ("customer.deleted", 999_999_999, {}),
        ("customer_group.deleted", 999_999_999, {}),
        ("discount_coupon.deleted", 999_999_999, {}),
        ("product_class.deleted", 999_999_999, {}),
        ("promotion.deleted", 999_999_999, {}),
        ("review.deleted", 999_999_999, {}),
        ("invoice.deleted", 7, {"orderId": "NONE1"}),
    ],
)
async def test_an_entity_that_is_not_there(ecwid, event_type, entity_id, data):
    event = received(event_type, entity_id, ecwid=ecwid, **data)
    assert await event.fetch_or_none() is None
    with pytest.raises(EntityGone, match=event_type):
        await event.fetch()


@pytest.mark.parametrize(
    ("event_type", "entity_id"),
    [
        ("size_chart.updated", 7),
        ("newsletter.sent", 7),
        ("product.updated", None),
        ("product.updated", "x"),
        ("order.updated", -1),
        ("unfinished_order.updated", -1),
        ("invoice.created", 7),
        ("promotion.created", 7),  # the list may lag, so its absence proves nothing
    ],
)
async def test_an_event_that_does_not_say_what_to_read(ecwid, event_type, entity_id):
    with pytest.raises(AppError) as caught:
        await received(event_type, entity_id, ecwid=ecwid).fetch()
    assert not isinstance(caught.value, EntityGone)
    # To read it again helps only where a list may lag.
    assert isinstance(caught.value, NotRetryable) == (event_type != "promotion.created")


async def test_a_coupon_whose_code_looks_like_the_id_is_another_one(ecwid):
    store = ecwid.store(DEMO_STORE_ID)
    coupon = await store.coupons.search().first()
    assert coupon is not None
    response = make_response(coupon.to_dict())
    client = Ecwid(transport=MemoryTransport([response]), quota=None, tokens=MemoryTokens({1: "secret_x"}))
    assert await received("discount_coupon.updated", 5, ecwid=client, store_id=1).fetch_or_none() is None


async def test_only_the_api_can_say_that_an_entity_is_gone():
    """A page of a proxy says nothing, and neither does an error of the whole store."""
    responses = [
        make_response(b"<h1>Not found</h1>", status=404),
        make_response(b'{"errorCode": "STORE_NOT_FOUND", "errorMessage": "no such store"}', status=404),
        make_response(b'{"errorCode": "INVALID_API_TOKEN", "errorMessage": "invalid token"}', status=403),
    ]
    client = Ecwid(transport=MemoryTransport(responses), quota=None, tokens=MemoryTokens({1: "secret_x"}))
    event = received("product.updated", 7, ecwid=client, store_id=1)
    for error in (NotFound, NotFound, InvalidToken):
        with pytest.raises(error):
            await event.fetch_or_none()


async def test_the_store_needs_a_client_and_its_token_is_read_late():
    with pytest.raises(ConfigError, match="pass `ecwid`"):
        _ = received("product.updated", 7).store

    class Tokens(MemoryTokens):
        asked = 0

        async def get(self, store_id: int) -> str | None:
            self.asked += 1
            return await super().get(store_id)

    tokens = Tokens({})
    event = received("product.updated", 7, ecwid=Ecwid(transport=MemoryTransport([]), tokens=tokens))
    assert event.store.store_id == DEMO_STORE_ID
    assert event.store is event.store
    assert tokens.asked == 0


def test_the_repr_has_no_data():
    event = received("customer.updated", 7, customerEmail="ann@example.com")
    assert repr(event) == f"<ReceivedEvent customer.updated of 7 in store {DEMO_STORE_ID}>"
    assert event.data.customer_email == "ann@example.com"
    assert "ann@" not in repr(event.event) + repr(event.data)


# Through the whole path.


async def test_an_event_is_fetched_past_the_cache_and_drops_what_is_cached():
    app = InstalledApp(cache=MemoryCache())
    product = app.api.call("POST", "/products", {"name": "Lamp", "price": 10})["id"]
    seen = []

    @app.webhooks.on("product.updated")
    async def index(event: ReceivedEvent) -> None:
        seen.append((await event.fetch()).name)

    await app.settle()
    store = app.ecwid.store(STORE)
    assert (await store.products.get(product)).name == "Lamp"
    app.api.put(f"/products/{product}", {"name": "Chair"})
    assert (await store.products.get(product)).name == "Lamp"  # cached
    await app.sandbox.deliveries.deliver_due()
    assert (await store.products.get(product)).name == "Chair"
    app.api.put(f"/products/{product}", {"name": "Table"})
    app.sandbox.deliveries.clear()
    await app.webhooks.run(until_idle=True)
    assert seen == ["Table"]


async def test_an_entity_that_is_found_in_a_list_is_read_past_the_cache_too():
    app = InstalledApp(cache=MemoryCache(CachePolicy({"GET /*": 60}, lag=0)))
    promotion = app.api.post("/promotions", {"name": "Sale", "amount": 5})["id"]
    order = app.api.post("/orders", {"email": "ann@example.com", "total": 5})["orderId"]
    invoice = app.api.post(f"/orders/{order}/invoices/create-invoice")["id"]
    store = app.ecwid.store(STORE)
    await store.promotions.search().all()
    await store.orders.invoices.search(order)
    app.requests()
    for event in (
        received("promotion.updated", promotion, ecwid=app.ecwid, store_id=STORE),
        received("invoice.created", invoice, ecwid=app.ecwid, store_id=STORE, orderId=order),
    ):
        await event.fetch()
    assert app.requests() == ["GET /promotions", f"GET /orders/{order}/invoices"]


async def test_a_handler_may_ignore_that_its_entity_is_gone():
    app = InstalledApp()
    product = app.api.call("POST", "/products", {"name": "Lamp", "price": 10})["id"]
    deleted = []

    @app.webhooks.on("product.created")
    async def index(event: ReceivedEvent) -> None:
        await event.fetch()

    @app.webhooks.on("product.deleted")
    async def remove(event: ReceivedEvent) -> None:
        if await event.fetch_or_none() is None:
            deleted.append(event.entity_id)

    app.api.delete(f"/products/{product}")
    await app.settle()
    assert deleted == [product]
    assert app.outcomes() == [WebhookOutcome.GONE, WebhookOutcome.HANDLED]


async def test_a_forged_store_reads_nothing_of_another_one():
    """`storeId` is not signed: the entity is read with the token of the store that the event names."""
    app = InstalledApp()
    event = received("product.updated", 7, ecwid=app.ecwid, store_id=1004)
    with pytest.raises(ConfigError, match="1004"):
        await event.fetch()
    assert app.requests() == []
