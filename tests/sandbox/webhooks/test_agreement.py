"""What the sandbox sends is what the library accepts; each of them has code of its own for that."""

import pytest

from ecwid_async.apps import IncomingRequest, WebhookRejected, WebhookVerifier
from ecwid_async.sandbox import AppRequest, WebhookFaults, sample_event
from ecwid_async.sandbox.webhooks import EVENT_TYPES, SignatureFault, build_request
from ecwid_async.wire import Headers
from tests.sandbox.webhooks.apps import CLIENT_SECRET, URL

NO_FAULTS = WebhookFaults()
TEXT = WebhookFaults(numbers_as_text=True, entity_id_as_text=True, snake_case=True)


def received(request: AppRequest) -> IncomingRequest:
    return IncomingRequest(
        method="POST",
        path=request.path,
        query=request.query,
        headers=Headers(request.headers),
        body=request.body,
    )


@pytest.mark.parametrize("faults", [NO_FAULTS, TEXT], ids=["documented", "as text"])
@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_type_is_accepted_in_both_forms(event_type: str, faults: WebhookFaults) -> None:
    sample = sample_event(event_type)
    request = build_request(sample, url=URL, client_secret=CLIENT_SECRET, faults=faults)
    verified = WebhookVerifier(CLIENT_SECRET).verify(received(request))
    assert (verified.event_type, verified.event_id, verified.store_id) == (event_type, sample.event_id, 1003)
    assert verified.entity_id == str(sample.entity_id)


def test_an_unknown_type_is_accepted() -> None:
    faults = WebhookFaults(unknown_type=True)
    request = build_request(sample_event("order.created"), url=URL, client_secret=CLIENT_SECRET, faults=faults)
    assert WebhookVerifier(CLIENT_SECRET).verify(received(request)).event_type not in EVENT_TYPES


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("invalid", "wrong_signature"),
        ("missing", "missing_signature"),
        ("doubled", "several_signatures"),
        ("stale", "too_old"),
    ],
)
def test_every_wrong_signature_is_refused(fault: SignatureFault, reason: str) -> None:
    faults = WebhookFaults(signature=fault)
    request = build_request(sample_event("order.created"), url=URL, client_secret=CLIENT_SECRET, faults=faults)
    with pytest.raises(WebhookRejected) as caught:
        WebhookVerifier(CLIENT_SECRET).verify(received(request))
    assert caught.value.reason == reason


def test_a_last_retry_after_24_hours_is_accepted() -> None:
    sample = sample_event("order.created")
    request = build_request(sample, url=URL, client_secret=CLIENT_SECRET)
    verifier = WebhookVerifier(CLIENT_SECRET, clock=lambda: sample.event_created + 24 * 3600)
    assert verifier.verify(received(request)).event_id == sample.event_id
