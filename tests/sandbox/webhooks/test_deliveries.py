"""Webhooks are queued, sent, retried and blocked as by Ecwid, on the clock of the sandbox."""

import anyio
import anyio.lowlevel
import pytest

from ecwid_async.sandbox import App, Delivery, Install, WebhookFaults, sample_event
from ecwid_async.sandbox.webhooks import EVENT_TYPES, RETRY_SECONDS
from tests.sandbox.api import Api, Clock
from tests.sandbox.webhooks.apps import CLIENT_ID, STORE_ID, Receiver, empty_store

HOUR, DAY = 3600, 24 * 3600


def emit(api: Api, event_type: str = "product.updated") -> Delivery:
    now = int(api.sandbox.clock())
    (delivery,) = api.sandbox.emit(sample_event(event_type, store_id=STORE_ID, event_created=now))
    return delivery


async def deliver_until(api: Api, clock: Clock, end: float) -> None:
    """Advance the clock from one attempt to the next, up to `end`."""
    while (due := api.sandbox.deliveries.next_due) is not None and due <= end:
        clock.now = max(clock.now, due)
        await api.sandbox.deliveries.deliver_due()
    clock.now = end


async def test_writes_come_back_as_webhooks_in_order(api: Api, receiver: Receiver) -> None:
    product_id = api.post("/products", {"name": "Mug"})["id"]
    api.delete(f"/products/{product_id}")
    assert receiver.requests == []
    assert await api.sandbox.deliveries.deliver_due() == 2
    assert receiver.types == ["product.created", "product.deleted"]
    assert await api.sandbox.deliveries.deliver_due() == 0
    assert [delivery.outcome for delivery in api.sandbox.deliveries] == ["delivered"] * 2


@pytest.mark.parametrize("status", [200, 201, 202, 204, 209])
async def test_five_statuses_are_a_success(api: Api, clock: Clock, receiver: Receiver, status: int) -> None:
    receiver.status = status
    delivery = emit(api)
    await deliver_until(api, clock, clock.now + 2 * DAY)
    assert [attempt.status for attempt in delivery.attempts] == [status]
    assert (delivery.outcome, api.sandbox.deliveries.waiting) == ("delivered", 0)


