"""Customers."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store, empty_store

Item = dict[str, Any]


@pytest.fixture(scope="module")
def demo() -> Api:
    """A demo store that no test changes."""
    return demo_store(products=60, orders=250, customers=150, categories=4)


@pytest.fixture
def api(clock: Clock) -> Api:
    """An empty store."""
    return empty_store(clock)


# Search.


def _addresses(customer: Item) -> list[Item]:
    return [customer["billingPerson"], *customer["shippingAddresses"]]


def _any_address(field: str, *values: str) -> Callable[[Item], bool]:
    return lambda customer: any(address.get(field) in values for address in _addresses(customer))


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Item], bool]]] = {
    "keyword": (
        {"keyword": "müller"},
        lambda c: "müller" in f"{c['name']} {c['billingPerson'].get('companyName')}".lower(),
    ),
    "keyword of a note": ({"keyword": "после 18:00"}, lambda c: "18:00" in c["privateAdminNotes"]),
    "name": ({"name": "anna"}, lambda c: "anna" in c["name"].lower()),
    "email": ({"email": "EXAMPLE.org"}, lambda c: c["email"].endswith("example.org")),
    "phone": ({"phone": "+44 (20)"}, lambda c: c["billingPerson"]["phone"].startswith("+44 20")),
    "city": ({"city": "東京都"}, lambda c: c["billingPerson"]["city"].startswith("東京都")),
    "stateOrProvinceCode": ({"stateOrProvinceCode": "ca"}, _any_address("stateOrProvinceCode", "CA")),
    "countryCodes": ({"countryCodes": ["DE", "jp"]}, _any_address("countryCode", "DE", "JP")),
    "companyName": ({"companyName": "unreal"}, _any_address("companyName", "Unreal Company, Inc.")),
    "acceptMarketing": ({"acceptMarketing": True}, lambda c: c["acceptMarketing"]),
    "lang": ({"lang": "ja"}, lambda c: c.get("lang") == "ja"),
    "customerGroupIds": ({"customerGroupIds": [9367001, 9367002]}, lambda c: c["customerGroupId"] > 0),
    "customerGroupIds 0": ({"customerGroupIds": 0}, lambda c: c["customerGroupId"] == 0),
    "minOrderCount": ({"minOrderCount": 2}, lambda c: c["stats"]["numberOfOrders"] >= 2),
    "maxOrderCount": ({"maxOrderCount": 1}, lambda c: c["stats"]["numberOfOrders"] <= 1),
    "minSalesValue": ({"minSalesValue": 300.5}, lambda c: c["stats"]["salesValue"] >= 300.5),
    "maxSalesValue": ({"maxSalesValue": 10}, lambda c: c["stats"]["salesValue"] <= 10),
    "b2b_b2c": ({"b2b_b2c": "b2b"}, lambda c: c["b2b_b2c"] == "b2b"),
    "taxExempt": ({"taxExempt": True}, lambda c: c["taxExempt"]),
    "createdFrom": ({"createdFrom": "2022-01-01 00:00:00"}, lambda c: c["registered"] >= "2022-01-01"),
    "createdTo": ({"createdTo": "2022-01-01 00:00:00"}, lambda c: c["registered"] < "2022-01-01 00:00:01"),
    "updatedFrom": ({"updatedFrom": "2024-01-01 00:00:00"}, lambda c: c["updated"] >= "2024-01-01"),
    "updatedTo": ({"updatedTo": "2024-01-01 00:00:00"}, lambda c: c["updated"] < "2024-01-01 00:00:01"),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_exactly_the_matching_customers(demo: Api, name: str) -> None:
    params, fits = FILTERS[name]
    expected = {customer["id"] for customer in demo.all("/customers") if fits(customer)}
    assert 0 < len(expected) < 150
    assert {customer["id"] for customer in demo.all("/customers", **params)} == expected


def test_customers_are_found_by_postal_code(demo: Api) -> None:
    customers = demo.all("/customers")
    code = next(one["billingPerson"]["postalCode"] for one in customers if one["billingPerson"]["postalCode"])
    expected = {customer["id"] for customer in customers if _any_address("postalCode", code)(customer)}
    assert {customer["id"] for customer in demo.all("/customers", postalCode=code)} == expected


def test_an_exact_match_requires_the_whole_email_address(demo: Api) -> None:
    customer = demo.all("/customers")[0]
    part = customer["email"].partition("@")[0]
    assert demo.get("/customers", email=part)["total"] == 1
    assert demo.get("/customers", email=part, useExactEmailMatch=True)["total"] == 0
    whole = demo.get("/customers", email=customer["email"].upper(), useExactEmailMatch=True)
    assert whole["items"] == [customer]


def test_customers_are_found_by_purchased_products(demo: Api) -> None:
    orders = demo.all("/orders")
    wanted = orders[-1]["items"][0]["productId"]
    buyers = {order.get("customerId") for order in orders for line in order["items"] if line["productId"] == wanted}
    found = {customer["id"] for customer in demo.all("/customers", purchasedProductIds=[wanted, 1])}
    assert found == buyers - {None}
    assert found
    assert demo.get("/customers", purchasedProductIds=1)["total"] == 0


def test_a_page_contains_the_number_of_all_customers(demo: Api) -> None:
    page = demo.get("/customers", b2b_b2c="b2b", limit=1)
    assert page["allCustomerCount"] == 150
    assert page["count"] == 1 < page["total"] < 150


SORTS: dict[str, Callable[[Item], Any]] = {
    "NAME": lambda c: c["name"].casefold(),
    "EMAIL": lambda c: c["email"],
    "ORDER_COUNT": lambda c: c["stats"]["numberOfOrders"],
    "REGISTERED_DATE": lambda c: c["registered"],
    "UPDATED_DATE": lambda c: c["updated"],
    "SALES_VALUE": lambda c: c["stats"]["salesValue"],
    "FIRST_ORDER_DATE": lambda c: c["stats"].get("firstOrderDate", ""),
    "LAST_ORDER_DATE": lambda c: c["stats"].get("lastOrderDate", ""),
}


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", SORTS)
def test_customers_are_sorted(demo: Api, field: str, direction: str) -> None:
    found = [SORTS[field](customer) for customer in demo.all("/customers", sortBy=f"{field}_{direction}")]
    assert found == sorted(found, reverse=direction == "DESC")


@pytest.mark.parametrize("field", ["REGISTERED_DATE", "UPDATED_DATE", "FIRST_ORDER_DATE", "LAST_ORDER_DATE"])
def test_customers_with_equal_times_are_sorted_by_creation(api: Api, field: str) -> None:
    ids = [api.post("/customers", {"email": f"{name}@example.com"})["id"] for name in "ba"]
    for name in "ba":
        api.post("/orders", {"email": f"{name}@example.com"})
    for direction, expected in (("ASC", ids), ("DESC", ids[::-1])):
        page = api.get("/customers", sortBy=f"{field}_{direction}")
        assert [customer["id"] for customer in page["items"]] == expected


# Writes.


def test_a_customer_needs_only_an_email_address(api: Api) -> None:
    assert api.refused("POST", "/customers", {})[:2] == (400, "WRONG_PARAMETER")
    number = api.post("/customers", {"email": " Ann@Example.com "})["id"]
    customer = api.get(f"/customers/{number}")
    assert (customer["email"], customer["customerGroupName"]) == ("Ann@Example.com", "General")
    assert customer["registered"] == customer["updated"] == "2025-06-15 15:06:40 +0000"
    assert customer["stats"] == {"numberOfOrders": 0, "salesValue": 0, "averageOrderValue": 0}
    assert [(one["type"], one["contact"]) for one in customer["contacts"]] == [("EMAIL", "Ann@Example.com")]


def test_an_email_address_is_unique(api: Api) -> None:
    first = api.post("/customers", {"email": "a@example.com"})["id"]
    assert api.refused("POST", "/customers", {"email": "A@example.com"})[0] == 409
    second = api.post("/customers", {"email": "b@example.com"})["id"]
    assert api.refused("PUT", f"/customers/{second}", {"email": "a@example.com"})[0] == 409
    assert api.put(f"/customers/{first}", {"email": "A@Example.com"}) == {"updateCount": 1}
    api.delete(f"/customers/{first}")
    api.post("/customers", {"email": "a@example.com"})


def test_an_email_address_is_unique_even_while_searches_lag(clock: Clock) -> None:
    api = empty_store(clock, upsert_lag=60)
    api.post("/customers", {"email": "a@example.com"})
    assert api.get("/customers")["total"] == 0
    assert api.refused("POST", "/customers", {"email": "a@example.com"})[0] == 409


def test_the_server_adds_fields_to_a_customer(api: Api) -> None:
    sent = {
        "email": "a@example.com",
        "password": "never shown",
        "billingPerson": {"name": "Mary Ann Lee", "countryCode": "CA", "stateOrProvinceCode": "ON"},
        "shippingAddresses": [{"name": "Mary Lee", "street": "1 Main St", "city": "Łódź", "countryCode": "PL"}],
        "customerGroupId": 0,
        "taxExempt": True,
    }
    customer = api.get(f"/customers/{api.post('/customers', sent)['id']}")
    assert "password" not in customer
    assert customer["name"] == "Mary Ann Lee"
    person = customer["billingPerson"]
    assert (person["firstName"], person["lastName"]) == ("Mary", "Ann Lee")
    assert (person["countryName"], person["stateOrProvinceName"]) == ("Canada", "Ontario")
    [address] = customer["shippingAddresses"]
    assert address["id"]
    assert address["addressFormatted"] == "Mary Lee<br/>1 Main St<br/>Łódź<br/>Poland"
    assert customer["taxExempt"]


def test_an_update_changes_only_the_given_fields(api: Api, clock: Clock) -> None:
    api.store.load("customer_groups", [{"id": 7, "name": "VIP"}])
    number = api.post("/customers", {"email": "a@example.com", "name": "Ann Lee"})["id"]
    before = api.get(f"/customers/{number}")
    clock.now += 5
    assert api.put(f"/customers/{number}", {"customerGroupId": 7, "privateAdminNotes": None}) == {"updateCount": 1}
    after = api.get(f"/customers/{number}")
    assert after["customerGroupName"] == "VIP"
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"customerGroupId", "customerGroupName", "updated"}


def test_a_new_name_changes_the_billing_person(api: Api) -> None:
    number = api.post("/customers", {"email": "a@example.com", "name": "Ann Lee"})["id"]
    api.put(f"/customers/{number}", {"name": "Ann Marie Lee"})
    customer = api.get(f"/customers/{number}")
    assert customer["name"] == customer["billingPerson"]["name"] == "Ann Marie Lee"
    assert customer["billingPerson"]["firstName"] == "Ann"
    assert api.get("/customers", name="marie")["total"] == 1


def test_addresses_sent_with_their_id_are_kept(api: Api) -> None:
    sent = {"email": "a@example.com", "shippingAddresses": [{"name": "A", "city": "Bonn"}, {"name": "B"}]}
    number = api.post("/customers", sent)["id"]
    first, second = api.get(f"/customers/{number}")["shippingAddresses"]
    change = {"shippingAddresses": [{"id": first["id"], "name": "C"}, {"name": "D"}]}
    api.put(f"/customers/{number}", change)
    kept, added = api.get(f"/customers/{number}")["shippingAddresses"]
    assert (kept["id"], kept["name"], kept["city"]) == (first["id"], "C", "Bonn")
    assert added["id"] not in {first["id"], second["id"]}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_missing_customer_is_refused(api: Api, method: str) -> None:
    body = {} if method == "PUT" else None
    assert api.refused(method, "/customers/12", body) == (404, "CUSTOMER_NOT_FOUND", "Customer #12 not found")


def test_a_deleted_customer_is_listed_as_deleted(api: Api) -> None:
    number = api.post("/customers", {"email": "a@example.com"})["id"]
    assert api.delete(f"/customers/{number}") == {"deleteCount": 1}
    assert api.get("/customers/deleted")["items"] == [{"id": number, "date": "2025-06-15 15:06:40 +0000"}]
    assert api.get("/customers")["allCustomerCount"] == 0


# Statistics.


def test_statistics_change_with_the_orders(api: Api, clock: Clock) -> None:
    number = api.post("/customers", {"email": "a@example.com"})["id"]
    start = clock.now
    orders = []
    for total in (10.1, 20.2):
        clock.now += 100
        orders.append(api.post("/orders", {"email": "A@example.com", "total": total})["id"])
    customer = api.get(f"/customers/{number}")
    assert customer["totalOrderCount"] == 2
    assert customer["stats"] == {
        "numberOfOrders": 2,
        "salesValue": 30.3,
        "averageOrderValue": 15.15,
        "firstOrderDate": "2025-06-15 15:08:20 +0000",
        "lastOrderDate": "2025-06-15 15:10:00 +0000",
    }
    assert api.get(f"/orders/{orders[0]}")["customerId"] == number
    assert api.get("/customers", minOrderCount=2, createdTo=int(start))["total"] == 1
    api.put(f"/orders/{orders[1]}", {"total": 40})
    assert api.get(f"/customers/{number}")["stats"]["salesValue"] == 50.1
    api.delete(f"/orders/{orders[0]}")
    api.put(f"/orders/{orders[1]}", {"email": "b@example.com"})
    assert api.get(f"/customers/{number}")["stats"]["numberOfOrders"] == 0


def test_a_new_customer_gets_the_earlier_orders_with_the_same_email(api: Api) -> None:
    api.post("/orders", {"email": "a@example.com", "total": 5})
    number = api.post("/customers", {"email": "a@example.com"})["id"]
    assert api.get(f"/customers/{number}")["stats"]["salesValue"] == 5


def test_carts_do_not_count_in_statistics(api: Api) -> None:
    number = api.post("/customers", {"email": "a@example.com"})["id"]
    api.post("/orders", {"email": "a@example.com", "total": 5, "paymentStatus": "INCOMPLETE"})
    assert api.get(f"/customers/{number}")["stats"]["numberOfOrders"] == 0


def test_the_statistics_of_demo_customers_equal_the_computed_ones() -> None:
    api = demo_store(products=30, orders=60, customers=10)
    customer = max(api.all("/customers"), key=lambda one: one["stats"]["numberOfOrders"])
    order = api.all("/orders", email=customer["email"])[0]
    api.put(f"/orders/{order['id']}", {"total": order["total"]})
    assert api.get(f"/customers/{customer['id']}")["stats"] == customer["stats"]


# Filter values and mass updates.


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


def test_the_list_of_ids_agrees_with_a_search(api, people):
    ann, bob, cid = people["ids"]
    for params in ({}, {"keyword": "ann"}, {"minOrderCount": 1}, {"taxExempt": True}, {"lang": "en"}):
        found = [customer["id"] for customer in api.all("/customers", **params)]
        assert api.get("/customers_ids", **params) == {"ids": found}
    assert api.get("/customers_ids", purchasedProductIds=people["lamp"]) == {"ids": [ann]}
    assert api.get("/customers_ids", customerGroupIds=people["vip"], countryCodes="FR") == {"ids": [bob]}
    assert set(api.get("/customers_ids")["ids"]) == {ann, bob, cid}


def test_the_undocumented_name_of_the_group_filter_works(api, people):
    assert [item["email"] for item in api.all("/customers", customerGroup=people["vip"])] == ["bob@example.com"]
    assert len(api.all("/customers", customerGroup=0)) == 2


def test_selected_filtered_or_all_customers_are_changed(api, people):
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


def test_customers_deleted_by_a_mass_update_are_listed_as_deleted(api, people):
    ann = people["ids"][0]
    assert api.post("/customers_update", {"mode": "ALL_FILTERED", "delete": True}, lang="lv") == {"updateCount": 1}
    assert [item["id"] for item in api.get("/customers/deleted")["items"]] == [ann]
    assert api.post("/customers_update", {"mode": "ALL", "delete": True}) == {"updateCount": 2}
    assert api.get("/customers")["total"] == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"mode": "SOME", "delete": True}, {"mode": "SELECTED", "delete": True}, {"mode": "ALL"}],
)
def test_a_mass_update_needs_customers_and_a_change(api, people, body):
    assert api.refused("POST", "/customers_update", body)[:2] == (400, "WRONG_PARAMETER")
    assert api.get("/customers")["total"] == 3


def test_filter_values_are_computed_from_the_customers(api, people):
    filters = api.get("/customers/filters")
    assert (filters["total"], filters["repeatedCustomersCount"], filters["oneTimeCustomersCount"]) == (3, 1, 1)
    assert filters["storeGroups"] == [{"id": 0, "name": "General"}, {"id": people["vip"], "name": "VIP"}]
    assert filters["languages"] == ["en", "lv"]
    assert filters["shippingAddresses"] == [
        {"street": "1 Main St", "city": "Riga", "countryCode": "LV", "countryName": "Latvia"}
    ]


def test_countries_and_products_are_found_by_part_of_their_name(api, people):
    places = api.get("/customers/locations")["items"]
    assert places == [{"country": "France", "countryCode": "FR"}, {"country": "Latvia", "countryCode": "LV"}]
    assert api.get("/customers/locations", name="LAT")["items"] == places[1:]
    api.post("/customers", {"email": "dan@example.com", "billingPerson": {"countryCode": "DE"}})
    assert len(api.get("/customers/locations")["items"]) == 3
    cup, lamp = ({"productId": people[name], "productName": name.title()} for name in ("cup", "lamp"))
    assert api.get("/customers/products")["items"] == [cup, lamp]
    assert api.get("/customers/products", name="am")["items"] == [lamp]
