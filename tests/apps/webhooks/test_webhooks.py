"""Webhooks are answered: stored, left out, or refused; and their handlers are run afterwards."""

import asyncio
import logging

import anyio
import pytest

from ecwid_async import Ecwid
from ecwid_async.apps import (
    EntityGone,
    InboxError,
    NotRetryable,
    ReceivedEvent,
    StoredEvent,
    WebhookOutcome,
    WebhookRecord,
    Webhooks,
    log_webhook,
)
from ecwid_async.apps.webhooks.webhooks import _RESPONSE_TIMEOUT
from ecwid_async.errors import ConfigError
from ecwid_async.models.customers import CustomerDraft
from ecwid_async.models.events import StoreEvent
from ecwid_async.sandbox.webhooks.http import ANSWER_SECONDS
from ecwid_async.tokens import MemoryTokens
from ecwid_async.transport import MemoryTransport, make_response
from tests.apps.webhooks.conftest import STORE, TOKEN
from tests.apps.webhooks.installed_app import InstalledApp
from tests.apps.webhooks.requests import NOW, SECRET, digest, make_body, make_request

HOUR = 3600


def post(event_type="order.created", number=1, **values):
    return make_request(make_body(event_type, eventId=f"e-{number}", **values))


async def statuses(webhooks, *requests):
    return [(await webhooks.handle(request)).status for request in requests]


# Receiving.


async def test_an_event_is_stored_and_answered_with_200(webhooks, inbox, records):
    body = make_body("customer.personal_data_removal_request", entityId=7)
    response = await webhooks.handle(make_request(body))
    assert (response.status, response.body) == (200, b"")
    status = await webhooks.status()
    assert (status.waiting, status.dead) == (1, 0)
    (record,) = records
    assert (record.outcome, record.store_id, record.event_id) == (WebhookOutcome.ACCEPTED, STORE, "e-1")
    assert record.event_type == "customer.personalDataRemovalRequest"
    stored: list[StoredEvent] = []

    async def keep(claimed):
        stored.extend(claimed.events)

    await inbox.run(keep, until_idle=True)
    (event,) = stored
    assert (event.store_id, event.event_id, event.entity_id, event.received_at) == (STORE, "e-1", "7", NOW)
    assert (event.event_type, event.body) == ("customer.personalDataRemovalRequest", body)


async def test_a_repeated_webhook_is_answered_with_200_and_stored_once(webhooks, clock):
    assert await statuses(webhooks, post(), post()) == [200, 200]
    clock.now += 24 * HOUR
    assert await statuses(webhooks, post()) == [200]
    assert (await webhooks.status()).waiting == 1
    assert webhooks.counts.outcomes == {WebhookOutcome.ACCEPTED: 1, WebhookOutcome.DUPLICATE: 2}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post"])
async def test_only_post_is_allowed(webhooks, method):
    response = await webhooks.handle(make_request(method=method))
    assert response.status == 405
    assert ("Allow", "POST") in response.headers


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        (make_request(None, "x"), 401, "malformed_signature"),
        (make_request(None, digest(make_body())), 401, "wrong_signature"),
        (make_request(b"{", digest(b"")), 400, "malformed_body"),
        (make_request(b" " * (1024 * 1024 + 1), digest(b"")), 413, "too_large"),
        (make_request(make_body(eventCreated=int(NOW) - 26 * HOUR)), 401, "too_old"),
    ],
)
async def test_a_refusal_says_its_reason_and_the_log_says_why(webhooks, records, request_, status, reason):
    response = await webhooks.handle(request_)
    assert (response.status, response.body) == (status, reason.encode())
    (record,) = records
    assert (record.outcome, record.reason, record.store_id) == (WebhookOutcome.REFUSED, reason, None)
    assert record.message
    assert SECRET not in repr(record)
    assert webhooks.counts.refused == {reason: 1}
    assert (await webhooks.status()).waiting == 0


class Failing:
    def __init__(self, inbox, error):
        self.inbox, self.error = inbox, error

    async def put(self, event):
        if self.error is not None:
            raise self.error
        await anyio.sleep_forever()


@pytest.mark.parametrize(
    ("error", "message"),
    [(InboxError("the disk is full.", problem="full"), "the disk is full."), (OSError("ann@example.com"), None)],
)
async def test_an_event_that_can_not_be_stored_is_answered_with_503(make_webhooks, inbox, records, error, message):
    webhooks = Webhooks(Failing(inbox, error), client_secret=SECRET, records=records.append, clock=lambda: NOW)
    assert await statuses(webhooks, post()) == [503]
    (record,) = records
    assert (record.outcome, record.error, record.message) == (
        WebhookOutcome.NOT_STORED,
        type(error).__name__,
        message,
    )


