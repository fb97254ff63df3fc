"""Parts of the profile with endpoints of their own: shipping and payment options, checkout extra fields, logos."""

from typing import Any

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import demo_sandbox
from tests.sandbox.api import Api, Clock

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24
SHIPPING, PAYMENT, FIELDS = "/profile/shippingOptions", "/profile/paymentOptions", "/profile/extrafields"


@pytest.fixture
def api() -> Api:
    sizes = {"products": 0, "orders": 0, "customers": 0, "carts": 0, "categories": 0}
    return Api(demo_sandbox(**sizes, requests_per_minute=None, clock=Clock()))


@pytest.fixture
def empty() -> Api:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(7, token="secret_1")
    return Api(sandbox, store_id=7, token="secret_1")


def named(options: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(option for option in options if option["id"] == name)


# Shipping.


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


def test_ids_of_options_are_never_given_twice(empty: Api) -> None:
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
def test_a_shipping_option_that_no_store_can_offer(empty: Api, body: Any, status: int, code: str) -> None:
    assert empty.refused("POST", SHIPPING, body)[:2] == (status, code)
    assert empty.get(SHIPPING) == []


def test_a_shipping_option_that_is_not_there(api: Api) -> None:
    assert api.refused("PUT", f"{SHIPPING}/none", {})[:2] == (404, "SHIPPING_NOT_FOUND")
    assert api.refused("DELETE", f"{SHIPPING}/none")[:2] == (404, "SHIPPING_NOT_FOUND")


def test_a_refused_change_changes_nothing(api: Api) -> None:
    before = api.get(SHIPPING)
    assert api.refused("PUT", f"{SHIPPING}/{before[0]['id']}", {"title": ""})[0] == 400
    assert api.get(SHIPPING) == before


# Payment.


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
def test_a_payment_option_that_no_store_can_offer(api: Api, body: Any, status: int, code: str) -> None:
    before = api.get(PAYMENT)
    assert api.refused("POST", PAYMENT, body)[:2] == (status, code)
    assert api.get(PAYMENT) == before


def test_a_store_can_be_told_to_refuse(api: Api) -> None:
    code = "PAYMENT_GATEWAY_MALFORMED_SETTINGS_SIGNATURE_KEY_TOO_LONG"
    api.store.refuses.add(code)
    assert api.refused("POST", PAYMENT, {"checkoutTitle": "x", "paymentProcessorId": "adyen"})[:2] == (400, code)


def test_a_plan_may_lack_a_whole_section(api: Api) -> None:
    api.store.refuses.add("payment_options")
    assert api.refused("GET", PAYMENT)[:2] == (402, "NOT_AVAILABLE_ON_CURRENT_PLAN")
    api.get(SHIPPING)


# Checkout extra fields.


def test_an_extra_field_is_created_changed_and_deleted(empty: Api) -> None:
    sent = {
        "key": "gift wrap/1",
        "title": "Gift wrap",
        "type": "TOGGLE_BUTTON_GROUP",
        "checkoutDisplaySection": "PAYMENT_METHODS",
        "options": [{"title": "Yes", "surcharge": 2, "surchargeType": "ABSOLUTE"}],
    }
    assert empty.post(FIELDS, sent) == {"createCount": 1}
    path = f"{FIELDS}/gift+wrap%2F1"
    field = empty.get(path)
    assert field["type"] == "toggle_button_group"
    assert field["checkoutDisplaySection"] == "payment_details"
    assert field["titleTranslated"] == {"en": "Gift wrap"}
    assert field["options"] == sent["options"]
    assert empty.put(path, {"title": "Wrap", "key": "other", "type": "CHECKBOX", "orderBy": 5}) == {"updateCount": 1}
    changed = empty.get(path)
    assert (changed["key"], changed["title"], changed["type"]) == ("gift wrap/1", "Wrap", "checkbox")
    empty.post(FIELDS, {"key": "first", "orderBy": 1})
    assert [one["key"] for one in empty.get(FIELDS)["items"]] == ["first", "gift wrap/1"]
    assert empty.get(f"{FIELDS}/first")["checkoutDisplaySection"] == "email"
    assert empty.delete(path) == {"deleteCount": 1}
    assert empty.refused("GET", path)[0] == 404


def test_an_extra_field_has_a_key_of_its_own(empty: Api) -> None:
    assert "key" in empty.refused("POST", FIELDS, {"title": "x"})[2]
    empty.post(FIELDS, {"key": "a"})
    assert empty.refused("POST", FIELDS, {"key": "a"})[:2] == (409, "CONSTRAINT_VIOLATION")


# Logos.


@pytest.mark.parametrize(
    ("logo", "place", "field"),
    [
        ("logo", ("generalInfo", "starterSite"), "storeLogoUrl"),
        ("invoicelogo", ("settings",), "invoiceLogoUrl"),
        ("invoicelogo", ("orderInvoiceSettings",), "invoiceLogoUrl"),
        ("emaillogo", ("settings",), "emailLogoUrl"),
    ],
)
def test_a_logo_is_uploaded_replaced_and_taken_away(empty: Api, logo: str, place: tuple[str, ...], field: str) -> None:
    def shown() -> Any:
        found = empty.get("/profile")
        for step in place:
            found = found[step]
        return found.get(field)

    number = empty.post(f"/profile/{logo}", PNG)["id"]
    assert shown().endswith(f"/{number}.png")
    empty.post(f"/profile/{logo}", externalUrl="https://example.com/logo.svg")
    assert shown() == "https://example.com/logo.svg"
    assert empty.delete(f"/profile/{logo}") == {"deleteCount": 1, "success": True}
    assert shown() is None
    assert empty.delete(f"/profile/{logo}") == {"deleteCount": 0, "success": True}


def test_a_logo_must_be_there_and_small_enough(empty: Api) -> None:
    assert empty.refused("POST", "/profile/logo")[:2] == (400, "WRONG_PARAMETER")
    assert empty.refused("POST", "/profile/logo", externalUrl="logo.png")[:2] == (422, "WRONG_URL")
    large = bytes(20 * 1024 * 1024 + 1)
    assert empty.refused("POST", "/profile/logo", large)[:2] == (400, "INCORRECT_IMAGE_SIZE")
    assert empty.get("/profile")["generalInfo"] == {"storeId": 7}


# Languages.


def test_languages_have_codes_and_may_be_one_only(api: Api) -> None:
    change = {"languages": {"enabledLanguages": ["en", "pt_BR"]}}
    api.put("/profile", change)
    strange = {"languages": {"enabledLanguages": ["Klingon"]}}
    assert api.refused("PUT", "/profile", strange)[:2] == (400, "LANGUAGES_NOT_ALLOWED")
    api.store.refuses.add("MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE")
    assert api.refused("PUT", "/profile", change)[:2] == (400, "MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE")
    api.put("/profile", {"languages": {"enabledLanguages": ["de"]}})
    assert api.get("/profile")["languages"]["enabledLanguages"] == ["de"]
