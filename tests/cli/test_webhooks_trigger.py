"""``ecwid webhooks trigger``: one webhook to an app on this machine."""

import pytest

from ecwid_async.models.events import EventType
from ecwid_async.sandbox.seed import DEMO_CLIENT_SECRET
from ecwid_async.sandbox.webhooks import sign

from .webhook_receiver import running

SECRET = "my_client_secret"


@pytest.fixture
def receiver():
    with running() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", SECRET)


def test_a_webhook_is_delivered_and_its_status_and_time_printed(ecwid, receiver):
    outcome = ecwid("webhooks", "trigger", "order.created", "--to", receiver.url)
    (body,) = receiver.bodies
    assert receiver.signatures == [sign(body["eventCreated"], body["eventId"], SECRET)]
    assert receiver.paths == ["/webhooks?eventtype=order.created"]
    assert (body["eventType"], body["storeId"]) == ("order.created", 1003)
    assert outcome.code == 0
    assert outcome.out.startswith("order.created of store 1003: 200, delivered, ")
    assert outcome.out.endswith(" ms\n")
    assert outcome.err == ""


def test_values_can_be_set(ecwid, receiver):
    values = [
        "data.orderId=123",
        "data.more=5",
        "data.list=[1]",
        "entityId=7",
        "eventId=a=b",
        "eventCreated=1700000000",
    ]
    options = [text for value in values for text in ("--set", value)]
    assert ecwid("webhooks", "trigger", "order.created", "--to", receiver.url, "--store", 1004, *options).code == 0
    (body,) = receiver.bodies
    assert (body["storeId"], body["entityId"], body["eventId"], body["eventCreated"]) == (1004, 7, "a=b", 1700000000)
    assert (body["data"]["orderId"], body["data"]["more"], body["data"]["list"]) == ("123", 5, [1])
    assert receiver.signatures == [sign(1700000000, "a=b", SECRET)]


def test_all_types_can_be_sent(ecwid, receiver):
    for event_type in EventType:
        assert ecwid("webhooks", "trigger", event_type.value, "--to", receiver.url).code == 0
    assert [body["eventType"] for body in receiver.bodies] == list(EventType)


def test_a_forged_webhook_has_a_wrong_signature(ecwid, receiver):
    receiver.status = 401
    outcome = ecwid("webhooks", "trigger", "order.created", "--to", receiver.url, "--forge")
    (body,) = receiver.bodies
    assert receiver.signatures != [sign(body["eventCreated"], body["eventId"], SECRET)]
    assert (outcome.code, outcome.err) == (0, "")
    assert ": 401, refused, " in outcome.out


@pytest.mark.parametrize("status", [200, 404, 500])
def test_an_app_that_does_not_refuse_a_forged_webhook_is_reported(ecwid, receiver, status):
    receiver.status = status
    outcome = ecwid("webhooks", "trigger", "order.created", "--to", receiver.url, "--forge")
    assert (outcome.code, f": {status}, not refused, " in outcome.out) == (1, True)
    assert outcome.err == "ecwid: the app must refuse this event with 401, since its signature is wrong.\n"


@pytest.mark.parametrize(("status", "advice"), [(401, "the same ECWID_CLIENT_SECRET"), (404, "the path in --to")])
def test_a_likely_mistake_is_named(ecwid, receiver, status, advice):
    receiver.status = status
    outcome = ecwid("webhooks", "trigger", "order.created", "--to", receiver.url)
    assert outcome.code == 1
    assert advice in outcome.err


@pytest.mark.parametrize("status", [203, 208, 301, 500])
def test_a_status_that_ecwid_does_not_accept_is_a_failure(ecwid, receiver, status):
    receiver.status = status
    outcome = ecwid("webhooks", "trigger", "order.created", "--to", receiver.url)
    assert outcome.code == 1
    assert "only 200, 201, 202, 204, 209 as delivered" in outcome.err


def test_an_app_that_does_not_run_is_reported(ecwid, unused_base_url):
    outcome = ecwid("webhooks", "trigger", "order.created", "--to", unused_base_url)
    assert (outcome.code, outcome.err) == (4, "")
    assert outcome.out == "order.created of store 1003: no response (ClientConnectorError)\n"


def test_without_a_secret_the_demo_secret_is_used_and_named(ecwid, receiver, monkeypatch):
    monkeypatch.delenv("ECWID_CLIENT_SECRET")
    outcome = ecwid("webhooks", "trigger", "order.created", "--to", receiver.url)
    (body,) = receiver.bodies
    assert receiver.signatures == [sign(body["eventCreated"], body["eventId"], DEMO_CLIENT_SECRET)]
    assert outcome.err == f"ECWID_CLIENT_SECRET is not set: the demo secret {DEMO_CLIENT_SECRET} is used\n"


def test_the_first_of_several_secrets_signs(ecwid, receiver, monkeypatch):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", "new_secret,old_secret")
    assert ecwid("webhooks", "trigger", "order.created", "--to", receiver.url).code == 0
    (body,) = receiver.bodies
    assert receiver.signatures == [sign(body["eventCreated"], body["eventId"], "new_secret")]


def test_an_invalid_secret_is_not_shown(ecwid, receiver, monkeypatch):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", "sécret")
    outcome = ecwid("webhooks", "trigger", "order.created", "--to", receiver.url)
    assert (outcome.code, receiver.bodies) == (2, [])
    assert "sécret" not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["orders.created", "--to", "http://localhost/"], "did you mean 'order.created'?\n"),
        (["order.created", "--to", "https://example.com/"], "only to this machine, not to 'example.com'"),
        (["order.created", "--to", "http://localhost/", "--set", "orderId=5"], "--set takes eventId=…, "),
        (["order.created", "--to", "http://localhost/", "--set", "data."], "--set takes eventId=…, "),
        (["order.created", "--to", "http://localhost/", "--set", "eventCreated=now"], "takes a whole number"),
        (["order.created", "--to", "http://localhost/", "--store", "0"], "--store"),
        (["order.created"], "--to"),
    ],
)
def test_wrong_usage_is_reported_in_one_line(ecwid, arguments, advice):
    outcome = ecwid("webhooks", "trigger", *arguments)
    assert outcome.code == 2
    assert advice in outcome.err
    assert outcome.err.count("\n") == 1
    assert SECRET not in outcome.err
