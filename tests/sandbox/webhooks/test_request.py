"""The request of a webhook, its signature, and what may be wrong with it."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from ecwid_async.sandbox import AppRequest, WebhookEvent, WebhookFaults, sample_event
from ecwid_async.sandbox.webhooks import EVENT_TYPES, build_request, sign
from ecwid_async.sandbox.webhooks.request import SIGNATURE_HEADER
from tests.sandbox.webhooks.apps import CLIENT_SECRET, URL

REVIEW = sample_event("review.updated", event_created=1_750_000_000)


def request(event: WebhookEvent = REVIEW, **faults: Any) -> AppRequest:
    return build_request(event, url=URL, client_secret=CLIENT_SECRET, faults=WebhookFaults(**faults))


def body(**faults: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(request(**faults).body)
    return document


def signatures(**faults: Any) -> list[str]:
    return [value for name, value in request(**faults).headers if name == SIGNATURE_HEADER]


def expected_signature(document: dict[str, Any]) -> str:
    message = f"{document['eventCreated']}.{document['eventId']}"
    digest = hmac.new(CLIENT_SECRET.encode(), message.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def test_the_signature_is_that_of_the_known_vector() -> None:
    signature = sign(1234567, "80aece08-40e8-4145-8764-6c2f0d38678", "test_client_secret")
    assert signature == "ekmGPQc/IpCwO6woAiM+L8uvY6chew4n6JVQCiDrEVw="


def test_the_request_is_as_documented() -> None:
    assert request().headers == (
        ("Content-Type", "application/json; charset=UTF-8"),
        ("Cache-Control", "no-cache"),
        ("X-Ecwid-Webhook-Signature", expected_signature(body())),
    )
    assert body() == {
        "eventId": REVIEW.event_id,
        "eventCreated": 1_750_000_000,
        "storeId": 1003,
        "entityId": 812_800_001,
        "eventType": "review.updated",
        "data": {"productId": 692_730_761, "orderId": 500_000_000, "status": "PUBLISHED"},
    }


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://localhost:1/hooks", "/hooks?eventtype=review.updated"),
        ("http://localhost:1/hooks?a=b#c", "/hooks?a=b&eventtype=review.updated"),
        ("http://localhost:1", "/?eventtype=review.updated"),
    ],
)
def test_the_type_is_in_the_query(url: str, target: str) -> None:
    sent = build_request(REVIEW, url=url, client_secret=CLIENT_SECRET)
    assert f"{sent.path}?{sent.query}" == target


def test_a_header_that_both_have_is_sent_twice() -> None:
    own = (("X-Shop", "1"), ("cache-control", "no-store"), (SIGNATURE_HEADER, "own"))
    sent = build_request(REVIEW, url=URL, client_secret=CLIENT_SECRET, headers=own)
    names = [name.lower() for name, _ in sent.headers]
    assert (names.count("cache-control"), names.count(SIGNATURE_HEADER.lower()), names.count("x-shop")) == (2, 2, 1)


def test_a_signature_may_be_wrong_missing_or_doubled() -> None:
    right = expected_signature(body())
    assert signatures() == [right]
    assert signatures(signature="missing") == []
    assert signatures(signature="doubled") == [right, right]
    (wrong,) = signatures(signature="invalid")
    assert (wrong != right, len(base64.b64decode(wrong, validate=True))) == (True, 32)


def test_a_stale_event_is_older_than_any_retry_and_signed_as_such() -> None:
    assert body(signature="stale")["eventCreated"] == 1_750_000_000 - 26 * 3600
    assert signatures(signature="stale") == [expected_signature(body(signature="stale"))]


def test_numbers_may_be_text_and_are_signed_as_they_stand_in_the_body() -> None:
    document = body(numbers_as_text=True)
    assert document["data"] == {"productId": "692730761", "orderId": "500000000", "status": "PUBLISHED"}
    assert (document["eventCreated"], document["storeId"]) == ("1750000000", "1003")
    assert signatures(numbers_as_text=True) == [expected_signature(document)]


def test_only_the_entity_may_be_text() -> None:
    assert body(entity_id_as_text=True) == {**body(), "entityId": "812800001"}


@pytest.mark.parametrize(
    ("event_type", "spelled"),
    [
        ("application.subscriptionStatusChanged", "application.subscription_status_changed"),
        ("customer.personalDataRemovalRequest", "customer.personal_data_removal_request"),
        ("order.created", "order.created"),
    ],
)
def test_types_may_be_in_snake_case(event_type: str, spelled: str) -> None:
    sent = request(sample_event(event_type), snake_case=True)
    assert json.loads(sent.body)["eventType"] == spelled
    assert parse_qs(sent.query) == {"eventtype": [spelled]}


def test_a_type_may_be_unknown() -> None:
    assert body(unknown_type=True)["eventType"] not in EVENT_TYPES


def test_neither_secrets_nor_personal_data_are_shown() -> None:
    event = sample_event("customer.created", data={"customerEmail": "ann@example.com"})
    shown = f"{event!r} {request(event)!r}"
    assert "ann@" not in shown
    assert CLIENT_SECRET not in shown
    assert signatures()[0] not in repr(request())


@pytest.mark.parametrize(
    "fault", [{"signature": "wrong"}, {"delay": float("nan")}, {"delay": float("inf")}, {"delay": -1.0}, {"delay": "5"}]
)
def test_faults_that_do_not_exist_are_refused(fault: dict[str, Any]) -> None:
    (name,) = fault
    with pytest.raises(ValueError, match=name):
        WebhookFaults(**fault)
