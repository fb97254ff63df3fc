"""Promotions, and the fields that only the server sets."""

import json

import pytest

from tests.models.spec import SAMPLES


def create_promotion(api, **fields):
    return api.post("/promotions", {"name": "Sale", **fields})["id"]


def read_promotion(api, number):
    return next(item for item in api.get("/promotions")["items"] if item["id"] == number)


def test_a_created_promotion_is_listed(api):
    body = json.loads((SAMPLES / "create_promotion.request.json").read_bytes())
    number = api.post("/promotions", body)["id"]
    assert read_promotion(api, number) == body | {"id": number, "targets": body["targets"] | {"all": False}}


def test_an_update_changes_the_given_fields(api):
    number = create_promotion(api, amount=10, triggers={"subtotal": 50, "customerGroups": [0]})
    assert api.put(f"/promotions/{number}", {"amount": 5, "triggers": {"subtotal": 100}}) == {"updateCount": 1}
    promotion = read_promotion(api, number)
    assert (promotion["name"], promotion["amount"]) == ("Sale", 5)
    assert promotion["triggers"] == {"subtotal": 100, "customerGroups": [0]}


def test_promotions_are_paginated_in_order_of_creation(api):
    created = [create_promotion(api) for _ in range(3)]
    page = api.get("/promotions", offset=1, limit=1)
    assert (page["total"], [item["id"] for item in page["items"]]) == (3, [created[1]])


def test_read_only_fields_can_be_sent_but_not_changed(api):
    number = create_promotion(api, targets={"products": [1]})
    promotion = read_promotion(api, number)
    assert api.put(f"/promotions/{number}", promotion) == {"updateCount": 1}
    for change in ({"id": number + 1}, {"targets": {"all": True}}):
        refusal = api.refused("PUT", f"/promotions/{number}", change)
        assert refusal[:2] == (422, "READ_ONLY_PROMOTION_FIELD_CHANGE")
    assert read_promotion(api, number) == promotion


def test_a_store_has_at_most_100_promotions(api):
    for _ in range(100):
        number = create_promotion(api)
    assert api.refused("POST", "/promotions", {"name": "x"})[:2] == (402, "MAX_PROMOTIONS_LIMIT_EXCEEDED")
    api.delete(f"/promotions/{number}")
    create_promotion(api)


def test_a_deleted_promotion_no_longer_exists(api):
    number = create_promotion(api)
    assert api.delete(f"/promotions/{number}") == {"deleteCount": 1}
    for method, body in (("PUT", {"amount": 1}), ("DELETE", None)):
        refusal = api.refused(method, f"/promotions/{number}", body)
        assert refusal == (404, "PROMOTION_NOT_FOUND", f"Promotion #{number} not found")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x" * 1025},
        {"discountBase": "ALL"},
        {"discountType": "ABS"},
        {"amount": -1},
        {"triggers": {"startDate": "soon"}},
        {"triggers": {"recurring": True}},
        {"triggers": {"recurrenceSettings": {"activeDays": ["MONDAY"]}}},
        {"triggers": {"customerGroups": list(range(201))}},
        {"targets": {"attributes": [{"attributeAlias": "BRAND", "attributeValues": ["x"] * 31}]}},
        {"targets": {"combinations": [{"productId": 1, "combinationIds": ["1"] * 101}]}},
    ],
)
def test_invalid_fields_are_refused(api, fields):
    assert api.refused("POST", "/promotions", {"name": "x", **fields})[:2] == (400, "WRONG_PARAMETER")


def test_an_external_id_is_unique(api):
    create_promotion(api, externalReferenceId="a")
    again = {"name": "x", "externalReferenceId": "a"}
    assert api.refused("POST", "/promotions", again)[:2] == (409, "EXTERNAL_ID_ALREADY_USED")


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("ADVANCED_DISCOUNTS_FEATURE_NOT_AVAILABLE", {}),
        ("SHIPPING_DISCOUNTS_FEATURE_NOT_AVAILABLE", {"discountBase": "SHIPPING"}),
        ("CUSTOMER_GROUPS_FEATURE_NOT_AVAILABLE", {"triggers": {"customerGroups": [0]}}),
    ],
)
def test_stores_without_the_feature_refuse_promotions(api, code, fields):
    create_promotion(api, **fields)
    api.store.simulated_errors.add(code)
    assert api.refused("POST", "/promotions", {"name": "x", **fields})[:2] == (403, code)
