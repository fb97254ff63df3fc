"""Events and their signatures are those that the library accepts, or refuses as they deserve."""

import json

import pytest

from ecwid_async.apps import WebhookRejected, WebhookVerifier
from ecwid_async.models import EventType, OrderEvent, OrderEventData, ReviewEvent
from ecwid_async.sandbox import WebhookFaults
from ecwid_async.testing import make_event, make_request, make_webhook, sign

SECRET = "test_client_secret"


def verify(webhook):
    request = make_request(webhook.url, method="POST", headers=webhook.headers, body=webhook.body)
    return WebhookVerifier(SECRET).verify(request)


@pytest.mark.parametrize("event_type", list(EventType))
def test_an_event_of_any_type_is_accepted(event_type: EventType) -> None:
    event = make_event(event_type, store_id=1004)
    verified = verify(make_webhook(event, SECRET)).event
    assert (verified.event_type, verified.store_id, verified.event_id) == (event_type, 1004, event.event_id)
    assert verify(make_webhook(event_type, SECRET)).event.event_type == event_type


def test_data_has_the_names_of_ecwid_in_either_spelling() -> None:
    event = make_event("order.updated", entity_id=7, order_id="XJ12H", newPaymentStatus="REFUNDED", event_id="e-1")
    assert event.to_dict()["data"] == {
        "orderId": "XJ12H",
        "oldPaymentStatus": "AWAITING_PAYMENT",
        "newPaymentStatus": "REFUNDED",
        "oldFulfillmentStatus": "AWAITING_PROCESSING",
        "newFulfillmentStatus": "PROCESSING",
    }
    verified = verify(make_webhook(event, SECRET)).event
    assert isinstance(verified, OrderEvent)
    assert isinstance(verified.data, OrderEventData)
    assert (verified.event_id, verified.entity_id, verified.data.order_id) == ("e-1", 7, "XJ12H")


def test_an_unknown_type_is_refused_with_advice() -> None:
    with pytest.raises(ValueError, match=r"did you mean 'order\.created'"):
        make_event("orders.created")


def test_an_event_and_its_body_have_the_same_signature() -> None:
    event = make_event("product.created", event_created=1234567, event_id="80aece08-40e8-4145-8764-6c2f0d38678")
    expected = "ekmGPQc/IpCwO6woAiM+L8uvY6chew4n6JVQCiDrEVw="
    body = event.to_dict()
    assert [sign(each, SECRET) for each in (event, body, json.dumps(body), json.dumps(body).encode())] == [expected] * 4


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{}", '{"eventId": "x"}', b"\xff", b"[" * 100_000])
def test_a_body_that_can_not_be_signed_is_refused(body: bytes | str) -> None:
    with pytest.raises(ValueError, match="eventCreated and eventId"):
        sign(body, SECRET)


@pytest.mark.parametrize("signature", ["invalid", "missing", "doubled", "stale"])
def test_a_wrong_signature_is_refused(signature) -> None:
    with pytest.raises(WebhookRejected):
        verify(make_webhook("order.created", SECRET, signature=signature))


def test_other_faults_are_combined() -> None:
    faults = WebhookFaults(numbers_as_text=True, snake_case=True)
    verified = verify(make_webhook("review.created", SECRET, faults=faults)).event
    assert isinstance(verified, ReviewEvent)
    with pytest.raises(WebhookRejected):
        verify(make_webhook("review.created", SECRET, faults=faults, signature="missing"))


def test_nothing_shows_the_data_of_an_event() -> None:
    event = make_event("customer.created", customer_email="ann@example.com")
    assert "ann@example.com" not in repr((event, make_webhook(event, SECRET)))
