"""Payment options."""

from typing import Any

import pytest

from tests.sandbox.api import Api
from tests.sandbox.routes.stores import demo_store

PAYMENT = "/profile/paymentOptions"


@pytest.fixture
def api() -> Api:
    return demo_store()


def test_a_payment_option_is_created_changed_and_deleted(api: Api) -> None:
    before = api.get(PAYMENT)
    sent = {"checkoutTitle": "Cash", "paymentProcessorId": "offline", "checkoutTitleTranslated": {"de": "Bar"}}
    name = api.post(PAYMENT, sent)["id"]
    option = api.get(f"{PAYMENT}/{name}")
    assert option["checkoutTitleTranslated"] == {"en": "Cash", "de": "Bar"}
    assert api.get(PAYMENT) == [*before, option] == api.get("/profile")["payment"]["paymentOptions"]
    assert api.get(f"{PAYMENT}/{name}", lang="de")["checkoutTitle"] == "Bar"
    assert api.put(f"{PAYMENT}/{name}", {"enabled": False}) == {"updateCount": 1, "success": True}
    assert not api.get("/profile")["payment"]["paymentOptions"][-1]["enabled"]
    assert api.delete(f"{PAYMENT}/{name}") == {"deleteCount": 1}
    assert api.get(PAYMENT) == before
    for method, body in (("GET", None), ("PUT", {}), ("DELETE", None)):
        assert api.refused(method, f"{PAYMENT}/{name}", body)[0] == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"paymentProcessorId": "offline"}, 400, "PAYMENT_OPTION_TITLE_REQUIRED"),
        ({"checkoutTitle": "x" * 65, "paymentProcessorId": "offline"}, 400, "PAYMENT_OPTION_BAD_TITLE_LENGTH"),
        ({"checkoutTitle": "x"}, 400, "PAYMENT_GATEWAY_NAME_REQUIRED"),
        ({"checkoutTitle": "x", "paymentProcessorId": "nobody"}, 400, "PAYMENT_GATEWAY_NAME_UNKNOWN"),
        (
            {"checkoutTitle": "x", "paymentProcessorId": "x" * 201},
            400,
            "PAYMENT_GATEWAY_SETTING_VALUE_LENGTH_OUT_OF_BOUNDARIES",
        ),
        ({"checkoutTitle": "x", "paymentProcessorId": "customPaymentApp"}, 400, "PAYMENT_GATEWAY_MISSING_SETTINGS"),
        ({"checkoutTitle": "x", "paymentProcessorId": "Stripe"}, 409, "PAYMENT_GATEWAY_IS_ALREADY_ADDED"),
    ],
)
def test_an_invalid_payment_option_is_refused(api: Api, body: Any, status: int, code: str) -> None:
    before = api.get(PAYMENT)
    assert api.refused("POST", PAYMENT, body)[:2] == (status, code)
    assert api.get(PAYMENT) == before


def test_a_malformed_signature_key_can_be_simulated(api: Api) -> None:
    code = "PAYMENT_GATEWAY_MALFORMED_SETTINGS_SIGNATURE_KEY_TOO_LONG"
    api.store.simulated_errors.add(code)
    assert api.refused("POST", PAYMENT, {"checkoutTitle": "x", "paymentProcessorId": "adyen"})[:2] == (400, code)