@pytest.mark.parametrize("status", [203, 205, 206, 208, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
async def test_any_other_status_is_a_failure(api: Api, clock: Clock, receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    delivery = emit(api)
    await deliver_until(api, clock, clock.now)
    assert delivery.outcome == "waiting"
    await deliver_until(api, clock, clock.now + HOUR)
    assert [attempt.status for attempt in delivery.attempts] == [status, 200]


async def test_an_event_is_retried_27_times_within_24_hours(api: Api, clock: Clock, receiver: Receiver) -> None:
    receiver.status = 500
    start, delivery = clock.now, emit(api)
    await deliver_until(api, clock, start + 3 * DAY)
    offsets = [attempt.at - start for attempt in delivery.attempts]
    assert offsets == [0, 900, 1800, 2700, *(hour * HOUR for hour in range(1, 25))]
    assert (len(offsets), len(RETRY_SECONDS)) == (28, 27)
    assert (delivery.outcome, api.sandbox.deliveries.waiting) == ("failed", 0)
    assert len({body["eventId"] for body in receiver.bodies}) == 1


async def test_a_clock_that_leaps_makes_one_attempt_up_for_all_that_were_missed(
    api: Api, clock: Clock, receiver: Receiver
) -> None:
    receiver.status = 500
    delivery = emit(api)
    await api.sandbox.deliveries.deliver_due()
    clock.now += DAY
    await api.sandbox.deliveries.deliver_due()
    assert len(delivery.attempts) == 2


async def test_an_app_without_an_answer_fails_the_attempt(api: Api, clock: Clock) -> None:
    async def fail(request: object) -> int:
        raise ConnectionRefusedError("the secret")

    api.sandbox.deliveries.sender = fail
    delivery = emit(api)
    await deliver_until(api, clock, clock.now)
    (attempt,) = delivery.attempts
    assert (attempt.status, attempt.error, delivery.outcome) == (None, "ConnectionRefusedError", "waiting")
    assert "the secret" not in repr(delivery)


# Which app gets what.


SCOPES = {
    "category": "read_catalog",
    "customer": "read_customers",
    "customer_group": "read_customers",
    "discount_coupon": "read_discount_coupons",
    "invoice": "read_invoices",
    "order": "read_orders",
    "product": "read_catalog",
    "product_class": "read_catalog",
    "profile": "read_store_profile",
    "promotion": "read_promotion",
    "review": "read_reviews",
    "size_chart": "read_sizecharts",
    "unfinished_order": "read_orders",
}
"""The scope that the events of each family need, but for requests about personal data."""


@pytest.mark.parametrize("event_type", [each for each in EVENT_TYPES if not each.startswith("application.")])
def test_an_app_gets_events_for_which_it_has_the_scope(clock: Clock, receiver: Receiver, event_type: str) -> None:
    is_about_personal_data = ".personalData" in event_type
    scope = "read_store_profile" if is_about_personal_data else SCOPES[event_type.partition(".")[0]]
    event = sample_event(event_type, store_id=STORE_ID)
    assert len(empty_store(clock, receiver, [scope]).sandbox.emit(event)) == 1
    others = {*SCOPES.values(), "add_to_cp"} - {scope}
    assert empty_store(clock, receiver, sorted(others)).sandbox.emit(event) == []


@pytest.mark.parametrize("event_type", ["application.installed", "application.storageChanged"])
def test_events_of_the_app_need_no_scope(clock: Clock, receiver: Receiver, event_type: str) -> None:
    assert len(empty_store(clock, receiver, []).sandbox.emit(sample_event(event_type, store_id=STORE_ID))) == 1


def test_an_app_gets_only_the_types_that_it_chose_in_stores_that_have_it(api: Api) -> None:
    api.sandbox.apps[CLIENT_ID].webhook_events = frozenset({"order.created"})
    emit(api, "order.created")
    assert api.sandbox.emit(sample_event("order.updated", store_id=STORE_ID)) == []
    api.sandbox.add_store(1004, token="x")
    assert api.sandbox.emit(sample_event("order.created", store_id=1004)) == []
    with pytest.raises(KeyError):
        api.sandbox.emit(sample_event("order.created", store_id=1005))


def test_each_app_gets_the_event_unless_one_is_named(api: Api) -> None:
    api.sandbox.add_app(App(client_id="another", client_secret="x", webhook_url="http://127.0.0.1:1/"))
    api.store.installs["another"] = Install()
    event = sample_event("order.created", store_id=STORE_ID)
    assert [delivery.client_id for delivery in api.sandbox.emit(event)] == [CLIENT_ID, "another"]
    assert [delivery.client_id for delivery in api.sandbox.emit(event, client_id="another")] == ["another"]


async def test_an_app_hears_that_it_was_uninstalled(api: Api, receiver: Receiver) -> None:
    api.sandbox.uninstall(CLIENT_ID, STORE_ID)
    api.sandbox.install(CLIENT_ID, STORE_ID)
    await api.sandbox.deliveries.deliver_due()
    assert receiver.types == ["application.uninstalled", "application.installed"]
    assert {body["entityId"] for body in receiver.bodies} == {str(STORE_ID)}


# Unfinished orders.


async def test_an_order_placed_within_a_second_is_only_a_created_order(
    api: Api, clock: Clock, receiver: Receiver
) -> None:
    order_id = api.post("/orders", {"paymentStatus": "INCOMPLETE"})["orderId"]
    await api.sandbox.deliveries.deliver_due()
    clock.now += 0.5
    api.put(f"/orders/{order_id}", {"paymentStatus": "PAID"})
    await deliver_until(api, clock, clock.now + HOUR)
    assert receiver.types == ["order.created"]
    assert [delivery.outcome for delivery in api.sandbox.deliveries] == ["superseded", "delivered"]


async def test_an_order_placed_later_was_an_unfinished_order_first(api: Api, clock: Clock, receiver: Receiver) -> None:
    order_id = api.post("/orders", {"paymentStatus": "INCOMPLETE"})["orderId"]
    clock.now += 2
    api.put(f"/orders/{order_id}", {"paymentStatus": "PAID"})
    await deliver_until(api, clock, clock.now + HOUR)
    assert receiver.types == ["unfinished_order.created", "order.created"]


# Apps that fail for two weeks.


async def fail_for_two_weeks(api: Api, clock: Clock) -> None:
    start = clock.now
    while clock.now <= start + 14 * DAY:
        emit(api)
        await deliver_until(api, clock, clock.now + 20 * HOUR)


async def test_an_app_that_fails_for_two_weeks_is_blocked_in_all_stores(
    api: Api, clock: Clock, receiver: Receiver
) -> None:
    api.sandbox.add_store(1004, token="x").installs[CLIENT_ID] = Install()
    receiver.status = 500
    await fail_for_two_weeks(api, clock)
    assert api.sandbox.deliveries.blocked == {CLIENT_ID}
    assert (api.sandbox.deliveries.waiting, list(api.sandbox.deliveries)[-1].outcome) == (0, "blocked")
    receiver.requests.clear()
    (elsewhere,) = api.sandbox.emit(sample_event("order.created", store_id=1004))
    await deliver_until(api, clock, clock.now + 30 * DAY)
    assert (receiver.requests, elsewhere.outcome) == ([], "blocked")


async def test_an_unblocked_app_gets_new_events_only(api: Api, clock: Clock, receiver: Receiver) -> None:
    receiver.status = 500
    await fail_for_two_weeks(api, clock)
    receiver.requests.clear()
    receiver.status = 200
    api.sandbox.deliveries.unblock(CLIENT_ID)
    emit(api, "order.created")
    await deliver_until(api, clock, clock.now + DAY)
    assert (receiver.types, api.sandbox.deliveries.blocked) == (["order.created"], frozenset())


async def test_one_success_starts_the_two_weeks_again(api: Api, clock: Clock, receiver: Receiver) -> None:
    receiver.status = 500
    for _ in range(2):
        for _ in range(10):
            emit(api)
            await deliver_until(api, clock, clock.now + DAY)
        receiver.statuses = [200]
        emit(api)
        await deliver_until(api, clock, clock.now + DAY)
    assert api.sandbox.deliveries.blocked == frozenset()


# Faults of the delivery.


async def test_doubled_events_have_the_same_id(api: Api, receiver: Receiver) -> None:
    api.sandbox.deliveries.faults = WebhookFaults(doubled=True)
    api.post("/products", {"name": "Mug"})
    await api.sandbox.deliveries.deliver_due()
    first, second = receiver.bodies
    assert first == second


async def test_delayed_events_are_as_old_as_their_change(api: Api, clock: Clock, receiver: Receiver) -> None:
    api.sandbox.deliveries.faults = WebhookFaults(delay=3 * HOUR)
    start = clock.now
    api.post("/products", {"name": "Mug"})
    assert await api.sandbox.deliveries.deliver_due() == 0
    await deliver_until(api, clock, clock.now + 4 * HOUR)
    assert [body["eventCreated"] for body in receiver.bodies] == [start]
    (delivery,) = api.sandbox.deliveries
    assert delivery.attempts[0].at == start + 3 * HOUR


async def test_shuffled_events_arrive_in_another_order(api: Api, receiver: Receiver) -> None:
    api.sandbox.deliveries.faults = WebhookFaults(shuffled=True)
    ids = [api.post("/products", {"name": "Mug"})["id"] for _ in range(20)]
    await api.sandbox.deliveries.deliver_due()
    received = [body["entityId"] for body in receiver.bodies]
    assert (received != ids, sorted(received)) == (True, ids)


# Bounds.


async def test_an_app_that_answers_each_event_with_a_write_does_not_keep_the_delivery_going(api: Api) -> None:
    calls = 0

    async def loop(request: object) -> int:
        nonlocal calls
        calls += 1
        api.put(f"/products/{product_id}", {"price": calls})
        return 200

    product_id = api.post("/products", {"name": "Mug"})["id"]
    api.sandbox.deliveries.sender = loop
    assert await api.sandbox.deliveries.deliver_due(at_most=50) == calls == 50
    assert api.sandbox.deliveries.waiting == 1


def test_the_log_and_the_queue_are_bounded(api: Api) -> None:
    for _ in range(10_100):
        emit(api)
    deliveries = api.sandbox.deliveries
    assert (len(deliveries), deliveries.waiting, deliveries.dropped) == (10_000, 10_000, 100)
    assert emit(api).outcome == "dropped"


async def test_at_most_eight_requests_are_sent_at_once(api: Api) -> None:
    now, most, release = 0, 0, anyio.Event()

    async def slow(request: object) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == 8:
            release.set()
        await release.wait()
        now -= 1
        return 200

    api.sandbox.deliveries.sender = slow
    for _ in range(20):
        emit(api)
    assert await api.sandbox.deliveries.deliver_due() == 20
    assert most == 8


async def test_a_cancelled_delivery_loses_nothing(api: Api, receiver: Receiver) -> None:
    started = anyio.Event()

    async def hang(request: object) -> int:
        started.set()
        await anyio.sleep_forever()
        return 200

    api.sandbox.deliveries.sender = hang
    for _ in range(20):
        emit(api)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(api.sandbox.deliveries.deliver_due)
        await started.wait()
        tasks.cancel_scope.cancel()
    assert api.sandbox.deliveries.waiting == 20
    api.sandbox.deliveries.sender = receiver
    assert await api.sandbox.deliveries.deliver_due() == 20
    assert {len(delivery.attempts) for delivery in api.sandbox.deliveries} == {1}


# Running in the background.


async def test_a_running_delivery_sends_new_events_and_those_that_become_due(
    api: Api, clock: Clock, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    attempts: list[Delivery] = []
    attempted = anyio.Event()

    def note(delivery: Delivery) -> None:
        attempts.append(delivery)
        attempted.set()

    api.sandbox.deliveries.on_attempt = note
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(api.sandbox.deliveries.run)
        await anyio.lowlevel.checkpoint()
        delivery = emit(api)
        with anyio.fail_after(30):
            await attempted.wait()
            attempted = anyio.Event()
            clock.now += HOUR
            await attempted.wait()
        tasks.cancel_scope.cancel()
    assert attempts == [delivery, delivery]
    assert delivery.outcome == "delivered"


async def test_an_app_with_an_invalid_url_does_not_keep_others_from_their_webhooks(
    api: Api, receiver: Receiver
) -> None:
    for url in ("http://[", "http://127.0.0.1:x]"):
        api.sandbox.add_app(App(client_id=url, client_secret="s", webhook_url=url, scopes=None))
        api.sandbox.stores[STORE_ID].installs[url] = Install()
    deliveries = api.sandbox.emit(sample_event("product.updated", store_id=STORE_ID))
    api.sandbox.deliveries.on_attempt = lambda delivery: 1 // 0
    await api.sandbox.deliveries.deliver_due()
    assert receiver.types == ["product.updated"]
    assert [each.outcome for each in deliveries] == ["delivered", "waiting", "waiting"]
