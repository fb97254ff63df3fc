"""What customers can be filtered by, and one change for all that a filter finds."""

import pytest

from ecwid_async.sandbox import Sandbox
from tests.sandbox.api import Api, Clock


@pytest.fixture
def api():
    sandbox = Sandbox(clock=Clock(), requests_per_minute=None)
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.fixture
def people(api):
    """Ann bought twice, Bob once, Cid never."""
    lamp, cup = (api.post("/products", {"name": name})["id"] for name in ("Lamp", "Cup"))
    vip = api.post("/customer_groups", {"name": "VIP"})["id"]
    riga = {"name": "Ann", "street": "1 Main St", "city": "Riga", "countryCode": "LV"}
    paris = {"name": "Bob", "street": "2 Rue", "city": "Paris", "countryCode": "FR"}
    given = [
        {"email": "ann@example.com", "billingPerson": riga, "shippingAddresses": [riga], "lang": "lv"},
        {"email": "bob@example.com", "billingPerson": paris, "customerGroupId": vip, "taxExempt": True},
        {"email": "cid@example.com", "lang": "en"},
    ]
    ids = [api.post("/customers", customer)["id"] for customer in given]
    for email, product in (("ann", lamp), ("ann", lamp), ("bob", cup)):
        item = {"productId": product, "name": "x", "quantity": 1, "price": 1}
        api.post("/orders", {"email": f"{email}@example.com", "items": [item]})
    return {"ids": ids, "lamp": lamp, "cup": cup, "vip": vip}


def test_the_ids_are_those_of_the_search(api, people):
    ann, bob, cid = people["ids"]
    for params in ({}, {"keyword": "ann"}, {"minOrderCount": 1}, {"taxExempt": True}, {"lang": "en"}):
        found = [customer["id"] for customer in api.all("/customers", **params)]
        assert api.get("/customers_ids", **params) == {"ids": found}
    assert api.get("/customers_ids", purchasedProductIds=people["lamp"]) == {"ids": [ann]}
    assert api.get("/customers_ids", customerGroupIds=people["vip"], countryCodes="FR") == {"ids": [bob]}
    assert set(api.get("/customers_ids")["ids"]) == {ann, bob, cid}


def test_the_vendors_name_of_a_groups_id_filters_too(api, people):
    assert [item["email"] for item in api.all("/customers", customerGroup=people["vip"])] == ["bob@example.com"]
    assert len(api.all("/customers", customerGroup=0)) == 2


def test_named_filtered_or_all_customers_are_changed(api, people):
    ann, bob, cid = people["ids"]
    vip = {"customer": {"customerGroupId": people["vip"], "acceptMarketing": True}}
    assert api.post("/customers_update", {"mode": "SELECTED", "ids": [ann, 5], **vip}) == {"updateCount": 1}
    assert api.get(f"/customers/{ann}")["customerGroupName"] == "VIP"
    assert api.get(f"/customers/{cid}")["customerGroupName"] == "General"
    exempt = {"mode": "ALL_FILTERED", "customer": {"taxExempt": True}}
    assert api.post("/customers_update", exempt, keyword="cid") == {"updateCount": 1}
    assert set(api.get("/customers_ids", taxExempt=True)["ids"]) == {bob, cid}
    assert api.post("/customers_update", {"mode": "ALL", "customer": {"taxExempt": False}}) == {"updateCount": 3}
    assert api.get("/customers_ids", taxExempt=True) == {"ids": []}


def test_deleted_customers_stand_in_the_history(api, people):
    ann = people["ids"][0]
    assert api.post("/customers_update", {"mode": "ALL_FILTERED", "delete": True}, lang="lv") == {"updateCount": 1}
    assert [item["id"] for item in api.get("/customers/deleted")["items"]] == [ann]
    assert api.post("/customers_update", {"mode": "ALL", "delete": True}) == {"updateCount": 2}
    assert api.get("/customers")["total"] == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"mode": "SOME", "delete": True}, {"mode": "SELECTED", "delete": True}, {"mode": "ALL"}],
)
def test_a_mass_update_says_whom_and_what(api, people, body):
    assert api.refused("POST", "/customers_update", body)[:2] == (400, "WRONG_PARAMETER")
    assert api.get("/customers")["total"] == 3


def test_there_is_to_filter_by_what_customers_have(api, people):
    filters = api.get("/customers/filters")
    assert (filters["total"], filters["repeatedCustomersCount"], filters["oneTimeCustomersCount"]) == (3, 1, 1)
    assert filters["storeGroups"] == [{"id": 0, "name": "General"}, {"id": people["vip"], "name": "VIP"}]
    assert filters["languages"] == ["en", "lv"]
    assert filters["shippingAddresses"] == [
        {"street": "1 Main St", "city": "Riga", "countryCode": "LV", "countryName": "Latvia"}
    ]


def test_places_and_products_are_found_by_part_of_their_name(api, people):
    places = api.get("/customers/locations")["items"]
    assert places == [{"country": "France", "countryCode": "FR"}, {"country": "Latvia", "countryCode": "LV"}]
    assert api.get("/customers/locations", name="LAT")["items"] == places[1:]
    api.post("/customers", {"email": "dan@example.com", "billingPerson": {"countryCode": "DE"}})
    assert len(api.get("/customers/locations")["items"]) == 3
    cup, lamp = ({"productId": people[name], "productName": name.title()} for name in ("cup", "lamp"))
    assert api.get("/customers/products")["items"] == [cup, lamp]
    assert api.get("/customers/products", name="am")["items"] == [lamp]