async def test_an_inbox_that_hangs_is_answered_for_in_time(inbox, records, monkeypatch):
    monkeypatch.setattr("ecwid_async.apps.webhooks.webhooks._RESPONSE_TIMEOUT", 0.01)
    webhooks = Webhooks(Failing(inbox, None), client_secret=SECRET, records=records.append, clock=lambda: NOW)
    assert await statuses(webhooks, post()) == [503]
    assert records[0].error == "TimeoutError"


def test_the_response_is_sent_before_ecwid_stops_waiting():
    assert _RESPONSE_TIMEOUT < ANSWER_SECONDS - 1


async def is_1003(store_id: int) -> bool:
    return store_id == STORE


@pytest.mark.parametrize(
    "stores",
    [{STORE}, [STORE], {STORE: "row"}, MemoryTokens({STORE: TOKEN}), lambda store_id: store_id == STORE, is_1003],
)
async def test_events_of_unknown_stores_are_left_out(make_webhooks, stores):
    webhooks = make_webhooks(stores=stores)
    # The app's own events come before the store is known, and after it is forgotten.
    requests = [post(), post(number=2, storeId=7), post("application.uninstalled", 3, storeId=7)]
    assert await statuses(webhooks, *requests) == [200, 200, 200]
    assert (await webhooks.status()).waiting == 2
    assert webhooks.counts.outcomes[WebhookOutcome.UNKNOWN_STORE] == 1


async def test_a_check_of_stores_that_fails_loses_nothing(make_webhooks):
    def fail(store_id: int) -> bool:
        raise OSError

    webhooks = make_webhooks(stores=fail)
    assert await statuses(webhooks, post()) == [503]


async def test_stores_that_are_a_range_are_not_all_read(make_webhooks):
    webhooks = make_webhooks(stores=range(1000, 10**12))
    assert await statuses(webhooks, post(), post(number=2, storeId=7)) == [200, 200]
    assert webhooks.counts.outcomes == {WebhookOutcome.ACCEPTED: 1, WebhookOutcome.UNKNOWN_STORE: 1}


@pytest.mark.parametrize(
    "accept", [["product.*", "order.created"], "order.created", lambda event: event.event_type == "order.created"]
)
async def test_events_that_the_policy_leaves_out_are_answered_with_200(make_webhooks, accept):
    webhooks = make_webhooks(accept=accept)
    assert await statuses(webhooks, post(), post("order.updated", 2)) == [200, 200]
    assert webhooks.counts.outcomes == {WebhookOutcome.ACCEPTED: 1, WebhookOutcome.DROPPED: 1}


async def an_async_function(value: object) -> bool:
    return False


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"accept": ["order.creatd"]}, "order.created"),
        ({"accept": None}, "accept"),
        ({"accept": an_async_function}, "accept"),
        ({"stores": 7}, "stores"),
        ({"stores": ["1003"]}, "stores"),
        ({"stores": "1003"}, "stores"),
        ({"records": an_async_function}, "records"),
        ({"loop_limit": 30}, "LoopLimit"),
        ({"engine": object()}, "create_async_engine"),
        # The inbox remembers events for 49 hours.
        ({"replay_window": 49 * HOUR}, "kept"),
        ({"max_body": 2**20 + 1}, "InboxSettings"),
        ({"records": None}, "records"),
        ({"client_secret": ""}, "client_secret"),
        ({"replay_window": 0}, "replay_window"),
    ],
)
async def test_wrong_settings_are_refused(make_webhooks, settings, message):
    with pytest.raises(ConfigError, match=message):
        make_webhooks(**settings)
    with pytest.raises(ConfigError, match="inbox"):
        Webhooks(None, client_secret=SECRET)  # type: ignore[arg-type]


async def test_what_an_error_quotes_of_the_response_is_masked_in_records(make_webhooks, records):
    said = "Customer ann@example.com exists, see secret_abc"
    transport = MemoryTransport([make_response({"errorMessage": said, "errorCode": "EXISTS"}, status=409)])
    webhooks = make_webhooks(ecwid=Ecwid(transport=transport, quota=None, tokens=MemoryTokens({STORE: TOKEN})))

    @webhooks.on("customer.updated")
    async def change(event: ReceivedEvent) -> None:
        await event.store.customers.update(7, CustomerDraft(name="Ann"))

    await statuses(webhooks, post("customer.updated"))
    await webhooks.run(until_idle=True)
    assert records[-1].error == "Conflict"
    assert "409 EXISTS: Customer … exists, see …" in records[-1].message


