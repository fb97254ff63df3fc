"""Shipping options."""

from typing import Any

import pytest

from tests.sandbox.api import Api
from tests.sandbox.routes.stores import demo_store, empty_store

SHIPPING = "/profile/shippingOptions"


@pytest.fixture
def api() -> Api:
    return demo_store()


@pytest.fixture
def empty() -> Api:
    return empty_store()


def named(options: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(option for option in options if option["id"] == name)


def test_a_shipping_option_is_created_changed_and_deleted(api: Api) -> None:
    before = api.get(SHIPPING)
    assert before == api.get("/profile")["shipping"]["shippingOptions"]
    name = api.post(SHIPPING, {"title": "Post", "flatRate": {"rateType": "ABSOLUTE", "rate": 4.5}})["id"]
    option = named(api.get(SHIPPING), name)
    assert (option["title"], option["ratesCalculationType"], option["enabled"]) == ("Post", "flat", True)
    assert option["titleTranslated"] == {"en": "Post"}
    assert option["orderby"] > max(one["orderby"] for one in before)
    change = {"titleTranslated": {"de": "Brief"}, "flatRate": {"rate": 5}, "id": "mine"}
    assert api.put(f"{SHIPPING}/{name}", change) == {"updateCount": 1}
    assert api.get(SHIPPING) == api.get("/profile")["shipping"]["shippingOptions"]
    assert named(api.get(SHIPPING), name)["flatRate"] == {"rateType": "ABSOLUTE", "rate": 5}
    assert named(api.get(SHIPPING, lang="de"), name)["title"] == "Brief"
    assert api.delete(f"{SHIPPING}/{name}") == {"deleteCount": 1}
    assert api.get(SHIPPING) == before


def test_option_ids_are_never_reused(empty: Api) -> None:
    names = {empty.post(SHIPPING, {"title": "x", "fulfilmentType": "pickup"})["id"] for _ in range(3)}
    assert len(names) == 3
    assert all(empty.delete(f"{SHIPPING}/{name}") == {"deleteCount": 1} for name in names)
    assert empty.post(SHIPPING, {"title": "x", "fulfilmentType": "pickup"})["id"] not in names


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "SHIPPING_OPTION_TITLE_REQUIRED"),
        ({"title": "x" * 101, "carrier": "UPS"}, 400, "SHIPPING_BAD_TITLE_LENGTH"),
        ({"title": "x"}, 400, "SHIPPING_TYPE_CARRIER_REQUIRED"),
        ({"title": "x", "ratesCalculationType": "carrier-calculated"}, 400, "SHIPPING_CARRIER_NAME_REQUIRED"),
        ({"title": "x", "carrier": "UPS"}, 409, "SHIPPING_OPTION_ADDRESS_MISMATCH"),
    ],
)
def test_an_invalid_shipping_option_is_refused(empty: Api, body: Any, status: int, code: str) -> None:
    assert empty.refused("POST", SHIPPING, body)[:2] == (status, code)
    assert empty.get(SHIPPING) == []


def test_an_unknown_shipping_option_is_refused(api: Api) -> None:
    assert api.refused("PUT", f"{SHIPPING}/none", {})[:2] == (404, "SHIPPING_NOT_FOUND")
    assert api.refused("DELETE", f"{SHIPPING}/none")[:2] == (404, "SHIPPING_NOT_FOUND")


def test_a_refused_change_changes_nothing(api: Api) -> None:
    before = api.get(SHIPPING)
    assert api.refused("PUT", f"{SHIPPING}/{before[0]['id']}", {"title": ""})[0] == 400
    assert api.get(SHIPPING) == before


def test_a_plan_without_a_section_can_be_simulated(api: Api) -> None:
    api.store.simulated_errors.add("payment_options")
    assert api.refused("GET", "/profile/paymentOptions")[:2] == (402, "NOT_AVAILABLE_ON_CURRENT_PLAN")
    api.get(SHIPPING)
