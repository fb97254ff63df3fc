"""Webhooks are accepted if Ecwid has signed them, and refused with a reason and advice if not."""

import base64
import hmac
import json
import pickle
import shutil
import subprocess
import time
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.apps import IncomingRequest, WebhookRejected, WebhookVerifier
from ecwid_async.errors import ConfigError
from ecwid_async.models.events import CustomerEvent, EventType, OrderEvent
from ecwid_async.wire import Headers
from tests.apps.webhooks.requests import HEADER, NOW, SECRET, digest, make_body, make_request, sign

HOUR = 3600


def make_verifier(*secrets: str, now: float = NOW, **settings) -> WebhookVerifier:
    return WebhookVerifier(secrets or SECRET, clock=lambda: now, **settings)


def refusal(request: IncomingRequest, verifier: WebhookVerifier | None = None) -> WebhookRejected:
    with pytest.raises(WebhookRejected) as caught:
        (verifier or make_verifier()).verify(request)
    text = "".join(traceback.format_exception(caught.value))
    assert SECRET not in text + repr(caught.value)
    return caught.value


# The signature.

PUBLISHED = b"""{"eventId":"80aece08-40e8-4145-8764-6c2f0d38678","eventCreated":1234567,"storeId":1003,
"entityId":103878161,"eventType":"order.updated","data":{"orderId":"XJ12H"}}"""
PUBLISHED_SIGNATURE = "ekmGPQc/IpCwO6woAiM+L8uvY6chew4n6JVQCiDrEVw="


def test_a_published_signature_is_accepted():
    event = make_verifier(now=1234567).verify(make_request(PUBLISHED, PUBLISHED_SIGNATURE))
    assert (event.store_id, event.event_id) == (1003, "80aece08-40e8-4145-8764-6c2f0d38678")
    assert (event.event_type, event.entity_id, event.event_created) == ("order.updated", "103878161", 1234567)
    assert event.body == PUBLISHED
    assert isinstance(event.event, OrderEvent)
    assert sign(1234567, event.event_id) == PUBLISHED_SIGNATURE  # the tests sign alike


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_a_signature_of_openssl_is_accepted():
    made = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", SECRET, "-binary"],
        input=b"1700000000.b7cd3a1e-0c54-4c45-b1b0-8d0b6a9a3c11",
        capture_output=True,
        check=True,
    )
    body = make_body(eventId="b7cd3a1e-0c54-4c45-b1b0-8d0b6a9a3c11")
    make_verifier().verify(make_request(body, base64.b64encode(made.stdout).decode()))


@pytest.mark.parametrize(
    ("written", "signed"),
    [
        ('"eventCreated": 1700000000, "eventId": "a"', "1700000000.a"),
        ('"eventCreated": "1700000000", "eventId": "a"', "1700000000.a"),
        ('"eventCreated": 1.7E9, "eventId": "a"', "1.7E9.a"),
        ('"eventCreated": 1700000000.0, "eventId": "a"', "1700000000.0.a"),
        ('"eventCreated": 1700000000, "eventId": 12345678901234567890', "1700000000.12345678901234567890"),
        ('"eventCreated": 1700000000, "eventId": 1.50', "1700000000.1.50"),
        (r'"eventCreated": 1700000000, "eventId": "\u0061\/é"', "1700000000.a/é"),
    ],
)
def test_values_are_signed_as_they_are_written(written, signed):
    body = f'{{{written}, "storeId": 1003, "entityId": 7, "eventType": "order.created"}}'.encode()
    event = make_verifier().verify(make_request(body, digest(signed.encode())))
    assert event.event_created == NOW


def test_any_of_several_secrets_is_accepted():
    verifier = make_verifier("new", "old")
    for secret in ("new", "old"):
        verifier.verify(make_request(secret=secret))
    assert refusal(make_request(secret="older"), verifier).reason == "wrong_signature"


def test_all_secrets_are_compared_in_constant_time(monkeypatch):
    """Also those after the right one, so that the time does not tell which of them it is."""
    verifier, request, compared = make_verifier("new", "old"), make_request(secret="new"), []

    def compare(made, given, compare=hmac.compare_digest):
        compared.append((len(made), len(given)))
        return compare(made, given)

    monkeypatch.setattr("hmac.compare_digest", compare)
    verifier.verify(request)
    assert compared == [(32, 32), (32, 32)]


def test_the_secret_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", f"other, {SECRET}")
    WebhookVerifier(clock=lambda: NOW).verify(make_request())
    monkeypatch.delenv("ECWID_CLIENT_SECRET")
    with pytest.raises(ConfigError, match="ECWID_CLIENT_SECRET"):
        WebhookVerifier()


@pytest.mark.parametrize("name", [HEADER.lower(), HEADER.upper(), HEADER.lower().encode()])
def test_the_case_of_the_header_does_not_matter(name):
    body = make_body()
    value = sign(int(NOW), "e-1")
    headers = Headers(((name, value.encode() if isinstance(name, bytes) else value),))
    make_verifier().verify(IncomingRequest(method="POST", path="/", headers=headers, body=body))


