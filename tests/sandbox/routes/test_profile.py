"""The store profile."""

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, profile
from tests.sandbox.api import Api
from tests.sandbox.routes.stores import demo_store

FULL = {
    "showExtendedInfo": True,
    "getReportAvailabilityStatus": True,
    "getStoreVertical": True,
    "getFeaturesByPlans": True,
}


@pytest.fixture
def api() -> Api:
    return demo_store()


def test_the_whole_profile_is_returned_on_request(api: Api) -> None:
    assert api.get("/profile", **FULL) == profile(DEMO_STORE_ID)


def test_some_parts_are_returned_only_on_request(api: Api) -> None:
    found = api.get("/profile")
    assert not {"accountBilling", "verticalSettings"} & set(found)
    assert not {"featuresByPlans", "reportAvailabilityDetails"} & set(found["account"])


def test_billing_and_limits_need_their_own_scopes(api: Api) -> None:
    api.store.add_token("plain", scopes=["read_store_profile"])
    api.token = "plain"
    found = api.get("/profile", **FULL)
    assert "accountBilling" not in found
    assert "limitsAndRestrictions" not in found["account"]
    assert found["account"]["featuresByPlans"]


def test_texts_are_in_the_requested_language_if_translated(api: Api) -> None:
    found = api.get("/profile", lang="de")
    assert found["settings"]["orderCommentsCaption"] == "Was sollten wir wissen?"
    assert found["shipping"]["shippingOptions"][0]["title"] == "Standardversand"
    assert found["shipping"]["shippingOptions"][1]["title"] == "Expressversand 🚀"
    japanese = api.get("/profile", lang="ja")
    assert japanese["settings"]["orderCommentsCaption"] == "Anything we should know?"


def test_only_requested_fields_are_returned(api: Api) -> None:
    found = api.get("/profile", responseFields="generalInfo(storeId,storeUrl),settings(storeName)")
    assert found == {
        "generalInfo": {"storeId": DEMO_STORE_ID, "storeUrl": "https://demo.company.site/products"},
        "settings": {"storeName": "Demo Store – Лавка – 店"},
    }


def test_a_change_is_merged_at_any_depth(api: Api) -> None:
    before = api.get("/profile", **FULL)
    change = {
        "settings": {"salePrice": {"displayDiscount": "ABS"}},
        "formatsAndUnits": {"currency": "currency", "timezone": "timezone"},
        "designSettings": {"product_list_image_size": "LARGE", "my_own_field": 3},
        "languages": {"enabledLanguages": ["en", "cs"]},
        "company": {"phone": None},
    }
    assert api.put("/profile", change) == {"updateCount": 1, "success": True}
    expected = before
    expected["settings"]["salePrice"]["displayDiscount"] = "ABS"
    expected["formatsAndUnits"] |= {"currency": "currency", "timezone": "timezone"}
    expected["designSettings"] |= {"product_list_image_size": "LARGE", "my_own_field": 3}
    expected["languages"]["enabledLanguages"] = ["en", "cs"]
    assert api.get("/profile", **FULL) == expected


def test_read_only_fields_are_not_changed(api: Api) -> None:
    before = api.get("/profile", **FULL)
    api.put("/profile", {"payment": {"paymentOptions": []}, "accountBilling": {}, "account": {"suspended": True}})
    assert api.get("/profile", **FULL) == before


def test_the_generated_url_contains_the_subdomain(api: Api) -> None:
    api.put("/profile", {"generalInfo": {"starterSite": {"ecwidSubdomain": "bakery"}}})
    assert api.get("/profile")["generalInfo"]["starterSite"]["generatedUrl"] == "https://bakery.company.site"


def test_taxes_are_the_same_in_both_fields_of_the_profile(api: Api) -> None:
    taxes = [{"id": 5, "name": "Tax", "enabled": True, "defaultTax": 3.25}]
    api.put("/profile", {"taxes": taxes})
    found = api.get("/profile")
    assert found["taxes"] == found["taxSettings"]["taxes"] == taxes
    assert found["taxSettings"]["pricesIncludeTax"]


def test_a_wrong_type_is_refused(api: Api) -> None:
    status, code, message = api.refused("PUT", "/profile", {"settings": {"closed": "yes"}})
    assert (status, code) == (400, "WRONG_PARAMETER")
    assert "settings.closed" in message


def test_staff_scopes_are_listed(api: Api) -> None:
    scopes = api.get("/profile/staffScopes")["staffScopes"]
    assert "SALES_MANAGEMENT" in scopes
    assert len(scopes) == 7


def test_a_new_store_has_a_profile() -> None:
    sandbox = Sandbox()
    sandbox.add_store(42, token=DEMO_TOKEN)
    api = Api(sandbox, store_id=42)
    found = api.get("/profile")
    assert found["generalInfo"] == {"storeId": 42}
    assert "API" in found["account"]["availableFeatures"]
    assert found["account"]["whiteLabel"] is False
    assert found["designSettings"]["product_list_image_size"] == "MEDIUM"
    assert api.delete("/profile/logo")["deleteCount"] == 0
    api.put("/profile", {"settings": {"storeName": "Лавка"}})
    assert api.get("/profile")["settings"] == {"storeName": "Лавка"}


def test_languages_need_valid_codes_and_may_be_limited_to_one(api: Api) -> None:
    change = {"languages": {"enabledLanguages": ["en", "pt_BR"]}}
    api.put("/profile", change)
    strange = {"languages": {"enabledLanguages": ["Klingon"]}}
    assert api.refused("PUT", "/profile", strange)[:2] == (400, "LANGUAGES_NOT_ALLOWED")
    api.store.simulated_errors.add("MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE")
    assert api.refused("PUT", "/profile", change)[:2] == (400, "MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE")
    api.put("/profile", {"languages": {"enabledLanguages": ["de"]}})
    assert api.get("/profile")["languages"]["enabledLanguages"] == ["de"]
