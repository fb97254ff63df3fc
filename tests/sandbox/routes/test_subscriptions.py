"""Recurring subscriptions."""

from collections.abc import Callable
from typing import Any

import pytest

from ecwid_async.sandbox.state import format_time, parse_time
from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store, empty_store

Item = dict[str, Any]
START = 1_700_000_000
DAY = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock(START + 1000 * DAY)


@pytest.fixture
def api(clock: Clock) -> Api:
    """Thirty subscriptions that differ in every field a search can filter by."""
    api = empty_store(clock)
    api.store.load("subscriptions", map(subscription, range(30)))
    return api


def subscription(n: int) -> Item:
    created = START + n * DAY
    orders = [
        {"id": 500_000_000 + 10 * n + k, "total": 10 + n % 4, "createDate": format_time(created + k * 30 * DAY)}
        for k in range(n % 3 + 1)
    ]
    item = {
        "subscriptionId": 9_000_000 + n,
        "customerId": 100 + n % 5,
        "status": ("ACTIVE", "CANCELLED", "LAST_CHARGE_FAILED")[n % 3],
        "statusUpdated": format_time(created),
        "created": format_time(created),
        "nextCharge": format_time(created + (n * 7 % 30) * DAY),
        "createTimestamp": created * 1000 + 7,
        "updateTimestamp": (created + n * 3600) * 1000 + 7,
        "chargeSettings": {"recurringInterval": ("MONTH", "WEEK")[n % 2], "recurringIntervalCount": n % 3 + 1},
        "orderTemplate": {
            "id": f"TPL{n}",
            "email": f"Buyer{n % 6}@example.com",
            "items": [{"productId": 70 + n % 7, "name": "Mug", "nameTranslated": {"de": "Becher"}}],
        },
        "orders": orders,
    }
    return item | ({"cancelled": format_time(created + DAY)} if n % 3 == 1 else {})


def at(item: Item, name: str) -> int:
    return parse_time(item[name]) if name in item else 0