@pytest.mark.parametrize("signatures", [("",), (" ",), (" , ",)])
def test_a_missing_signature_is_refused(signatures):
    error = refusal(make_request(None, *signatures))
    assert (error.reason, error.status) == ("missing_signature", 401)
    assert "proxy" in str(error)
    without = IncomingRequest(method="POST", path="/", body=make_body())
    assert refusal(without).reason == "missing_signature"


def test_two_signatures_are_refused_even_if_one_or_both_are_right():
    right = sign(int(NOW), "e-1")
    for signatures in ((right, "x"), ("x", right), (right, right), (f"{right}, x",), (f"{right},",), (right, "")):
        error = refusal(make_request(None, *signatures))
        assert (error.reason, error.status) == ("several_signatures", 401), signatures


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (lambda right: "x", "Base64"),
        (lambda right: right[:-1], "cut off"),
        (lambda right: right + "=", "Base64"),
        (lambda right: right[:-2] + "x=", "Base64"),  # the bits after the last byte are not zero
        (lambda right: base64.b64decode(right).hex(), "hexadecimal"),
        (lambda right: right[:8] + "\n" + right[8:], "Base64"),
        (lambda right: "ä" + right[1:], "Base64"),
        (lambda right: "A" * 100_000, "Base64"),
        (lambda right: base64.b64encode(bytes(31)).decode(), "Base64"),
        (lambda right: base64.urlsafe_b64encode(b"\xfb" * 32).decode(), "alphabet of URLs"),
    ],
)
def test_a_malformed_signature_is_refused(change, advice):
    error = refusal(make_request(None, change(sign(int(NOW), "e-1"))))
    assert (error.reason, error.status) == ("malformed_signature", 401)
    assert advice in str(error)


def test_a_changed_id_or_time_is_refused():
    signature = sign(int(NOW), "e-1")
    for changes in ({"eventId": "e-2"}, {"eventCreated": int(NOW) + 1}):
        error = refusal(make_request(make_body(**changes), signature))
        assert (error.reason, error.status) == ("wrong_signature", 401)
        assert "belongs to this app" in str(error)


@given(st.binary(min_size=32, max_size=32))
def test_no_other_signature_is_accepted(signature):
    assert refusal(make_request(None, base64.b64encode(signature).decode())).reason == "wrong_signature"


def test_the_type_in_the_query_is_not_trusted():
    event = make_verifier().verify(make_request(make_body("order.created"), query="eventtype=application.uninstalled"))
    assert event.event_type == "order.created"


# Why a signature does not match.

BODY = make_body()
CREATED = int(NOW)


@pytest.mark.parametrize(
    ("signature", "advice"),
    [
        (digest(BODY), "whole body"),
        (digest(f"e-1.{CREATED}".encode()), "wrong order"),
        (digest(f"{CREATED}e-1".encode()), "without the dot"),
        (digest(b"e-1"), "alone"),
        (digest(f"{CREATED}000.e-1".encode()), "milliseconds"),
        (digest(f"{CREATED}.e-1\n".encode()), "after the signed text"),
        (digest(f"{CREATED}.e-1".encode(), SECRET + "\n"), "after the client secret"),
    ],
)
def test_the_usual_mistakes_are_named(signature, advice):
    error = refusal(make_request(BODY, signature))
    assert error.reason == "wrong_signature"
    assert advice in str(error)


def test_a_body_that_ends_in_a_line_break_is_recognized():
    assert "whole body" in str(refusal(make_request(BODY + b"\n", digest(BODY))))


@pytest.mark.parametrize("prefix", ["secret_", "public_", "secure_"])
def test_a_token_as_the_secret_is_named_and_not_shown(prefix):
    error = refusal(make_request(), make_verifier(prefix + "0123abcd"))
    assert "access token" in str(error)
    assert "0123abcd" not in str(error)
    # Such a text may be a client secret all the same.
    make_verifier(prefix + "0123abcd").verify(make_request(secret=prefix + "0123abcd"))


# The time.


@pytest.mark.parametrize("age", [-300, 0, 24 * HOUR, 25 * HOUR])
def test_the_last_repetition_of_a_webhook_is_not_too_old(age):
    make_verifier(now=NOW + age).verify(make_request())


@pytest.mark.parametrize(
    ("age", "reason", "advice"),
    [
        (25 * HOUR + 1, "too_old", "25.0 hours old"),
        (500 * 24 * HOUR, "too_old", "500 days old"),
        (-301, "in_the_future", "clock"),
    ],
)
def test_an_event_outside_the_window_is_refused(age, reason, advice):
    error = refusal(make_request(), make_verifier(now=NOW + age))
    assert (error.reason, error.status) == (reason, 401)
    assert advice in str(error)


def test_the_window_can_be_set():
    verifier = make_verifier(now=NOW + 61, replay_window=60.0)
    assert refusal(make_request(), verifier).reason == "too_old"
    for value in (0, -1, float("nan"), "1"):
        with pytest.raises(ConfigError, match="replay_window"):
            make_verifier(replay_window=value)


