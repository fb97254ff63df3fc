"""What belongs to the app in the sandbox: its subscription and token, storage, charges; and the store's staff."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from ecwid_async.client import Ecwid
from ecwid_async.errors import InvalidToken
from ecwid_async.sandbox.seed import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_STORE_ID, demo_sandbox
from ecwid_async.wire import Headers, Options, Request
from tests.sandbox.api import Api, Clock

SIZES = {"products": 0, "orders": 0, "customers": 0, "carts": 0, "categories": 0}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> Api:
    return Api(demo_sandbox(**SIZES, requests_per_minute=None, clock=clock))


# The app.


def test_the_subscription_of_the_app(api: Api) -> None:
    found = api.get("/application")
    assert found["subscriptionStatus"] == found["subscription"]["status"] == "ACTIVE"
    assert found["subscription"]["startDate"] < found["subscription"]["expirationDate"]


def test_an_app_that_is_uninstalled_has_no_tokens(api: Api) -> None:
    api.store.add_token("other")
    assert api.call("DELETE", "/application", namespace="somebody-else") == {"deleteCount": 0}
    api.get("/profile")
    assert api.call("DELETE", "/application", namespace=f"custom-app-{DEMO_STORE_ID}-1") == {"deleteCount": 1}
    for token in (api.token, "other"):
        api.token = token
        assert api.refused("GET", "/profile")[:2] == (403, "INVALID_API_TOKEN")


def test_the_token_tells_what_it_may_do(api: Api) -> None:
    api.store.add_token("plain", scopes=["read_orders", "read_catalog"])
    everything = api.get("/application/token")["permissions"]
    assert {"read_orders", "charge", "update_store_profile"} <= set(everything)
    api.token = "plain"
    found = api.get("/application/token")
    assert found["permissions"] == ["read_catalog", "read_orders"]
    assert found["created"] < found["expires"]


async def test_an_app_asks_about_itself_with_its_own_credentials() -> None:
    ecwid = Ecwid(transport=demo_sandbox(**SIZES))
    token = await ecwid.application(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET).token()
    assert "read_orders" in (token.permissions or ())
    with pytest.raises(InvalidToken):
        await ecwid.application(DEMO_CLIENT_ID, "guessed").token()
    with pytest.raises(InvalidToken):
        await ecwid.store(DEMO_STORE_ID, DEMO_CLIENT_SECRET).profile.get()


# Storage.


def test_a_value_is_kept_as_it_was_sent(api: Api) -> None:
    before = api.get("/storage")
    for method, text in (("POST", '{"a": "ü"}'), ("PUT", "plain\n<text>"), ("PUT", "")):
        assert api.call(method, "/storage/my+key%2F1", text.encode()) == {"updateCount": 1, "success": True}
        assert api.get("/storage/my+key%2F1") == {"key": "my key/1", "value": text}
    assert api.get("/storage") == [*before, {"key": "my key/1", "value": ""}]
    assert api.delete("/storage/my+key%2F1") == {"deleteCount": 1, "success": True}
    assert api.refused("GET", "/storage/my+key%2F1")[:2] == (404, "OTHER")
    assert api.refused("DELETE", "/storage/my+key%2F1")[:2] == (404, "OTHER")


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/x-www-form-urlencoded", ""])
def test_a_value_may_have_any_content_type(api: Api, kind: str) -> None:
    headers = Headers((("Authorization", f"Bearer {api.token}"), ("Content-Type", kind)))
    options = Options(operation="PUT /storage/{key}")
    path = f"/{api.store_id}/storage/a"
    api.sandbox.handle(Request(method="PUT", path=path, body=b"x=1&y", headers=headers, options=options))
    assert api.get("/storage/a")["value"] == "x=1&y"


def test_a_put_creates_and_a_json_string_stays_one(api: Api) -> None:
    api.put("/storage/new", "text")
    assert api.get("/storage/new")["value"] == '"text"'


@pytest.mark.parametrize(("key", "most"), [("mine", 1024 * 1024), ("public", 256 * 1024)])
def test_a_value_has_a_largest_size(api: Api, key: str, most: int) -> None:
    api.post(f"/storage/{key}", b"x" * most)
    assert str(most) in api.refused("POST", f"/storage/{key}", b"x" * (most + 1))[2]
    assert len(api.get(f"/storage/{key}")["value"]) == most
    assert api.refused("PUT", f"/storage/{key}", b"\xff")[:2] == (400, "WRONG_PARAMETER")


# Charges.


def charge(**change: Any) -> dict[str, Any]:
    key = str(uuid4())
    return {"amount": "24.99", "currency": "USD", "description": "Labels", "idempotencyKey": key} | change


def test_a_key_charges_once(api: Api) -> None:
    sent = charge(metadata='{"product": 5}')
    first = api.post("/billing/transactions", **sent)
    assert not first["idempotencyKeyInUse"]
    again = api.post("/billing/transactions", **(sent | {"idempotencyKey": UUID(sent["idempotencyKey"]).hex}))
    assert again == first | {"idempotencyKeyInUse": True}
    other = api.refused("POST", "/billing/transactions", **(sent | {"amount": "25"}))
    assert other[:2] == (400, "CHARGE_IDEMPOTENCY_KEY_NOT_UNIQUE")
    assert api.post("/billing/transactions", **charge())["transactionId"] != first["transactionId"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "0"}, 400, "CHARGE_AMOUNT_INVALID"),
        ({"amount": "1.999"}, 400, "CHARGE_AMOUNT_INVALID"),
        ({"amount": "nan"}, 400, "CHARGE_AMOUNT_INVALID"),
        ({"amount": ""}, 400, "CHARGE_AMOUNT_INVALID"),
        ({"currency": "JPY"}, 400, "CHARGE_CURRENCY_INVALID"),
        ({"description": ""}, 400, "CHARGE_DESCRIPTION_INVALID"),
        ({"description": "x" * 256}, 400, "CHARGE_DESCRIPTION_INVALID"),
        ({"idempotencyKey": "abc"}, 400, "CHARGE_IDEMPOTENCY_KEY_INVALID"),
        ({"metadata": "[]"}, 400, "CHARGE_PURPOSE_INVALID"),
        ({"metadata": "{"}, 400, "CHARGE_PURPOSE_INVALID"),
        ({"amount": "500.01"}, 402, "CHARGE_LIMIT_EXCEEDED"),
        ({"amount": "500", "currency": "GBP"}, 402, "CHARGE_LIMIT_EXCEEDED"),
    ],
)
def test_a_charge_that_cannot_be_made(api: Api, change: Any, status: int, code: str) -> None:
    assert api.refused("POST", "/billing/transactions", **charge(**change))[:2] == (status, code)


def test_charges_have_a_limit_a_day(api: Api, clock: Clock) -> None:
    for _ in range(10):
        api.post("/billing/transactions", **charge(amount="500"))
    assert api.refused("POST", "/billing/transactions", **charge(amount="0.01"))[:2] == (402, "CHARGE_LIMIT_EXCEEDED")
    clock.now += 24 * 3600
    api.post("/billing/transactions", **charge(amount="500"))


@pytest.mark.parametrize("code", ["CHARGE_DECLINED", "CHARGE_PAYMENT_SOURCE_MISSING"])
def test_a_store_can_be_told_not_to_pay(api: Api, code: str) -> None:
    api.store.refuses.add(code)
    sent = charge()
    assert api.refused("POST", "/billing/transactions", **sent)[:2] == (402, code)
    api.store.refuses.clear()
    assert not api.post("/billing/transactions", **sent)["idempotencyKeyInUse"]


# Staff.


def test_somebody_is_invited_changed_and_deleted(api: Api) -> None:
    before = api.get("/staff")["staffList"]
    sent = {"email": "ann@example.com", "staffScopes": ["REPORT_ACCESS"]}
    assert api.post("/staff", sent) == {"success": True}
    account = api.get("/staff")["staffList"][-1]
    assert account == sent | {"id": account["id"], "name": "ann", "inviteAccepted": False}
    assert api.get(f"/staff/{account['id']}") == sent
    assert api.put(f"/staff/{account['id']}", {"staffScopes": ["STORE_MANAGEMENT"]}) == {"updateCount": 1}
    assert api.get(f"/staff/{account['id']}")["staffScopes"] == ["STORE_MANAGEMENT"]
    assert api.delete(f"/staff/{account['id']}") == {"deleteCount": 1}
    assert api.get("/staff")["staffList"] == before
    assert api.refused("GET", f"/staff/{account['id']}")[0] == 404


def test_an_invitation_is_sent_again_or_taken_back(api: Api) -> None:
    api.post("/staff", {"email": "ann@example.com"})
    assert api.post("/staff/invite", {"email": "Ann@example.com"}) == {"success": True}
    assert api.call("DELETE", "/staff/invite", {"email": "ann@example.com"}) == {"deleteCount": 1}
    assert api.refused("POST", "/staff/invite", {"email": "ann@example.com"})[0] == 404
    # Whoever has accepted has no invitation any longer.
    assert api.refused("DELETE", "/staff/invite", {"email": "john.doe@example.com"})[0] == 404


def test_an_invitation_that_makes_no_sense(api: Api) -> None:
    assert api.refused("POST", "/staff", {"email": "ann"})[:2] == (400, "WRONG_PARAMETER")
    assert api.refused("POST", "/staff", {"email": "JOHN.doe@example.com"})[:2] == (409, "CONSTRAINT_VIOLATION")
    assert "staffScopes" in api.refused("POST", "/staff", {"email": "a@b.c", "staffScopes": ["EVERYTHING"]})[2]