async def test_a_handler_that_awaits_something_cancelled_does_not_keep_others_from_running(webhooks, records):
    handled = []

    @webhooks.on("order.created")
    async def first(event: ReceivedEvent) -> None:
        raise asyncio.CancelledError

    @webhooks.on("order.created")
    async def second(event: ReceivedEvent) -> None:
        handled.append(event.event_id)

    await statuses(webhooks, post())
    await webhooks.run(until_idle=True)
    assert handled == ["e-1"]
    assert [(each.handler, each.error) for each in records if each.handler] == [
        ("first", "CancelledError"),
        ("second", None),
    ]
    assert (await webhooks.status()).retrying == 1


async def test_a_sink_that_fails_loses_nothing(make_webhooks, caplog):
    def fail(record: WebhookRecord) -> None:
        raise OSError

    webhooks = make_webhooks(records=fail)
    assert await statuses(webhooks, post()) == [200]
    assert (await webhooks.status()).waiting == 1
    assert "records of webhooks failed" in caplog.text


# Handling.


async def test_a_handler_is_run_for_its_events(webhooks, records):
    seen = []

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        seen.append((event.store_id, event.entity_id, event.event_type, event.event_id, event.attempts))
        assert event.data.order_id == "XJ12H"
        assert (event.event_created, event.received_at, event.coalesced) == (NOW, NOW, 1)

    await statuses(webhooks, post(data={"orderId": "XJ12H"}), post("order.updated", 2))
    await webhooks.run(until_idle=True)
    assert seen == [(STORE, 7, "order.created", "e-1", 1)]
    assert [(each.outcome, each.handler) for each in records[2:]] == [
        (WebhookOutcome.HANDLED, "ship"),
        (WebhookOutcome.UNHANDLED, None),
    ]
    status = await webhooks.status()
    assert (status.waiting, status.retrying, status.dead) == (0, 0, 0)


async def test_all_handlers_are_run_and_the_event_is_retried_if_one_fails(webhooks, records, clock):
    seen = []

    @webhooks.on("order.created")
    async def first(event: ReceivedEvent) -> None:
        seen.append(("first", event.attempts))
        if event.attempts == 1:
            raise ValueError("ann@example.com")

    @webhooks.on("order.*")
    async def second(event: ReceivedEvent) -> None:
        seen.append(("second", event.attempts))

    await statuses(webhooks, post())
    await webhooks.run(until_idle=True)
    assert (await webhooks.status()).retrying == 1
    clock.now += 11
    await webhooks.run(until_idle=True)
    assert seen == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]
    failed = next(each for each in records if each.outcome is WebhookOutcome.FAILED)
    # The message of another library's error may have personal data.
    assert (failed.handler, failed.error, failed.message) == ("first", "ValueError", None)
    assert (await webhooks.status()).retrying == 0


async def test_an_event_that_keeps_failing_ends_as_a_dead_letter_and_can_be_replayed(webhooks, inbox, clock):
    broken = True

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        if broken:
            raise KeyError("price")

    await statuses(webhooks, post())
    for _ in range(3):
        await webhooks.run(until_idle=True)
        clock.now += HOUR
    (dead,) = [each async for each in inbox.dead()]
    assert (dead.event_id, dead.attempts, dead.error_class) == ("e-1", 3, "KeyError")
    broken = False
    assert await inbox.replay([dead.id]) == 1
    await webhooks.run(until_idle=True)
    assert webhooks.counts.outcomes[WebhookOutcome.HANDLED] == 1


async def test_an_error_that_may_pass_goes_before_one_that_gives_up(webhooks):
    @webhooks.on("order.created")
    async def give_up(event: ReceivedEvent) -> None:
        raise NotRetryable("there is no such warehouse.")

    await statuses(webhooks, post())
    await webhooks.run(until_idle=True)
    assert (await webhooks.status()).dead == 1

    @webhooks.on("order.created")
    async def fail(event: ReceivedEvent) -> None:
        raise OSError

    await statuses(webhooks, post(number=2))
    await webhooks.run(until_idle=True)
    status = await webhooks.status()
    assert (status.dead, status.retrying) == (1, 1)


async def test_an_error_of_a_task_group_counts_as_the_error_in_it(webhooks, records):
    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(raise_, EntityGone("gone") if event.entity_id == 7 else NotRetryable("never"))

    await statuses(webhooks, post(), post(number=2, entityId=8))
    await webhooks.run(until_idle=True)
    assert [each.outcome for each in records[2:]] == [WebhookOutcome.GONE, WebhookOutcome.FAILED]
    status = await webhooks.status()
    assert (status.retrying, status.dead) == (0, 1)


