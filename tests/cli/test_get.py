"""``ecwid get``: one item as JSON."""

import json
from decimal import Decimal

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.transport import make_response


def parsed(outcome):
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out, parse_float=Decimal)


@pytest.mark.parametrize(
    ("section", "key"),
    [("orders", "id"), ("carts", "cartId"), ("products", "id"), ("categories", "id"), ("customers", "id")],
)
def test_an_item_of_each_section_is_printed(ecwid, served, tmp_path, section, key):
    ecwid("export", section, "--out", tmp_path)
    item = json.loads((tmp_path / f"{section}.jsonl").read_bytes().splitlines()[0])
    assert parsed(ecwid("get", section, item[key]))[key] == item[key]


def test_the_profile_needs_no_id(ecwid):
    assert parsed(ecwid("get", "profile", "--sandbox"))["generalInfo"]["storeId"]


def test_json_is_indented_with_its_literals_unchanged(ecwid, served, tmp_path):
    ecwid("export", "profile", "--out", tmp_path)
    outcome = ecwid("get", "profile")
    assert outcome.out.startswith('{\n  "')
    assert parsed(outcome) == json.loads((tmp_path / "profile.jsonl").read_bytes(), parse_float=Decimal)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["products"], 2, "the id is missing"),
        (["profile", "1"], 2, "the profile has no id"),
        (["products", "abc"], 2, "'abc' is not a valid id"),
        (["product", "1"], 2, "Did you mean products?"),
        (["orders", "."], 2, "not a valid id"),
        (["products", "1"], 1, "404"),
    ],
)
def test_an_unreadable_item_is_one_line(ecwid, served, arguments, code, message):
    outcome = ecwid("get", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_sections_outside_the_default_can_be_read(ecwid, served):
    group = ecwid("get", "customer_groups", "0")
    assert (group.code, json.loads(group.out)["id"]) == (0, 0)


def test_sections_without_single_items_are_refused(ecwid):
    outcome = ecwid("get", "brands", "Acme", "--sandbox")
    assert outcome.code == 2
    assert "ecwid export brands" in outcome.err


def test_only_chosen_fields_are_requested_and_printed(ecwid, served, tmp_path):
    order = json.loads(ecwid("list", "orders", "-n", "1").out)
    chosen = parsed(ecwid("get", "orders", order["id"], "--fields", "id,billing_person.name"))
    assert chosen == {"id": order["id"], "billingPerson": {"name": order["billingPerson"]["name"]}}


def test_fields_of_items_that_the_api_sends_only_as_a_whole(ecwid, served):
    """``GET /order_statuses/{id}`` takes no ``responseFields``."""
    assert parsed(ecwid("get", "order_statuses", "PAID", "--fields", "status_id")) == {"statusId": "PAID"}


def test_an_unknown_field_is_refused_with_a_suggestion(ecwid, served):
    outcome = ecwid("get", "orders", "X", "--fields", "totl")
    assert outcome.code == 2
    assert "Did you mean total?" in outcome.err


@pytest.fixture
def respond(monkeypatch):
    """Replace the body of every response."""

    def use(body):
        async def send(self, request):
            return make_response(body)

        monkeypatch.setattr(Sandbox, "send", send)

    return use


@pytest.mark.parametrize("fields", [[], ["--fields", "id,name"]])
def test_half_an_emoji_is_printed_as_the_server_sent_it(ecwid, respond, fields):
    """A server cuts text between the two halves."""
    respond(b'{"id":1,"name":"a \\ud83d"}')
    outcome = ecwid("get", "products", "1", "--sandbox", *fields)
    assert (outcome.code, outcome.err) == (0, "")
    assert '"name": "a \\ud83d"' in outcome.out


@pytest.mark.parametrize("body", [b'{"id":1,"na', b"\xff", b"[" * 100_000, b'{"a":' * 100_000])
@pytest.mark.parametrize("fields", [[], ["--fields", "id,name"]])
def test_what_is_no_json_is_refused(ecwid, respond, body, fields):
    respond(body)
    outcome = ecwid("get", "products", "1", "--sandbox", *fields)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert "expected JSON" in outcome.err


def test_a_table_shows_half_an_emoji_as_unknown_and_refuses_what_is_no_json(ecwid, respond, terminal):
    stream = terminal(80)
    respond(b'{"total":1,"items":[{"id":1,"name":"a \\ud83d"}]}')
    assert ecwid("list", "products", "--sandbox").code == 0
    assert "a \N{REPLACEMENT CHARACTER}" in stream.getvalue()
    respond(b'{"total":1,"items":[{"id":1,"name":"\xff"}]}')
    outcome = ecwid("list", "products", "--sandbox")
    assert outcome.code == 1
    assert "expected JSON" in outcome.err