def test_milliseconds_are_in_the_future():
    assert refusal(make_request(make_body(eventCreated=int(NOW * 1000)))).reason == "in_the_future"


# The body.


def test_a_large_body_is_refused():
    body = make_body(data={"x": "y" * 1024 * 1024})
    error = refusal(make_request(body))
    assert (error.reason, error.status) == ("too_large", 413)
    make_verifier(max_body=2 * 1024 * 1024).verify(make_request(body))
    for value in (0, True, 1.5):
        with pytest.raises(ConfigError, match="max_body"):
            make_verifier(max_body=value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"7",
        b"\xff\xfe{}",
        b"\xef\xbb\xbf" + BODY,
        BODY.decode().encode("utf-16"),
        BODY[:-1],
        BODY + b"x",
        BODY.replace(b"7}", b"NaN}").replace(b'"entityId": 7', b'"entityId": NaN'),
        BODY.replace(b'"entityId": 7', b'"entityId": -Infinity'),
        BODY.replace(b'"entityId": 7', b'"entityId": ' + b"9" * 10_000),
        BODY.replace(b'"entityId": 7', b'"entityId": {}'),
        BODY.replace(b'"entityId": 7', b'"entityId": true'),
        BODY[:-1] + b', "eventId": "e-2"}',
        BODY[:-1] + b', "data": {"a": 1, "a": 1}}',
        BODY[:-1] + b', "data": ' + b"[" * 100 + b"]" * 100 + b"}",
        BODY[:-1] + b', "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        make_body(eventId=None),
        make_body(eventId=""),
        make_body(eventId="x" * 191),
        make_body(eventId="\ud800"),
        make_body(eventId=True),
        make_body(eventCreated=None),
        make_body(eventCreated="today"),
        make_body(eventCreated="nan"),
        make_body(eventCreated="inf"),
        make_body(eventCreated=0),
        make_body(eventCreated=True),
        make_body(storeId=None),
        make_body(storeId=0),
        make_body(storeId=-1003),
        make_body(storeId=1003.5),
        make_body(storeId=10**18),
        make_body(storeId=True),
        make_body(eventType=7),
        make_body(""),
        make_body("x" * 101),
        make_body("a\nb"),
    ],
)
def test_a_body_that_is_not_an_event_is_refused(body):
    error = refusal(make_request(body, digest(b"x")))
    assert (error.reason, error.status) == ("malformed_body", 400)


@pytest.mark.parametrize("data", ["[" + "1," * 400_000 + "1]", "[" + "{}," * 300_000 + "1]", "[" * 500_000])
def test_a_body_of_a_million_values_is_refused_before_it_is_read(data):
    body = make_body()[:-1] + f', "data": {data}}}'.encode()
    started = time.process_time()
    error = refusal(make_request(body, sign(int(NOW), "e-1")))
    assert time.process_time() - started < 0.5
    assert (error.reason, error.status) == ("malformed_body", 400)
    assert "too many values" in str(error)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(body):
    assert refusal(make_request(body, digest(body))).reason == "malformed_body"


def test_a_refusal_has_nothing_of_the_body_and_survives_pickling():
    body = make_body(data={"customerEmail": "ann@example.com"})
    for each in (body, body[:-1], body[:-1] + b', "data": 1}'):
        error = refusal(make_request(each, digest(b"x")))
        assert "ann@" not in "".join(traceback.format_exception(error))
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), again.reason, again.status) == (str(error), error.reason, error.status)


@pytest.mark.parametrize(
    "changes",
    [
        {"entityId": "1003", "eventType": "application.installed"},
        {"storeId": "1003", "eventCreated": str(int(NOW)), "entityId": "7"},
        {"entityId": -1, "eventType": "unfinished_order.updated"},
        {"entityId": None},
        {"eventType": "newsletter.sent"},
        {"data": {"orderId": "half \ud83d"}},
    ],
)
def test_other_forms_of_events_are_accepted(changes):
    event = make_verifier().verify(make_request(make_body(**changes)))
    assert event.store_id == 1003
    assert event.event.event_type == event.event_type


@pytest.mark.parametrize("spelling", ["customer.personal_data_removal_request", "customer.personalDataRemovalRequest"])
def test_both_spellings_are_one_type(spelling):
    event = make_verifier().verify(make_request(make_body(spelling)))
    assert event.event_type == EventType.CUSTOMER_PERSONAL_DATA_REMOVAL_REQUEST.value
    assert type(event.event_type) is str


def test_personal_data_and_secrets_are_not_in_repr():
    body = make_body("customer.created", data={"customerEmail": "ann@example.com"})
    verifier = make_verifier()
    event = verifier.verify(make_request(body))
    assert isinstance(event.event, CustomerEvent)
    assert event.event.data is not None
    assert event.event.data.customer_email == "ann@example.com"
    assert "ann@" not in repr(event) + repr(event.event) + repr(make_request(body))
    assert SECRET not in repr(verifier) + repr(vars(verifier))
    assert json.loads(event.body)["data"] == {"customerEmail": "ann@example.com"}
