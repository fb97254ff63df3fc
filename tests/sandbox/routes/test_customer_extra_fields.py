"""Extra fields of customers, and their values in customers."""

import json

import pytest

from tests.models.spec import SAMPLES

PATH = "/store_extrafields/customers"


def create_field(api, **fields):
    created = api.post(PATH, {"title": "Card", **fields})
    assert created["createCount"] == 1
    return created["key"]


def test_a_created_field_can_be_read(api):
    body = json.loads((SAMPLES / "create_customer_extra_field.request.json").read_bytes())
    key = api.post(PATH, body)["key"]
    assert api.get(f"{PATH}/{key}") == body | {
        "key": key,
        "entityTypes": ["CUSTOMERS"],
        "linkedWithCheckoutField": False,
        "createdDate": "2024-09-04 07:20:11 +0000",
        "lastModifiedDate": "2024-09-04 07:20:11 +0000",
    }


def test_fields_are_listed_in_order_of_creation_with_unique_keys(api):
    created = [create_field(api), create_field(api, key="mine"), create_field(api, type="datetime")]
    assert len(set(created)) == 3
    assert [item["key"] for item in api.get(PATH)["items"]] == created
    assert api.get(f"{PATH}/{created[2]}")["type"] == "DATETIME"
    assert api.refused("POST", PATH, {"title": "x", "key": "mine"})[:2] == (409, "CONSTRAINT_VIOLATION")


def test_an_update_changes_the_given_fields_and_the_update_time(api):
    key = create_field(api)
    api.sandbox.clock.now += 60
    assert api.put(f"{PATH}/{key}", {"shownOnOrderDetails": True}) == {"updateCount": 1}
    item = api.get(f"{PATH}/{key}")
    assert (item["title"], item["shownOnOrderDetails"]) == ("Card", True)
    assert item["lastModifiedDate"] == "2024-09-04 07:21:11 +0000" != item["createdDate"]


def test_a_deleted_field_no_longer_exists(api):
    key = create_field(api)
    assert api.delete(f"{PATH}/{key}") == {"deleteCount": 1}
    for method, body in (("GET", None), ("PUT", {"title": "x"}), ("DELETE", None)):
        assert api.refused(method, f"{PATH}/{key}", body)[:2] == (404, "EXTRAFIELD_NOT_FOUND")


@pytest.mark.parametrize("fields", [{"title": " "}, {"title": "x", "type": "FILE"}])
def test_invalid_fields_are_refused(api, fields):
    assert api.refused("POST", PATH, fields)[:2] == (400, "WRONG_PARAMETER")


def test_the_extra_fields_of_a_customer_have_the_title_and_type_of_the_field(api):
    key = create_field(api, type="DATETIME")
    number = api.post("/customers", {"email": "a@example.com", "extrafields": [{"key": key, "value": "1"}]})["id"]
    [value] = api.get(f"/customers/{number}")["extrafields"]
    assert value == {
        "key": key,
        "value": "1",
        "title": "Card",
        "type": "DATETIME",
        "entityTypes": ["CUSTOMERS"],
        "orderBy": 0,
    }
