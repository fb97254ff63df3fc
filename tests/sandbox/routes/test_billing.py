"""Charges of an app to a store's account."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store


@pytest.fixture
def api(clock: Clock) -> Api:
    return demo_store(clock)


def charge(**change: Any) -> dict[str, Any]:
    key = str(uuid4())
    return {"amount": "24.99", "currency": "USD", "description": "Labels", "idempotencyKey": key} | change


def test_an_idempotency_key_is_charged_once(api: Api) -> None:
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
def test_an_invalid_charge_is_refused(api: Api, change: Any, status: int, code: str) -> None:
    assert api.refused("POST", "/billing/transactions", **charge(**change))[:2] == (status, code)


def test_charges_have_a_daily_limit(api: Api, clock: Clock) -> None:
    for _ in range(10):
        api.post("/billing/transactions", **charge(amount="500"))
    assert api.refused("POST", "/billing/transactions", **charge(amount="0.01"))[:2] == (402, "CHARGE_LIMIT_EXCEEDED")
    clock.now += 24 * 3600
    api.post("/billing/transactions", **charge(amount="500"))


@pytest.mark.parametrize("code", ["CHARGE_DECLINED", "CHARGE_PAYMENT_SOURCE_MISSING"])
def test_a_failed_payment_can_be_simulated(api: Api, code: str) -> None:
    api.store.simulated_errors.add(code)
    sent = charge()
    assert api.refused("POST", "/billing/transactions", **sent)[:2] == (402, code)
    api.store.simulated_errors.clear()
    assert not api.post("/billing/transactions", **sent)["idempotencyKeyInUse"]
