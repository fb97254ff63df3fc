"""Product types: the General type, and the order and ids of attributes."""

import pytest

TYPES = [
    "CUSTOM",
    "UPC",
    "BRAND",
    "GENDER",
    "AGE_GROUP",
    "COLOR",
    "SIZE",
    "EBAY",
    "EBAY_REQUIRED",
    "PRICE_PER_UNIT",
    "UNITS_IN_PRODUCT",
    "EXTERNAL_EAN",
    "EXTERNAL_ISBN",
    "EXTERNAL_ITF",
    "EXTERNAL_JAN",
    "EXTERNAL_CUSTOM",
    "EXTERNAL_UPC",
    "TAGS",
    "SUPPLIER",
]


def create_type(api, *names):
    attributes = [{"name": name, "type": "CUSTOM", "show": "DESCR"} for name in names]
    return api.post("/classes", {"name": "Shirts", "attributes": attributes})["id"]


def test_the_general_type_always_exists_and_cannot_be_deleted(api):
    created = [create_type(api), create_type(api), create_type(api)]
    assert [item["id"] for item in api.get("/classes")] == [0, *created]
    assert api.refused("DELETE", "/classes/0")[:2] == (400, "WRONG_PARAMETER")
    assert {attribute["type"] for attribute in api.get("/classes/0")["attributes"]} >= {"UPC", "BRAND"}


def test_attributes_keep_their_order_and_get_ids(api):
    posted = [{"name": kind.title(), "type": kind, "show": "PRICE"} for kind in TYPES]
    number = api.post("/classes", {"name": "All", "attributes": posted})["id"]
    attributes = api.get(f"/classes/{number}")["attributes"]
    assert [{name: one[name] for name in ("name", "type", "show")} for one in attributes] == posted
    assert len({one["id"] for one in attributes}) == len(TYPES)


def test_attributes_keep_their_ids_and_new_ones_get_ids(api):
    number = create_type(api, "Gender", "Age", "Fit")
    one, two, _ = [attribute["id"] for attribute in api.get(f"/classes/{number}")["attributes"]]
    change = [{"id": two, "name": "Age group"}, {"name": "Colour"}, {"id": one, "show": "NOTSHOW"}]
    assert api.put(f"/classes/{number}", {"attributes": change}) == {"updateCount": 1}
    item = api.get(f"/classes/{number}")
    assert item["name"] == "Shirts"
    assert [(one["name"], one["show"]) for one in item["attributes"]] == [
        ("Age group", "DESCR"),
        ("Colour", "DESCR"),
        ("Gender", "NOTSHOW"),
    ]
    ids = [attribute["id"] for attribute in item["attributes"]]
    assert (ids[0], ids[2]) == (two, one)
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    "attribute",
    [{"name": ""}, {"name": "x", "type": "NONE"}, {"name": "x", "show": "NOWHERE"}, {"id": 5, "name": "x"}],
)
def test_invalid_attributes_are_refused(api, attribute):
    number = create_type(api, "Gender")
    assert api.refused("PUT", f"/classes/{number}", {"attributes": [attribute]})[:2] == (400, "WRONG_PARAMETER")
    assert [one["name"] for one in api.get(f"/classes/{number}")["attributes"]] == ["Gender"]


def test_products_of_a_deleted_type_move_to_general(api):
    number = create_type(api)
    product = api.post("/products", {"name": "x", "productClassId": number})["id"]
    assert api.delete(f"/classes/{number}") == {"deleteCount": 1}
    assert api.get(f"/products/{product}")["productClassId"] == 0
    refusal = api.refused("GET", f"/classes/{number}")
    assert refusal == (404, "PRODUCT_CLASS_NOT_FOUND", f"Product class #{number} not found")


def test_a_type_needs_a_name(api):
    assert api.refused("POST", "/classes", {"name": ""})[:2] == (400, "WRONG_PARAMETER")


def test_fields_are_selected_in_each_element(api):
    create_type(api, "Gender")
    assert api.get("/classes", responseFields="name")[1] == {"name": "Shirts"}