MIDDLE = START + 15 * DAY
FILTERS: dict[str, tuple[dict[str, Any], Callable[[Item], bool]]] = {
    "id": ({"id": 9_000_004}, lambda one: one["subscriptionId"] == 9_000_004),
    "createdFrom": ({"createdFrom": MIDDLE}, lambda one: at(one, "created") >= MIDDLE),
    "createdTo": ({"createdTo": MIDDLE}, lambda one: at(one, "created") <= MIDDLE),
    "cancelledFrom": ({"cancelledFrom": MIDDLE}, lambda one: at(one, "cancelled") >= MIDDLE),
    "cancelledTo": ({"cancelledTo": MIDDLE}, lambda one: 0 < at(one, "cancelled") <= MIDDLE),
    "updatedFrom": ({"updatedFrom": MIDDLE}, lambda one: one["updateTimestamp"] // 1000 >= MIDDLE),
    "updatedTo": ({"updatedTo": MIDDLE}, lambda one: one["updateTimestamp"] // 1000 <= MIDDLE),
    "customerId": ({"customerId": 103}, lambda one: one["customerId"] == 103),
    "status": ({"status": "ACTIVE,CANCELLED"}, lambda one: one["status"] in {"ACTIVE", "CANCELLED"}),
    "nextChargeFrom": ({"nextChargeFrom": MIDDLE}, lambda one: at(one, "nextCharge") >= MIDDLE),
    "nextChargeTo": ({"nextChargeTo": MIDDLE}, lambda one: at(one, "nextCharge") <= MIDDLE),
    "recurringInterval": (
        {"recurringInterval": "WEEK"},
        lambda one: one["chargeSettings"]["recurringInterval"] == "WEEK",
    ),
    "recurringIntervalCount": (
        {"recurringIntervalCount": 2},
        lambda one: one["chargeSettings"]["recurringIntervalCount"] == 2,
    ),
    "productId": ({"productId": 72}, lambda one: one["orderTemplate"]["items"][0]["productId"] == 72),
    "email": ({"email": "buyer3@EXAMPLE.com"}, lambda one: one["orderTemplate"]["email"] == "Buyer3@example.com"),
    "orderId": ({"orderId": "500000021"}, lambda one: any(order["id"] == 500_000_021 for order in one["orders"])),
    "orderTotal": ({"orderTotal": 12}, lambda one: one["orders"][0]["total"] == 12),
    "orderCreated": (
        {"orderCreatedFrom": MIDDLE + 40 * DAY, "orderCreatedTo": MIDDLE + 60 * DAY},
        lambda one: any(MIDDLE + 40 * DAY <= at(o, "createDate") <= MIDDLE + 60 * DAY for o in one["orders"]),
    ),
    "orderCreatedFrom": (
        {"orderCreatedFrom": MIDDLE + 40 * DAY},
        lambda one: any(at(order, "createDate") >= MIDDLE + 40 * DAY for order in one["orders"]),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_exactly_the_matching_subscriptions(api: Api, name: str) -> None:
    params, fits = FILTERS[name]
    everything = api.all("/subscriptions")
    expected = [one for one in everything if fits(one)]
    assert 0 < len(expected) < len(everything) == 30
    assert api.all("/subscriptions", **params) == expected


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("DATE_CREATED", lambda one: one["createTimestamp"]),
        ("ORDER_COUNT", lambda one: (len(one["orders"]), one["createTimestamp"])),
        ("NEXT_CHARGE_DATE", lambda one: (at(one, "nextCharge"), one["createTimestamp"])),
    ],
)
def test_subscriptions_are_sorted(api: Api, name: str, key: Callable[[Item], Any]) -> None:
    everything = api.all("/subscriptions")
    assert everything == sorted(everything, key=lambda one: -one["createTimestamp"])
    assert api.all("/subscriptions", sortBy=f"{name}_ASC") == sorted(everything, key=key)
    assert api.all("/subscriptions", sortBy=f"{name}_DESC") == sorted(everything, key=key, reverse=True)


def test_a_subscription_is_read_in_the_requested_language(api: Api) -> None:
    assert api.get("/subscriptions/9000004") == subscription(4)
    [found] = api.get("/subscriptions", id=9_000_004, lang="de")["items"]
    assert found["orderTemplate"]["items"][0]["name"] == "Becher"
    assert api.refused("GET", "/subscriptions/1")[0] == 404


def test_cancelling_a_subscription_sets_the_date(api: Api, clock: Clock) -> None:
    assert api.put("/subscriptions/9000000", {"status": "CANCELLED"}) == {"updateCount": 1}
    found = api.get("/subscriptions/9000000")
    moment = format_time(clock.now)
    assert (found["status"], found["cancelled"], found["statusUpdated"]) == ("CANCELLED", moment, moment)
    assert found["updateTimestamp"] == clock.now * 1000
    assert found in api.all("/subscriptions", cancelledFrom=int(clock.now))
    api.put("/subscriptions/9000000", {"status": "ACTIVE"})
    assert "cancelled" not in api.get("/subscriptions/9000000")


def test_the_next_charge_and_the_interval_can_be_changed(api: Api) -> None:
    before = api.get("/subscriptions/9000000")
    change = {"nextCharge": "2031-01-02 03:04:05 +0200", "chargeSettings": {"recurringIntervalCount": 2}}
    api.put("/subscriptions/9000000", change)
    found = api.get("/subscriptions/9000000")
    assert found["nextCharge"] == "2031-01-02 01:04:05 +0000"
    assert found["chargeSettings"] == {"recurringInterval": "MONTH", "recurringIntervalCount": 2}
    assert found["statusUpdated"] == before["statusUpdated"]
    assert [one["subscriptionId"] for one in api.all("/subscriptions", nextChargeFrom=1_900_000_000)] == [9_000_000]


@pytest.mark.parametrize(
    "change", [{"status": "GONE"}, {"nextCharge": "tomorrow"}, {"chargeSettings": {"recurringInterval": "HOUR"}}]
)
def test_an_invalid_change_is_refused(api: Api, change: Item) -> None:
    assert api.refused("PUT", "/subscriptions/9000000", change)[:2] == (400, "WRONG_PARAMETER")
    assert api.get("/subscriptions/9000000") == subscription(0)


def test_a_demo_store_has_the_orders_of_its_subscriptions() -> None:
    demo = demo_store(products=30, orders=200, customers=30, categories=4)
    subscriptions = demo.all("/subscriptions")
    assert len(subscriptions) > 5
    assert len({one["status"] for one in subscriptions}) > 2
    for one in subscriptions:
        [order] = demo.all("/orders", subscriptionId=one["subscriptionId"])
        assert one["customerId"] == order["customerId"]
        assert one["orders"] == [
            {"id": order["orderNumber"], "total": order["total"], "createDate": order["createDate"]}
        ]
        assert ("cancelled" in one) == (one["status"] == "CANCELLED")
