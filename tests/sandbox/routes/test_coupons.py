"""Discount coupons, identified by code or id."""

import json

import pytest

from tests.models.spec import SAMPLES
from tests.sandbox.routes.stores import NOW, empty_store


def create_coupon(api, code, **fields):
    created = api.post("/discount_coupons", {"name": f"Coupon {code}", "code": code, **fields})
    assert created["code"] == code
    return created["id"]


def codes(api, **params):
    return [coupon["code"] for coupon in api.all("/discount_coupons", **params)]


def test_a_coupon_needs_only_a_name_and_a_code(api):
    number = create_coupon(api, "A")
    assert api.get("/discount_coupons/A") == {
        "id": number,
        "name": "Coupon A",
        "code": "A",
        "discountType": "ABS",
        "status": "ACTIVE",
        "discount": 0,
        "launchDate": "2024-09-04 07:20:11 +0000",
        "usesLimit": "UNLIMITED",
        "applicationLimit": "UNLIMITED",
        "repeatCustomerOnly": False,
        "creationDate": "2024-09-04 07:20:11 +0000",
        "updateDate": "2024-09-04 07:20:11 +0000",
        "orderCount": 0,
    }


def test_a_created_coupon_can_be_read(api):
    body = json.loads((SAMPLES / "create_discount_coupon.request.json").read_bytes())
    api.post("/discount_coupons", body)
    coupon = api.get(f"/discount_coupons/{body['code']}")
    assert coupon["launchDate"] == "2024-02-21 22:06:19 +0000"
    for name in body.keys() - {"launchDate"}:
        assert coupon[name] == body[name]


@pytest.mark.parametrize(
    ("sent", "limit", "repeated"),
    [
        ({"applicationLimit": "REPEAT_CUSTOMER_ONLY"}, "REPEAT_CUSTOMER_ONLY", True),
        ({"repeatCustomerOnly": True}, "REPEAT_CUSTOMER_ONLY", True),
        ({"applicationLimit": "NEW_CUSTOMER_ONLY", "repeatCustomerOnly": True}, "NEW_CUSTOMER_ONLY", False),
    ],
)
def test_application_limit_and_repeat_customer_only_agree(api, sent, limit, repeated):
    create_coupon(api, "A", **sent)
    coupon = api.get("/discount_coupons/A")
    assert (coupon["applicationLimit"], coupon["repeatCustomerOnly"]) == (limit, repeated)


def test_a_changed_code_changes_the_path_of_a_coupon(api):
    number = create_coupon(api, "OLD")
    api.sandbox.clock.now += 60
    assert api.put("/discount_coupons/OLD", {"code": "NEW 5/6"}) == {"updateCount": 1}
    coupon = api.get("/discount_coupons/NEW+5%2F6")
    assert (coupon["id"], coupon["updateDate"]) == (number, "2024-09-04 07:21:11 +0000")
    refusal = api.refused("GET", "/discount_coupons/OLD")
    assert refusal == (404, "DISCOUNT_COUPON_NOT_FOUND", "Coupon is not found")


def test_a_code_is_unique_even_while_searches_lag():
    api = empty_store(upsert_lag=30)
    create_coupon(api, "A")
    create_coupon(api, "B")
    assert api.refused("POST", "/discount_coupons", {"name": "x", "code": "A"})[:2] == (409, "CONSTRAINT_VIOLATION")
    assert api.refused("PUT", "/discount_coupons/B", {"code": "A"})[0] == 409
    assert api.get("/discount_coupons")["total"] == 0
    assert api.get("/discount_coupons/A")["code"] == "A"


@pytest.mark.parametrize(
    "fields",
    [
        {"code": ""},
        {"name": None},
        {"discountType": "FREE"},
        {"status": "OLD"},
        {"discount": -1},
        {"launchDate": "soon"},
        {"discountType": "SHIPPING", "catalogLimit": {"products": [1]}},
    ],
)
def test_invalid_fields_are_refused(api, fields):
    body = {"name": "x", "code": "A", **fields}
    assert api.refused("POST", "/discount_coupons", body)[:2] == (400, "WRONG_PARAMETER")
    assert codes(api) == []


def test_each_filter_finds_its_coupons(api):
    create_coupon(api, "A", discountType="PERCENT")
    api.sandbox.clock.now += 100
    create_coupon(api, "B", status="PAUSED")
    create_coupon(api, "C", discountType="SHIPPING")
    assert codes(api) == ["A", "B", "C"]
    assert codes(api, code="B") == ["B"]
    assert codes(api, discount_type="PERCENT,SHIPPING") == ["A", "C"]
    assert codes(api, availability="PAUSED") == ["B"]
    assert codes(api, createdFrom=NOW + 1) == ["B", "C"]
    assert codes(api, createdTo=NOW) == ["A"]
    assert codes(api, createdFrom=0, createdTo=0) == []
    api.sandbox.clock.now += 100
    api.put("/discount_coupons/A", {"discount": 3})
    assert codes(api, updatedFrom=NOW + 150) == ["A"]
    assert codes(api, updatedTo=NOW + 150) == ["B", "C"]
    assert api.get("/discount_coupons", offset=1, limit=1)["items"][0]["code"] == "B"


def test_orders_with_a_coupon_are_counted(api):
    create_coupon(api, "A")
    order = {"email": "a@example.com", "discountCoupon": {"name": "x", "code": "A"}}
    api.post("/orders", order)
    assert api.get("/discount_coupons/A")["orderCount"] == 1
    assert api.get("/discount_coupons", responseFields="items(orderCount)") == {"items": [{"orderCount": 1}]}


def test_deleted_coupons_are_listed(api):
    number = create_coupon(api, "A")
    assert api.delete("/discount_coupons/A") == {"deleteCount": 1}
    assert api.refused("DELETE", "/discount_coupons/A")[0] == 404
    page = api.get("/coupons/deleted", from_date=NOW)
    assert page["items"] == [{"id": number, "date": "2024-09-04 07:20:11 +0000"}]
    create_coupon(api, "A")


def test_stores_without_the_feature_refuse_coupons(api):
    api.store.simulated_errors.add("SHIPPING_DISCOUNTS_FEATURE_NOT_AVAILABLE")
    shipping = {"name": "x", "code": "A", "discountType": "ABS_AND_SHIPPING"}
    code = "SHIPPING_DISCOUNTS_FEATURE_NOT_AVAILABLE"
    assert api.refused("POST", "/discount_coupons", shipping)[:2] == (403, code)
    create_coupon(api, "A")
    api.store.simulated_errors.add("DISCOUNTS_FEATURE_NOT_AVAILABLE")
    assert api.refused("GET", "/discount_coupons")[:2] == (403, "DISCOUNTS_FEATURE_NOT_AVAILABLE")