async def raise_(error: Exception) -> None:
    raise error


async def test_a_handler_has_a_time_limit(webhooks, records):
    @webhooks.on("order.created", timeout=0.01)
    async def hang(event: ReceivedEvent) -> None:
        await anyio.sleep_forever()

    await statuses(webhooks, post())
    with anyio.fail_after(10):
        await webhooks.run(until_idle=True)
    assert (records[-1].outcome, records[-1].error) == (WebhookOutcome.FAILED, "HandlerTimeout")
    assert "0.01 seconds" in records[-1].message
    assert (await webhooks.status()).retrying == 1


async def test_a_timeout_of_the_handlers_own_is_its_error(webhooks, records):
    @webhooks.on("order.created")
    async def wait(event: ReceivedEvent) -> None:
        with anyio.fail_after(0):
            await anyio.sleep_forever()

    await statuses(webhooks, post())
    await webhooks.run(until_idle=True)
    assert records[-1].error == "TimeoutError"


async def test_bursts_are_coalesced_where_the_handler_says_so(webhooks, records):
    seen = []

    @webhooks.on("product.updated", coalesce=True)
    async def index(event: ReceivedEvent) -> None:
        assert [each.event_id for each in event.events][-1] == event.event_id
        seen.append((event.entity_id, event.coalesced))

    @webhooks.on("product.created")
    async def create(event: ReceivedEvent) -> None:
        seen.append((event.entity_id, event.event_type))

    requests = [post("product.created", 1), *(post("product.updated", number) for number in range(2, 7))]
    await statuses(webhooks, *requests, post("product.updated", 7, entityId=8))
    await webhooks.run(until_idle=True)
    assert seen == [(7, "product.created"), (7, 5), (8, 1)]
    assert webhooks.counts.outcomes[WebhookOutcome.HANDLED] == 7


async def test_stop_ends_the_run(webhooks):
    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        webhooks.stop()

    await statuses(webhooks, post())
    with anyio.fail_after(30):
        await webhooks.run()
    assert webhooks.counts.outcomes[WebhookOutcome.HANDLED] == 1


# Records.


def test_what_needs_attention_is_logged_as_such(caplog):
    with caplog.at_level(logging.DEBUG, "ecwid_async.webhooks"):
        log_webhook(WebhookRecord(outcome=WebhookOutcome.REFUSED, seconds=0, error="too_old", message="it is old."))
        values = {"store_id": 1003, "event_type": "order.created", "event_id": "e-1"}
        for outcome in (WebhookOutcome.ACCEPTED, WebhookOutcome.UNKNOWN_STORE, WebhookOutcome.GONE):
            log_webhook(WebhookRecord(outcome=outcome, seconds=0, **values))
        log_webhook(
            WebhookRecord(
                outcome=WebhookOutcome.FAILED, seconds=0, handler="ship", attempt=2, error="KeyError", **values
            )
        )
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        ("WARNING", "webhook refused, too_old: it is old."),
        ("DEBUG", "webhook accepted, order.created e-1 of store 1003"),
        ("INFO", "webhook unknown store, order.created e-1 of store 1003"),
        ("INFO", "webhook gone, order.created e-1 of store 1003"),
        ("DEBUG", "webhook failed, order.created e-1 of store 1003, by ship (attempt 2), KeyError"),
    ]


# Events that did not come in a webhook.


async def test_events_of_changes_are_handled_like_those_of_webhooks():
    app = InstalledApp()
    seen = []

    @app.webhooks.on("order.updated", "order.created")
    async def ship(event: ReceivedEvent) -> None:
        seen.append((event.event_type, event.data.order_id, (await event.fetch()).id))

    order_id = app.api.post("/orders", {"email": "ann@example.com", "total": 5})["orderId"]
    app.sandbox.deliveries.clear()
    app.clock.now += 600  # longer than the search may lag
    store = app.ecwid.store(STORE)
    found = []
    async with store.events(sections=["orders"], start="beginning") as events:
        async for batch in events:
            found += batch.events
    outcomes = [await app.webhooks.add(event) for event in (*found, *found)]
    assert outcomes == [WebhookOutcome.ACCEPTED, WebhookOutcome.DUPLICATE]
    await app.webhooks.run(until_idle=True)
    assert seen == [("order.created", order_id, order_id)]
    assert app.webhooks.counts.outcomes[WebhookOutcome.DUPLICATE] == 1


async def test_an_event_without_an_id_is_refused(webhooks):
    with pytest.raises(ValueError, match="event_id"):
        await webhooks.add(StoreEvent(store_id=STORE, event_type="order.created"))
