"""The events of a store: what changed since a cursor, in the form of webhooks."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import evolve, fields

from ecwid_async.changes import EVENT_SECTIONS, EventCursor
from ecwid_async.errors import ConfigError, DecodeError, InvalidToken, ScanDrifted, ServerError, StoreSuspended
from ecwid_async.models.base import wire_name
from ecwid_async.models.events import (
    CustomerEvent,
    DiscountCouponEvent,
    EventType,
    OrderEvent,
    OrderEventData,
    ProductEvent,
    ProfileEvent,
    ReviewEvent,
    ReviewEventStatus,
    StoreEvent,
    UnfinishedOrderEvent,
    UnfinishedOrderEventData,
)
from ecwid_async.models.orders import FulfillmentStatus, PaymentStatus
from ecwid_async.models.profile import ProfileDraft
from ecwid_async.models.profile_general_info import ProfileGeneralInfoDraft
from ecwid_async.sandbox import Switches
from ecwid_async.sandbox.state import format_time
from ecwid_async.sections import SECTIONS
from ecwid_async.wire import Request, Response
from tests.cancelling import KINDS, Kind, cancel_at_every_await
from tests.changes.event_feeds import Feed
from tests.changes.servers import NOW, STORE, TOKEN, Server, error, products

DAY = 86_400
HOUR = 3600


def write(server: Server, item_id: int = 1, *, created: int | None = None) -> None:
    """Write a product now."""
    (item,) = products([item_id], updated=int(server.now))
    table = server.store.table("products")
    before = table.get(item_id) or item
    table.put({**item, "createTimestamp": created or before["createTimestamp"]})


def types(events: list[StoreEvent]) -> list[tuple[Any, Any]]:
    return [(str(event.event_type), event.entity_id) for event in events]


async def begun(server: Server | None = None, **options: Any) -> Feed:
    """Return a feed that began half an hour ago, in a store that did not change for a day."""
    server = server or Server()
    server.now += DAY
    feed = Feed(server, options)
    assert await feed.poll() == []
    server.now += HOUR / 2
    return feed


# Where events begin.


async def test_events_begin_now():
    server = Server()
    server.load("products", products(range(250)))
    server.now += DAY
    feed = Feed(server)
    assert await feed.poll() == []
    assert feed.paths == ["/latest-stats"]
    assert {name: cursor.since for name, cursor in feed.position.sections.items()} == dict.fromkeys(
        EVENT_SECTIONS, NOW + DAY - 301
    )
    server.now += 60
    write(server, 7)
    server.now += 60
    assert types(await feed.poll()) == [("product.updated", 7)]


async def test_events_can_begin_with_the_existing_items():
    server = Server()
    server.load("products", products(range(250)))
    feed = Feed(server, {"start": "beginning", "sections": ["products"]})
    assert sorted(types(await feed.poll())) == sorted(("product.created", n) for n in range(250))
    server.now += HOUR
    assert await feed.poll() == []
    write(server, 7)
    server.now += 60
    assert types(await feed.poll()) == [("product.updated", 7)]


async def test_a_section_that_was_not_read_before_begins_now_and_others_keep_their_position():
    server = Server()
    feed = await begun(server, sections=["orders"])
    orders = feed.position.sections["orders"]
    assert await feed.poll(sections=["products", "products"]) == []
    position = feed.position
    assert position.sections["orders"] == orders
    assert position.sections["products"].since == int(server.now) - 301


# What happened.


async def test_items_are_created_updated_and_deleted():
    server = Server()
    server.load("products", products([1, 2, 3]))
    feed = await begun(server, sections=["products"])
    write(server, 1)
    write(server, 4)
    server.delete("products", 3)
    time = int(server.now)
    server.now += 60
    events = await feed.poll()
    assert sorted(types(events)) == [("product.created", 4), ("product.deleted", 3), ("product.updated", 1)]
    assert {type(event) for event in events} == {ProductEvent}
    assert {(event.store_id, event.event_created, event.data) for event in events} == {(STORE, time, None)}
    assert all(len(event.event_id or "") == 32 for event in events)


async def test_the_overlap_repeats_events_with_the_same_id():
    server = Server()
    server.load("products", products([1, 2]))
    feed = await begun(server)
    write(server, 1)
    write(server, 3)
    server.delete("products", 2)
    server.now += 60
    assert len(await feed.poll()) == 3
    server.now += 60
    assert await feed.poll() == []
    assert feed.repeated == 3
    server.now += HOUR
    assert await feed.poll() == []
    assert feed.repeated == 3 + 3  # this read still began before
    server.now += 60
    assert await feed.poll() == []
    assert feed.repeated == 3 + 3


async def test_an_item_that_changes_after_its_creation_was_reported_is_also_updated():
    server = Server()
    feed = await begun(server)
    write(server, 1)
    server.now += 60
    assert types(await feed.poll()) == [("product.created", 1)]
    write(server, 1)
    server.now += 60
    # The overlap still contains the creation, whose event has the same id.
    assert types(await feed.poll()) == [("product.updated", 1)]
    assert feed.repeated == 1


async def test_a_change_is_reported_once_its_second_is_over():
    server = Server()
    server.load("products", products([1]))
    feed = await begun(server, lag=0.0)
    server.now += 0.2
    write(server, 1)
    assert await feed.poll() == []
    server.now += 0.2
    write(server, 1)  # an event of the first change would have the same id
    server.now += 3
    assert types(await feed.poll()) == [("product.updated", 1)]


async def test_a_creation_is_reported_once_although_its_last_update_is_not_over():
    server = Server()
    feed = await begun(server, lag=0.0)
    created = int(server.now)
    write(server, 1)
    server.now += 10
    write(server, 1, created=created)
    assert types(await feed.poll()) == [("product.created", 1)]
    server.now += 10
    assert types(await feed.poll()) == [("product.updated", 1)]


async def test_events_of_orders_have_their_statuses_and_both_ids():
    server = Server()
    feed = await begun(server)
    store = server.connect()
    now = int(server.now)
    order = {
        "id": "EG4H2",
        "internalId": 77,
        "orderNumber": 77,
        "paymentStatus": "PAID",
        "fulfillmentStatus": "AWAITING_PROCESSING",
        "email": "ann@example.com",
        "createTimestamp": now,
        "updateTimestamp": now,
    }
    server.load("orders", [order])
    server.now += 10
    (created,) = await feed.poll()
    assert isinstance(created, OrderEvent)
    assert (created.event_type, created.entity_id) == (EventType.ORDER_CREATED, 77)
    assert created.data == OrderEventData(
        order_id="EG4H2",
        new_payment_status=PaymentStatus.PAID,
        new_fulfillment_status=FulfillmentStatus.AWAITING_PROCESSING,
    )
    await store.orders.delete("EG4H2")
    server.now += 10
    (deleted,) = [event for event in await feed.poll() if event.event_type == EventType.ORDER_DELETED]
    assert isinstance(deleted, OrderEvent)
    assert (deleted.entity_id, deleted.data) == (77, OrderEventData(order_id="EG4H2"))


async def test_a_deleted_order_that_is_listed_by_its_number_only_is_identified_by_it():
    server = Server()
    feed = await begun(server, sections=["orders"])
    server.store.history("orders").add({"id": 77}, int(server.now))
    server.store.history("orders").add({"id": 78, "orderId": "EG4H2"}, int(server.now))
    server.now += HOUR
    events = await feed.poll()
    assert sorted(types(events)) == [("order.deleted", 77), ("order.deleted", 78)]


async def test_two_states_of_an_order_in_one_second_are_two_events():
    server = Server()
    feed = await begun(server, sections=["orders"])
    now = int(server.now)
    order: dict[str, Any] = {"id": "A", "orderNumber": 1, "createTimestamp": NOW - DAY, "updateTimestamp": now + 10}
    server.now += 60
    for status in ("AWAITING_PAYMENT", "PAID"):
        server.store.table("orders").put({**order, "paymentStatus": status})  # the search shows the second one later
        (event,) = await feed.poll()
        assert isinstance(event, OrderEvent)
        assert event.data is not None
        assert event.data.new_payment_status == status


async def test_customers_coupons_reviews_and_carts_have_events():
    server = Server()
    feed = await begun(server)
    now = int(server.now)
    at = format_time(now)
    times = {"createTimestamp": now, "updateTimestamp": now}
    server.load("customers", [{"id": 5, "email": "ann@example.com", "registered": at, "updated": at}])
    server.load("coupons", [{"id": 6, "code": "TEN", "creationDate": at, "updateDate": at}])
    server.load("reviews", [{"id": 7, "productId": 1, "orderId": 9, "status": "published", **times}])
    server.load("carts", [{"cartId": "6B8E-11", "email": "ann@example.com", **times}])
    server.now += 60
    events = {type(event): event for event in await feed.poll()}
    customer, review, cart = events[CustomerEvent], events[ReviewEvent], events[UnfinishedOrderEvent]
    assert isinstance(customer, CustomerEvent)
    assert customer.data is not None
    assert (customer.event_type, customer.entity_id) == ("customer.created", 5)
    assert customer.data.customer_email == "ann@example.com"
    assert "ann@" not in repr(customer)
    assert events[DiscountCouponEvent].entity_id == 6
    assert isinstance(review, ReviewEvent)
    assert review.data is not None
    assert (review.data.product_id, review.data.order_id) == (1, 9)
    assert review.data.status is ReviewEventStatus.PUBLISHED
    assert isinstance(cart, UnfinishedOrderEvent)
    assert (cart.event_type, cart.entity_id) == ("unfinished_order.created", "6B8E-11")
    assert cart.data == UnfinishedOrderEventData(cart_id="6B8E-11")
    assert "carts" in feed.problems  # the API does not list deleted ones
    server.delete("customers", 5)
    server.delete("reviews", 7)
    server.now += 60
    assert {("customer.deleted", 5), ("review.deleted", 7)} <= set(types(await feed.poll()))


async def test_the_profile_is_updated():
    server = Server()
    feed = await begun(server)
    draft = ProfileDraft(general_info=ProfileGeneralInfoDraft(store_url="https://example.com"))
    await server.connect().profile.update(draft)
    time = int(server.now)
    assert await feed.poll() == []  # its second is not over
    server.now += 60
    (event,) = await feed.poll()
    assert isinstance(event, ProfileEvent)
    assert (event.event_type, event.entity_id, event.event_created) == (EventType.PROFILE_UPDATED, STORE, time)
    server.now += 60
    assert await feed.poll() == []


async def test_the_profile_is_updated_although_the_server_set_its_clock_back():
    server = Server()
    feed = await begun(server, sections=["profile"])
    server.replace = lambda request, found: evolve(found, body=b'{"profileUpdated": "%s"}' % at.encode())
    for seconds in (-60, -3 * HOUR):
        at = format_time(server.now + seconds)
        server.now += seconds + 60
        (event,) = await feed.poll()
        assert event.event_type == EventType.PROFILE_UPDATED
        assert await feed.poll() == []


# Costs.


async def test_a_store_without_changes_costs_one_request():
    server = Server()
    server.load("products", products(range(250)))
    feed = await begun(server)
    for _ in range(3):
        server.now += 60
        assert await feed.poll() == []
        assert feed.paths == ["/latest-stats"]


async def test_only_sections_that_changed_are_read_and_only_the_fields_of_events():
    server = Server()
    server.load("products", products([1]))
    feed = await begun(server)
    write(server, 1)
    server.now += 60
    await feed.poll()
    assert sorted(feed.paths) == ["/latest-stats", "/products", "/products/deleted"]
    (request,) = [request for request in server.requests if request.path.endswith("/products")]
    selection = dict(request.params)["responseFields"]
    assert "name" not in selection
    assert "createTimestamp" in selection


async def test_a_list_is_read_once_an_hour_in_case_its_time_does_not_show_deletions():
    server = Server(switches=Switches(stats_show_deletions=False))
    server.load("products", products([1, 2]))
    feed = await begun(server, sections=["products"])
    server.delete("products", 1)
    assert await feed.poll() == []
    server.now += HOUR
    assert types(await feed.poll()) == [("product.deleted", 1)]


# What can't be read.


async def test_sections_that_the_token_does_not_open_are_skipped_and_named():
    server = Server(scopes=["read_catalog", "read_store_profile"])
    feed = await begun(server)
    at = format_time(server.now)
    server.load("customers", [{"id": 5, "email": "ann@example.com", "registered": at, "updated": at}])
    write(server, 1)
    server.now += 60
    assert types(await feed.poll()) == [("product.created", 1)]
    assert list(feed.skipped) == ["customers"]
    assert "read_customers" in feed.skipped["customers"]
    server.store.add_token(TOKEN)  # with all scopes
    server.now += 60
    assert types(await feed.poll()) == [("customer.created", 5)]
    assert feed.skipped == {}


async def test_without_the_times_of_the_last_changes_all_lists_are_read():
    server = Server()
    server.load("products", products([1]))
    server.replace = lambda request, found: (
        error(403, "INSUFFICIENT_APP_SCOPE") if request.path.endswith("/latest-stats") else found
    )
    feed = await begun(server)
    write(server, 1)
    server.now += 60
    assert types(await feed.poll()) == [("product.updated", 1)]
    assert "/customers" in feed.paths
    assert list(feed.skipped) == ["profile"]


async def test_a_section_that_fails_does_not_stop_the_others():
    server = Server()
    feed = await begun(server, sections=["orders", "products"])
    server.load("orders", [{"id": "A", "orderNumber": 1, "updateTimestamp": int(server.now)}])
    write(server, 1)
    server.now += 60
    server.replace = lambda request, found: error(500) if request.path.endswith("/orders") else found
    assert types(await feed.poll()) == [("product.created", 1)]
    assert isinstance(feed.error, ServerError)
    server.replace = lambda request, found: found
    assert types(await feed.poll()) == [("order.updated", 1)]


async def test_deletions_that_can_not_be_identified_are_reported_as_a_problem():
    server = Server()
    feed = await begun(server, sections=["products"])
    entry = f'{{"total": 1, "count": 1, "items": [{{"date": "{format_time(server.now)}"}}]}}'
    server.replace = lambda request, found: (
        evolve(found, body=entry.encode()) if request.path.endswith("/deleted") else found
    )
    server.now += HOUR
    assert await feed.poll() == []
    assert feed.problems == {"products": "it is unknown which items 1 of the deletions concern"}


async def test_a_suspended_store_and_a_response_of_another_kind_end_the_read():
    server = Server()
    feed = await begun(server)
    server.replace = lambda request, found: error(402, "STORE_IS_SUSPENDED")
    assert await feed.poll() == []
    assert isinstance(feed.error, StoreSuspended)
    server.replace = lambda request, found: evolve(found, body=b"[]")
    assert await feed.poll() == []
    assert isinstance(feed.error, DecodeError)


async def test_a_dead_token_ends_the_read():
    server = Server()
    feed = await begun(server)
    write(server, 1)
    server.replace = lambda request, found: error(403, "INVALID_API_TOKEN")
    assert await feed.poll() == []
    assert isinstance(feed.error, InvalidToken)
    assert len(server.requests) == 1


async def test_a_list_that_can_not_be_proven_complete_is_an_error_at_the_end():
    server = Server()
    server.load("products", products(range(300), updated=NOW))
    feed = await begun(server, sections=["products", "customers"])
    feed.cursor = json.dumps(
        {
            "version": 1,
            "store_id": STORE,
            "sections": {"products": {"version": 1, "store_id": STORE, "operation": "GET /products", "since": NOW - 9}},
        }
    )

    def lie(request: Request, found: Response) -> Response:
        if not request.path.endswith("/products"):
            return found
        body = json.loads(found.body)
        return Response(found.status, found.headers, json.dumps({**body, "total": body["total"] + 50}).encode())

    server.replace = lie
    events = await feed.poll()
    assert isinstance(feed.error, ScanDrifted)
    assert len(events) == 300
    assert feed.position.sections["products"].since == NOW - 9


# Interruptions and clocks.


async def test_a_read_that_is_left_after_any_batch_loses_nothing():
    server = Server(switches=Switches(page_size=7))
    server.load("products", products(range(40)))
    feed = await begun(server)
    for item_id in range(40):
        write(server, item_id)
        server.now += 1
    server.now += 60
    for batches in range(1, 20):
        await feed.poll(batches=batches)
    await feed.poll()
    assert sorted(types(list(feed.handled.values()))) == sorted(("product.updated", n) for n in range(40))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_read_that_is_cancelled_anywhere_loses_nothing(kind: Kind):
    server = Server()
    feed = await begun(server)
    write(server, 1)
    server.now += 60
    await cancel_at_every_await(feed.poll, kind, lambda: None)
    await feed.poll()
    assert types(list(feed.handled.values())) == [("product.created", 1)]


async def test_events_continue_after_the_server_set_its_clock_back():
    server = Server()
    server.load("products", products([1]))
    feed = await begun(server, sections=["products"])
    write(server, 1)
    server.now += 60
    assert types(await feed.poll()) == [("product.updated", 1)]
    server.now -= 2 * HOUR
    write(server, 2)
    server.now += 60
    events = await feed.poll()
    assert {entity_id for _, entity_id in types(events)} == {2}
    server.now += 60
    # The times of the first item are in the future now, which delays nothing.
    assert {entity_id for _, entity_id in types(await feed.poll())} <= {2}
    server.now += 60
    assert await feed.poll() == []


def test_events_are_read_under_trio():
    async def read() -> None:
        feed = await begun()
        write(feed.server, 1)
        feed.server.now += 60
        assert types(await feed.poll()) == [("product.created", 1)]

    trio.run(read)


# The cursor and the arguments.


async def test_the_cursor_is_readable():
    feed = Feed(Server(), {"sections": ["products"]})
    await feed.poll()
    assert json.loads(feed.cursor or "") == {
        "version": 1,
        "store_id": STORE,
        "sections": {"products": {"version": 1, "store_id": STORE, "operation": "GET /products", "since": NOW - 301}},
    }
    assert EventCursor.from_json(feed.cursor or "", store_id=STORE).to_json() == feed.cursor


@pytest.mark.parametrize(
    ("cursor", "hint"),
    [
        ("[]", "not a valid cursor"),
        ('{"version": 1, "store_id": 1004}', "for store 1004, not for store 1003"),
        ('{"version": 2, "store_id": 1003}', "newer version"),
        (
            '{"version": 1, "store_id": 1003, "sections": {"orders": {"version": 1, "store_id": 1003, '
            '"operation": "GET /products"}}}',
            "not for GET /orders",
        ),
        (EventCursor(version=1, store_id=1004), "for store 1004"),
    ],
)
def test_another_cursor_is_refused_at_once(cursor: str | EventCursor, hint: str):
    with pytest.raises(ConfigError, match=hint):
        Server().connect().events(cursor)


def test_a_section_of_a_newer_version_is_ignored():
    text = '{"version": 1, "store_id": 1003, "sections": {"brands": {"anything": 1}}}'
    assert EventCursor.from_json(text, store_id=STORE).sections == {}


def test_invalid_arguments_are_refused_at_once():
    store = Server().connect()
    with pytest.raises(ConfigError, match="Did you mean products"):
        store.events(sections=["product"])
    with pytest.raises(ConfigError, match="There are profile, orders"):
        store.events(sections=["zzz"])
    with pytest.raises(TypeError, match="pass a list"):
        store.events(sections="products")
    with pytest.raises(ConfigError, match="beginning"):
        store.events(start="yesterday")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="lag"):
        store.events(lag=-1)


async def test_events_are_read_once_and_inside_async_with():
    events = Server().connect().events()
    assert repr(events) == "<Events of store 1003: 0 requests>"
    with pytest.raises(RuntimeError, match="first"):
        await anext(aiter(events))
    async with events:
        assert len([batch async for batch in events]) == 1
        with pytest.raises(RuntimeError, match="only once"):
            await anext(aiter(events))
    with pytest.raises(RuntimeError, match="only once"):
        async with events:
            pass


# The table.

ROWS = {
    match[1]: [cell.strip().strip("`") for cell in match[2].split("|")]
    for match in re.finditer(
        r"^\| `(\w+)` \|(.*)\|$",
        (Path(__file__).parents[2] / "docs" / "changes.md").read_text("utf-8").partition("## Events")[2],
        re.MULTILINE,
    )
}


def test_the_docs_have_the_same_table():
    assert list(ROWS) == list(EVENT_SECTIONS)
    for name, section in EVENT_SECTIONS.items():
        _, *kinds, data = ROWS[name]
        expected = [f"{section.family}.{kind}" for kind in section.kinds]
        assert [kind for kind in kinds if kind] == expected
        assert set(re.findall(r"\w+", data)) == {to_snake_case(each) for each in section.data}


def to_snake_case(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()


def test_the_table_contains_events_that_webhooks_have():
    listed = {f"{section.family}.{kind}" for section in EVENT_SECTIONS.values() for kind in section.kinds}
    assert listed <= set(EventType)
    assert [name for name, section in EVENT_SECTIONS.items() if "deleted" not in section.kinds] == ["profile", "carts"]


@pytest.mark.parametrize("name", EVENT_SECTIONS)
def test_the_fields_that_events_need_are_those_of_the_model(name: str):
    section, model = EVENT_SECTIONS[name], SECTIONS[name].model()
    assert section.stats is not None
    if section.is_document:
        return
    assert set(section.fields) <= {wire_name(field) for field in fields(model)}
    event = section.item_event("updated", dict.fromkeys(section.fields, 1), 1, store_id=STORE)
    assert type(event) is not StoreEvent
    if section.data:
        data = event.data
        assert data is not None
        known = {wire_name(field) for field in fields(type(data))}
        assert section.data.keys() <= known
        assert section.data.keys() >= {*section.states, *({section.deleted_id} if section.deleted_id else ())}
