"""The webhooks of the sandbox, which signs with code of its own, are accepted in all their forms."""

import pytest

from ecwid_async.apps import ReceivedEvent, WebhookOutcome
from ecwid_async.models.events import EventType
from ecwid_async.models.orders import OrderDraft, PaymentStatus
from ecwid_async.sandbox import WebhookFaults, sample_event
from tests.apps.webhooks.installed_app import CLIENT_ID, STORE, InstalledApp


@pytest.fixture
def app() -> InstalledApp:
    return InstalledApp()


def emit(app: InstalledApp, event_type: str) -> None:
    app.sandbox.emit(sample_event(event_type, event_created=int(app.clock.now)))


@pytest.mark.parametrize(
    "faults",
    [
        {},
        {"snake_case": True},
        {"numbers_as_text": True},
        {"entity_id_as_text": True},
        {"shuffled": True, "doubled": True},
    ],
    ids=str,
)
async def test_events_of_every_type_are_handled_once(app, faults):
    app.sandbox.deliveries.faults = WebhookFaults(**faults)
    seen, created = [], int(app.clock.now)

    @app.webhooks.on("*")
    async def note(event: ReceivedEvent) -> None:
        seen.append(event.event_type)
        assert event.event.event_type is EventType(event.event_type)
        assert event.store_id == event.event.store_id == STORE
        assert event.event_created == created
        # A typed id, and no data that does not fit its class.
        assert event.entity_id is not None
        assert not event.event.extra
        assert not getattr(event.data, "extra", None)

    for event_type in EventType:
        emit(app, event_type)
    app.clock.now += 2  # an order may follow an unfinished one
    await app.sandbox.deliveries.deliver_due()
    assert {each.attempts[-1].status for each in app.sandbox.deliveries} == {200}
    await app.webhooks.run(until_idle=True)
    assert not app.webhooks.counts.outcomes[WebhookOutcome.FAILED]
    assert sorted(seen) == sorted(each.value for each in EventType)


async def test_an_unknown_type_is_handled_by_patterns(app):
    app.sandbox.deliveries.faults = WebhookFaults(unknown_type=True)
    seen = []

    @app.webhooks.on("*")
    async def note(event: ReceivedEvent) -> None:
        seen.append(event.event_type)

    emit(app, "order.created")
    await app.deliver()
    assert seen == ["gift_card.redeemed"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("invalid", "wrong_signature"),
        ("missing", "missing_signature"),
        ("doubled", "several_signatures"),
        ("stale", "too_old"),
    ],
)
async def test_a_wrong_signature_is_refused(app, fault, reason):
    app.sandbox.deliveries.faults = WebhookFaults(signature=fault)
    emit(app, "order.created")
    await app.deliver()
    (delivery,) = app.sandbox.deliveries
    assert delivery.attempts[0].status == 401
    assert app.webhooks.counts.refused == {reason: 1}
    assert (await app.webhooks.status()).waiting == 0


async def test_a_custom_header_with_the_name_of_the_signature_is_refused(app):
    app.sandbox.apps[CLIENT_ID].webhook_headers = (("x-ecwid-webhook-signature", "custom"),)
    emit(app, "order.created")
    await app.deliver()
    assert app.webhooks.counts.refused == {"several_signatures": 1}


async def test_the_last_of_27_retries_is_accepted(app):
    """A webhook that was refused for a day, since the inbox failed, is not too old."""
    put = app.inbox.put

    async def fail(event):
        raise OSError

    app.inbox.put = fail
    emit(app, "order.created")
    for attempt in range(28):
        if attempt == 27:
            app.inbox.put = put
        await app.sandbox.deliveries.deliver_due()
        app.clock.now = app.sandbox.deliveries.next_due or app.clock.now
    (delivery,) = app.sandbox.deliveries
    assert [each.status for each in delivery.attempts] == [503] * 27 + [200]
    assert (await app.webhooks.status()).waiting == 1


async def test_an_order_reaches_its_handler_with_what_changed(app):
    seen = []

    @app.webhooks.on("order.updated")
    async def note(event: ReceivedEvent) -> None:
        order = await event.fetch()
        seen.append((event.data.old_payment_status, event.data.new_payment_status, order.id, order.payment_status))

    order = {"email": "ann@example.com", "paymentStatus": "AWAITING_PAYMENT", "total": 5}
    order_id = app.api.post("/orders", order)["orderId"]
    await app.settle()
    await app.ecwid.store(STORE).orders.update(order_id, OrderDraft(payment_status=PaymentStatus.PAID))
    await app.settle()
    assert seen == [(PaymentStatus.AWAITING_PAYMENT, PaymentStatus.PAID, order_id, PaymentStatus.PAID)]


async def test_uninstalling_is_an_event_of_the_app(app):
    seen = []

    @app.webhooks.on("application.*")
    async def note(event: ReceivedEvent) -> None:
        seen.append((event.event_type, event.entity_id))

    app.sandbox.uninstall(CLIENT_ID, STORE)
    await app.settle()
    assert seen == [("application.uninstalled", str(STORE))]
