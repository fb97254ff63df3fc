"""Orders: filters, single orders, writes, unfinished orders, scopes and calculation."""

from collections.abc import Callable
from typing import Any

import pytest

from ecwid_async.sandbox.computed_fields import order_id
from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store, empty_store

Item = dict[str, Any]


@pytest.fixture(scope="module")
def demo() -> Api:
    """A demo store that no test changes."""
    return demo_store(products=120, orders=300, customers=40, carts=12, categories=8)


@pytest.fixture
def api(clock: Clock) -> Api:
    """An empty store."""
    return empty_store(clock)


# Search.


def _lines(field: str) -> Callable[[Item], set[Any]]:
    return lambda order: {line.get(field) for line in order["items"]}


def _people(order: Item) -> str:
    people = (order["billingPerson"], order.get("shippingPerson") or {})
    return "\n".join([order["email"], *(person.get("name", "") for person in people)]).lower()


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Item], bool]]] = {
    "customerId": ({"customerId": 100_000_000}, lambda order: order.get("customerId") == 100_000_000),
    "productId": (
        {"productId": [400_000_007, 400_000_014]},
        lambda order: bool(_lines("productId")(order) & {400_000_007, 400_000_014}),
    ),
    "totalFrom": ({"totalFrom": 250.5}, lambda order: order["total"] >= 250.5),
    "totalTo": ({"totalTo": 40}, lambda order: order["total"] <= 40),
    "createdFrom": ({"createdFrom": 1_650_000_000}, lambda order: order["createTimestamp"] >= 1_650_000_000),
    "createdTo as a date": (
        {"createdTo": "2021-03-01 00:00:00"},
        lambda order: order["createDate"] <= "2021-03-01 00:00:00 +0000",
    ),
    "updatedFrom": ({"updatedFrom": 1_650_000_000}, lambda order: order["updateTimestamp"] >= 1_650_000_000),
    "updatedTo": ({"updatedTo": 1_650_000_000}, lambda order: order["updateTimestamp"] <= 1_650_000_000),
    "pickupTimeFrom": (
        {"pickupTimeFrom": "2022-01-01 00:00:00"},
        lambda order: order.get("pickupTime", "") >= "2022-01-01 00:00:00 +0000",
    ),
    "pickupTimeTo": (
        {"pickupTimeTo": "2022-01-01 00:00:00"},
        lambda order: "" < order.get("pickupTime", "") <= "2022-01-01 00:00:00 +0000",
    ),
    "shippingMethod": (
        {"shippingMethod": "expressversand 🚀"},
        lambda order: order.get("shippingOption", {}).get("shippingMethodName") == "Expressversand 🚀",
    ),
    "fulfillmentStatus": (
        {"fulfillmentStatus": ["SHIPPED", "RETURNED"]},
        lambda order: order["fulfillmentStatus"] in {"SHIPPED", "RETURNED"},
    ),
    "paymentMethod": ({"paymentMethod": "PayPal"}, lambda order: order["paymentMethod"] == "PayPal"),
    "paymentModule": ({"paymentModule": "STRIPE"}, lambda order: order["paymentModule"] == "STRIPE"),
    "paymentStatus": (
        {"paymentStatus": ["CANCELLED", "REFUNDED"]},
        lambda order: order["paymentStatus"] in {"CANCELLED", "REFUNDED"},
    ),
    "acceptMarketing": ({"acceptMarketing": True}, lambda order: order["acceptMarketing"]),
    "containsPreorderItems": (
        {"containsPreorderItems": True},
        lambda order: True in _lines("isPreorder")(order),
    ),
    "containsPreorderItems false": (
        {"containsPreorderItems": False},
        lambda order: True not in _lines("isPreorder")(order),
    ),
    "couponCode": (
        {"couponCode": "5PERCENTOFF"},
        lambda order: order.get("discountCoupon", {}).get("code") == "5PERCENTOFF",
    ),
    "refererId": ({"refererId": 4021}, lambda order: order.get("refererId") == "4021"),
    "keywords in a name": (
        {"keywords": "müller"},
        lambda order: (
            "müller" in f"{order['billingPerson']['name']} {order['billingPerson'].get('companyName')}".lower()
        ),
    ),
    "keywords in a comment": (
        {"keywords": "подарок чека"},
        lambda order: order["orderComments"].startswith("Это подарок"),
    ),
    "customer": ({"customer": "müller"}, lambda order: "müller" in _people(order)),
    "customer by email": ({"customer": "@EXAMPLE.org"}, lambda order: "@example.org" in _people(order)),
    "two filters": (
        {"paymentStatus": "PAID", "totalFrom": 100},
        lambda order: order["paymentStatus"] == "PAID" and order["total"] >= 100,
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_exactly_the_matching_orders(demo: Api, name: str) -> None:
    params, fits = FILTERS[name]
    expected = {order["id"] for order in demo.all("/orders") if fits(order)}
    assert 0 < len(expected) < 300
    assert {order["id"] for order in demo.all("/orders", **params)} == expected


def test_orders_are_found_by_email_case_insensitively(demo: Api) -> None:
    email = demo.get("/orders/last")["email"]
    found = demo.all("/orders", email=email.upper())
    assert found
    assert found == [order for order in demo.all("/orders") if order["email"] == email]


def test_an_order_is_found_by_order_number_or_vendor_order_number(demo: Api) -> None:
    order = demo.all("/orders")[3]
    for name in ("orderNumber", "vendorOrderNumber"):
        assert demo.all("/orders", **{name: order[name]}) == [order]


def test_orders_are_found_by_customer_id_or_email(demo: Api) -> None:
    orders = demo.all("/orders")
    one = next(order for order in orders if "customerId" in order)
    other = next(order for order in orders if order["email"] != one["email"])
    params = {"customerId": one["customerId"], "email": other["email"]}
    assert demo.all("/orders", **params) == []
    found = demo.all("/orders", **params, customerIdOrEmail=True)
    assert found == [order for order in orders if order["email"] in {one["email"], other["email"]}]


def test_an_order_is_found_by_payment_reference() -> None:
    api = demo_store(products=5, orders=5, customers=2, categories=1)
    number = api.post("/orders", {"email": "a@example.com", "paymentReference": "REF-42"})["id"]
    assert [order["orderNumber"] for order in api.all("/orders", paymentReference="ref-42")] == [number]


def test_orders_are_found_by_subscription(demo: Api) -> None:
    orders = demo.all("/orders")
    number = next(line["subscriptionId"] for order in orders for line in order["items"] if "subscriptionId" in line)
    expected = [order for order in orders if number in _lines("subscriptionId")(order)]
    assert demo.all("/orders", subscriptionId=number) == expected


def test_ids_can_be_numbers_or_text_ids_and_disable_other_filters(demo: Api) -> None:
    first, second, *_ = demo.all("/orders")
    found = demo.get("/orders", ids=[first["orderNumber"], second["id"], "NOPE1"], totalFrom=10**9)
    assert {order["id"] for order in found["items"]} == {first["id"], second["id"]}
    assert found["total"] == 2


def test_orders_are_listed_newest_first(demo: Api) -> None:
    page = demo.get("/orders", limit=50, offset=290)
    assert (page["total"], page["count"], page["offset"], page["limit"]) == (300, 10, 290, 50)
    times = [order["createTimestamp"] for order in demo.all("/orders")]
    assert times == sorted(times, reverse=True)


def test_only_requested_fields_are_returned(demo: Api) -> None:
    page = demo.get("/orders", limit=1, responseFields="total,items(id,items(sku))")
    assert page["total"] == 300
    assert set(page) == {"total", "items"}
    assert set(page["items"][0]) == {"id", "items"}


def test_an_unknown_status_is_refused(demo: Api) -> None:
    status, code, message = demo.refused("GET", "/orders", paymentStatus="PAYED")
    assert (status, code) == (400, "WRONG_PARAMETER")
    assert "paymentStatus" in message


# One order.


def test_an_order_is_read_by_number_or_text_id(demo: Api) -> None:
    order = demo.get("/orders/last")
    assert demo.get(f"/orders/{order['id']}") == order
    assert demo.get(f"/orders/{order['orderNumber']}") == order
    assert demo.get(f"/orders/{order['id']}", responseFields="id,total") == {
        "id": order["id"],
        "total": order["total"],
    }


def test_the_last_order_is_the_newest(demo: Api) -> None:
    assert demo.get("/orders/last") == demo.get("/orders", limit=1)["items"][0]


def test_there_is_no_last_order_in_an_empty_store(api: Api) -> None:
    assert api.refused("GET", "/orders/last")[:2] == (404, "ORDER_NOT_FOUND")


@pytest.mark.parametrize("key", ["123456", "ABCDE", "a/b"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_error_names_the_missing_order(api: Api, method: str, key: str) -> None:
    body = {} if method == "PUT" else None
    path = f"/orders/{key.replace('/', '%2F')}"
    assert api.refused(method, path, body) == (404, "ORDER_NOT_FOUND", f"Order #{key} not found")


def test_the_repeat_url_contains_the_order_id(demo: Api) -> None:
    order = demo.get("/orders/last")
    url = demo.get(f"/orders/{order['orderNumber']}/repeatURL")["repeatOrderUrl"]
    assert url.startswith("https://demo.company.site/products/repeat-order?")
    assert f"id={order['id']}&" in url
    other = demo.get("/orders", limit=1, offset=1)["items"][0]["id"]
    assert url != demo.get(f"/orders/{other}/repeatURL")["repeatOrderUrl"]


def test_text_ids_are_unique() -> None:
    numbers = [*range(500_000_000, 500_020_000), *range(540_000_000, 540_005_000), *range(1, 5_000)]
    assert len({order_id(number) for number in numbers}) == len(numbers)


# Writes.


def test_an_order_needs_no_fields(api: Api, clock: Clock) -> None:
    created = api.post("/orders", {})
    order = api.get(f"/orders/{created['id']}")
    assert created["orderId"] == created["orderid"] == order["id"]
    assert order["orderNumber"] == order["internalId"] == created["id"]
    assert (order["paymentStatus"], order["fulfillmentStatus"]) == ("AWAITING_PAYMENT", "AWAITING_PROCESSING")
    assert order["createTimestamp"] == order["updateTimestamp"] == clock.now
    assert order["createDate"] == order["updateDate"] == "2025-06-15 15:06:40 +0000"


def test_the_next_order_has_the_next_number(api: Api) -> None:
    first, second = (api.post("/orders", {})["id"] for _ in range(2))
    assert second == first + 1


def test_the_server_adds_fields_to_an_order(api: Api) -> None:
    sent = {
        "email": "мария@example.com",
        "total": 12.34,
        "createDate": "2024-01-02 03:04:05 +0100",
        "items": [{"name": "Tea", "price": 2.5, "quantity": 3}],
        "billingPerson": {"name": "Mary Ann Lee", "countryCode": "US", "stateOrProvinceCode": "CA"},
        "id": "MINE",
        "orderNumber": 7,
    }
    order = api.get(f"/orders/{api.post('/orders', sent)['id']}")
    assert (order["email"], order["total"], order["subtotal"]) == ("мария@example.com", 12.34, 7.5)
    assert order["id"] != "MINE"
    assert order["orderNumber"] != 7
    assert order["createDate"] == "2024-01-02 02:04:05 +0000"
    assert order["items"][0]["id"]
    assert order["billingPerson"] == {
        "name": "Mary Ann Lee",
        "firstName": "Mary",
        "lastName": "Ann Lee",
        "countryCode": "US",
        "countryName": "United States",
        "stateOrProvinceCode": "CA",
        "stateOrProvinceName": "California",
    }


def test_an_invalid_date_is_refused(api: Api) -> None:
    assert api.refused("POST", "/orders", {"createDate": "yesterday"})[:2] == (400, "WRONG_PARAMETER")
    assert api.store.count("orders") == 0


def test_an_update_changes_only_the_given_fields(api: Api, clock: Clock) -> None:
    sent = {"email": "a@example.com", "total": 5, "additionalInfo": {"a": "1"}}
    number = api.post("/orders", sent)["id"]
    before = api.get(f"/orders/{number}")
    clock.now += 100
    assert api.put(f"/orders/{before['id']}", {"paymentStatus": "PAID", "email": None}) == {"updateCount": 1}
    after = api.get(f"/orders/{number}")
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"paymentStatus", "updateDate", "updateTimestamp"}
    assert after["updateTimestamp"] == clock.now
    assert api.get("/orders", updatedFrom=int(clock.now))["total"] == 1


def test_items_keep_their_ids_and_new_ones_get_ids(api: Api) -> None:
    number = api.post("/orders", {"items": [{"name": "Tea", "price": 2, "quantity": 1}]})["id"]
    [line] = api.get(f"/orders/{number}")["items"]
    api.put(f"/orders/{number}", {"items": [{"id": line["id"], "quantity": 4}, {"name": "Cup", "price": 3}]})
    kept, added = api.get(f"/orders/{number}")["items"]
    assert kept == line | {"quantity": 4}
    assert added["id"] not in {None, line["id"]}


def test_only_unfinished_orders_can_be_hidden(api: Api) -> None:
    assert api.refused("POST", "/orders", {"hidden": True})[0] == 400
    number = api.post("/orders", {})["id"]
    assert api.refused("PUT", f"/orders/{number}", {"hidden": True})[0] == 400
    assert not api.get(f"/orders/{number}")["hidden"]


def test_a_deleted_order_is_listed_with_its_number_and_text_id(api: Api, clock: Clock) -> None:
    first, second = (api.post("/orders", {}) for _ in range(2))
    assert api.delete(f"/orders/{first['orderId']}") == {"deleteCount": 1}
    clock.now += 60
    api.delete(f"/orders/{second['id']}")
    page = api.get("/orders/deleted")
    assert (page["total"], page["limit"]) == (2, 100)
    assert page["items"][0] == {
        "id": first["id"],
        "orderId": first["orderId"],
        "date": "2025-06-15 15:06:40 +0000",
    }
    late = api.get("/orders/deleted", from_date=int(clock.now))
    assert [entry["id"] for entry in late["items"]] == [second["id"]]
    assert api.refused("GET", f"/orders/{first['id']}")[0] == 404
    assert api.get("/orders")["total"] == 0


def test_a_new_order_can_be_read_by_text_id_while_searches_lag(clock: Clock) -> None:
    api = empty_store(clock, upsert_lag=10, delete_lag=10)
    api.post("/customers", {"email": "a@example.com"})
    created = api.post("/orders", {"email": "a@example.com", "total": 3})
    assert api.get("/orders")["total"] == 0
    assert api.get(f"/orders/{created['orderId']}")["orderNumber"] == created["id"]
    clock.now += 10
    assert api.get("/orders")["total"] == 1
    [customer] = api.get("/customers")["items"]
    assert customer["stats"]["salesValue"] == 3
    api.delete(f"/orders/{created['orderId']}")
    assert api.refused("GET", f"/orders/{created['orderId']}")[0] == 404
    assert api.get("/orders")["total"] == 1


# Orders loaded without a request.


def test_a_loaded_order_needs_its_number(api: Api) -> None:
    with pytest.raises(ValueError, match="'orderNumber'"):
        api.store.load("orders", [{"id": "ABCDE"}])


def test_a_loaded_order_needs_no_other_field(api: Api) -> None:
    api.store.load("customers", [{"id": 5, "email": "a@example.com"}])
    api.store.load("orders", [{"orderNumber": 7}, {"orderNumber": 8, "email": "a@example.com", "total": 4}])
    assert api.get("/orders")["total"] == 2
    assert api.get("/orders/7") == {"orderNumber": 7}
    assert "repeat-order" in api.get("/orders/7/repeatURL")["repeatOrderUrl"]
    api.put("/orders/8", {"total": 5})
    assert api.get("/customers/5")["stats"] == {"numberOfOrders": 1, "salesValue": 5, "averageOrderValue": 5.0}
    api.put("/orders/7", {"paymentStatus": "INCOMPLETE"})
    assert api.get("/carts")["total"] == 1
    api.put("/orders/7", {"paymentStatus": "PAID"})
    assert api.delete("/orders/7") == {"deleteCount": 1}
    assert [entry["id"] for entry in api.get("/orders/deleted")["items"]] == [7]


# Unfinished orders.


def test_an_unfinished_order_is_a_cart(api: Api) -> None:
    created = api.post("/orders", {"email": "a@example.com", "paymentStatus": "INCOMPLETE", "hidden": True})
    assert api.get("/orders")["total"] == 0
    assert api.get("/carts", showHidden=False)["total"] == 0
    [cart] = api.get("/carts")["items"]
    assert (cart["email"], cart["paymentStatus"], cart["hidden"]) == ("a@example.com", "INCOMPLETE", True)
    assert "orderNumber" not in cart
    order = api.get(f"/orders/{created['id']}")
    assert (order["orderNumber"], order["email"]) == (created["id"], "a@example.com")


def test_a_changed_status_turns_a_cart_into_an_order_and_back(api: Api) -> None:
    created = api.post("/orders", {"paymentStatus": "INCOMPLETE"})
    api.put(f"/orders/{created['orderId']}", {"paymentStatus": "PAID"})
    assert (api.get("/carts")["total"], api.get("/orders")["total"]) == (0, 1)
    assert "cartId" not in api.get(f"/orders/{created['id']}")
    api.put(f"/orders/{created['id']}", {"paymentStatus": "INCOMPLETE"})
    assert (api.get("/carts")["total"], api.get("/orders")["total"]) == (1, 0)
    assert api.get("/orders/deleted")["total"] == 0


def test_an_unfinished_order_can_be_deleted(api: Api) -> None:
    number = api.post("/orders", {"paymentStatus": "INCOMPLETE"})["id"]
    assert api.delete(f"/orders/{number}") == {"deleteCount": 1}
    assert api.get("/carts")["total"] == 0
    assert api.refused("GET", f"/orders/{number}")[0] == 404


# Scopes.


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/orders", "read_orders"),
        ("POST", "/orders", "create_orders"),
        ("PUT", "/orders/1", "update_orders"),
        ("DELETE", "/orders/1", "update_orders"),
        ("GET", "/carts", "read_orders"),
        ("POST", "/order/calculate", "read_store_profile"),
    ],
)
def test_a_missing_scope_is_refused(api: Api, method: str, path: str, scope: str) -> None:
    api.store.add_token("poor", scopes=["read_catalog"])
    api.token = "poor"
    status, code, message = api.refused(method, path, {} if method in {"POST", "PUT"} else None)
    assert (status, code) == (403, "INSUFFICIENT_APP_SCOPE")
    assert scope in message


# Calculation.


@pytest.fixture
def shop(clock: Clock) -> Api:
    return demo_store(clock, products=20)


def test_a_calculation_adds_taxes_and_shipping(shop: Api) -> None:
    sent = {
        "email": "a@example.com",
        "ipAddress": "203.0.113.9",
        "customerId": 12,
        "items": [
            {"name": "Tea", "price": 15, "quantity": 2, "weight": 0.5, "isShippingRequired": True},
            {"name": "PDF", "price": 4.2, "quantity": 1, "isShippingRequired": False},
        ],
        "billingPerson": {"name": "Peter Doe", "countryCode": "DE"},
        "shippingPerson": {"name": "Mary Doe", "countryCode": "US", "stateOrProvinceCode": "CA"},
        "customSurcharges": [{"id": "tips", "value": 10, "type": "ABSOLUTE"}],
    }
    response = shop.post("/order/calculate", sent)
    assert response["subtotal"] == 34.2
    # The demo store's prices include tax; its rate for the zone of the shipping address is 8.875 %.
    assert response["availableTaxes"][0]["defaultTax"] == 8.875
    assert response["tax"] == round(30 - 30 / 1.08875, 2) + round(4.2 - 4.2 / 1.08875, 2)
    assert response["shippingOption"] == response["availableShippingOptions"][0]
    assert response["total"] == pytest.approx(34.2 + 10 + response["shippingOption"]["shippingRate"])
    assert [response[name] for name in ("email", "ipAddress", "customerId")] == ["a@example.com", "203.0.113.9", 12]
    assert response["billingPerson"]["countryName"] == "Germany"
    assert response["shippingPerson"]["stateOrProvinceName"] == "California"
    assert response["predictedPackage"][0]["weight"] == 1
    assert response["paymentStatus"] == "INCOMPLETE"
    assert (shop.store.count("orders"), shop.store.count("carts")) == (0, 0)


def test_a_calculation_ignores_fields_set_by_the_server(shop: Api) -> None:
    option = {"name": "Logo", "type": "CHOICE", "value": "x", "files": [{"id": 1}]}
    line = {
        "price": 10,
        "quantity": 1,
        "shipping": 5,
        "couponAmount": 1,
        "couponApplied": True,
        "discounts": [{"total": 3}],
        "selectedOptions": [option],
    }
    sent = {
        "items": [line],
        "discountInfo": [{"value": 5, "type": "ABS", "base": "CUSTOM"}],
        "handlingFee": {"name": "Wrapping", "value": 2},
    }
    response = shop.post("/order/calculate", sent)
    [found] = response["items"]
    assert (found["shipping"], found["couponApplied"], found["giftCard"]) == (0, False, False)
    assert not {"couponAmount", "discounts"} & set(found)
    assert "files" not in found["selectedOptions"][0]
    assert response["discountInfo"] == []
    assert response["handlingFee"] == {"name": "Wrapping", "description": "", "value": 0}


def test_a_coupon_is_deducted_and_returned(shop: Api, clock: Clock) -> None:
    coupon = {"code": "TEN", "discountType": "PERCENT", "discount": 10, "orderCount": 4}
    items = [{"price": 20, "quantity": 1, "isShippingRequired": False}]
    response = shop.post("/order/calculate", {"items": items, "discountCoupon": coupon})
    assert (response["couponDiscount"], response["total"]) == (2, 18)
    assert response["discountCoupon"]["orderCount"] == 0
    assert response["discountCoupon"]["creationDate"] == "2025-06-15 15:06:40 +0000"


def test_missing_fields_of_an_item_are_taken_from_the_product(shop: Api) -> None:
    [product] = shop.get("/products", limit=1)["items"]
    response = shop.post("/order/calculate", {"items": [{"productId": product["id"], "quantity": 2}]})
    [line] = response["items"]
    assert (line["name"], line["price"]) == (product["name"], product["price"])
    assert response["subtotal"] == round(2 * product["price"], 2)


def test_a_store_without_a_profile_can_calculate(api: Api) -> None:
    response = api.post("/order/calculate", {"items": [{"price": 3, "quantity": 2}]})
    assert (response["total"], response["tax"], response["availableShippingOptions"]) == (6, 0, [])
    assert api.post("/order/calculate", {})["total"] == 0


def test_a_tax_not_included_in_prices_is_added(api: Api) -> None:
    api.store.profile = {"taxes": [{"id": 1, "name": "Tax", "enabled": True, "defaultTax": 10, "rules": []}]}
    response = api.post("/order/calculate", {"items": [{"price": 50, "quantity": 1}]})
    assert (response["subtotal"], response["tax"], response["total"]) == (50, 5, 55)
    exempt = {"items": [{"price": 50, "quantity": 1}], "customerTaxExempt": True}
    assert api.post("/order/calculate", exempt)["total"] == 50


def test_the_last_order_of_a_customer_is_found(api: Api, clock: Clock) -> None:
    clock.now += 60
    person = {"name": "Ann", "street": "Main St 1"}
    sent = api.post("/orders", {"email": "Ann@example.com", "shippingPerson": person})["id"]
    clock.now += 60
    picked_up = api.post("/orders", {"email": "ann@example.com"})["id"]
    clock.now += 60
    api.post("/orders", {"email": "bob@example.com"})
    assert api.get("/orders/last", customerEmail="ann@example.com")["orderNumber"] == picked_up
    assert api.get("/orders/last", customerEmail="ann@example.com", withAddress=True)["orderNumber"] == sent
    assert api.refused("GET", "/orders/last", customerEmail="nobody@example.com")[:2] == (404, "ORDER_NOT_FOUND")
