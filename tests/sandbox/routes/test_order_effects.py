"""With a switch, a new order reduces the stock of its products and creates its customer."""

from typing import Any

import pytest

from ecwid_async.sandbox import Switches
from tests.sandbox.api import Api
from tests.sandbox.routes.stores import empty_store

OPTION = {"name": "Size", "type": "SELECT", "choices": [{"text": "S", "priceModifier": 0}, {"text": "L"}]}


@pytest.fixture
def api() -> Api:
    api = empty_store()
    api.sandbox.set_switches(Switches(order_effects=True))
    return api


def line(product_id: int, quantity: int, **fields: Any) -> dict[str, Any]:
    return {"productId": product_id, "name": "Mug", "price": 5, "quantity": quantity, **fields}


def order(api: Api, *lines: dict[str, Any], **fields: Any) -> str:
    order_id: str = api.post("/orders", {"paymentStatus": "PAID", "items": [*lines], **fields})["orderId"]
    return order_id


def test_a_new_order_reduces_the_stock_of_its_products(api: Api) -> None:
    mug = api.post("/products", {"name": "Mug", "quantity": 5})["id"]
    endless = api.post("/products", {"name": "File", "unlimited": True})["id"]
    order(api, line(mug, 2), line(mug, 1), line(endless, 1), line(99, 1))
    assert api.get(f"/products/{mug}")["quantity"] == 2
    assert api.get(f"/products/{endless}")["unlimited"] is True
    order(api, line(mug, 2))
    assert (api.get(f"/products/{mug}")["quantity"], api.get(f"/products/{mug}")["inStock"]) == (0, False)


def test_a_sold_variation_has_less_stock_and_its_product_the_same(api: Api) -> None:
    shirt = api.post("/products", {"name": "Shirt", "quantity": 9, "options": [OPTION]})["id"]
    body = {"options": [{"name": "Size", "value": "S"}], "quantity": 4}
    small = api.post(f"/products/{shirt}/combinations", body)["id"]
    order(api, line(shirt, 3, combinationId=small))
    product = api.get(f"/products/{shirt}")
    assert (product["quantity"], product["combinations"][0]["quantity"]) == (9, 1)


def test_an_unfinished_order_has_its_effects_when_it_is_paid_and_a_changed_order_has_none(api: Api) -> None:
    mug = api.post("/products", {"name": "Mug", "quantity": 5})["id"]
    order_id = order(api, line(mug, 2), paymentStatus="INCOMPLETE", email="ann@example.com")
    assert (api.get(f"/products/{mug}")["quantity"], api.all("/customers")) == (5, [])
    api.put(f"/orders/{order_id}", {"paymentStatus": "PAID"})
    api.put(f"/orders/{order_id}", {"fulfillmentStatus": "SHIPPED"})
    assert api.get(f"/products/{mug}")["quantity"] == 3
    assert [customer["email"] for customer in api.all("/customers")] == ["ann@example.com"]


def test_a_placed_cart_has_the_effects_of_an_order(api: Api) -> None:
    mug = api.post("/products", {"name": "Mug", "quantity": 5})["id"]
    order(api, line(mug, 2), paymentStatus="INCOMPLETE")
    (cart,) = api.all("/carts")
    api.post(f"/carts/{cart['cartId']}/place")
    assert api.get(f"/products/{mug}")["quantity"] == 3


def test_an_order_creates_its_customer_once(api: Api) -> None:
    person = {"name": "Ann Lee", "city": "Oslo"}
    order(api, email="ann@example.com", billingPerson=person, total=5)
    first = order(api, email="ANN@example.com", total=7)
    (customer,) = api.all("/customers")
    assert (customer["email"], customer["name"]) == ("ann@example.com", "Ann Lee")
    assert (customer["totalOrderCount"], customer["stats"]["salesValue"]) == (2, 12)
    assert api.get(f"/orders/{first}")["customerId"] == customer["id"]
    order(api, email="")
    order(api, email="nobody")
    assert len(api.all("/customers")) == 1


def test_without_the_switch_an_order_changes_neither(api: Api) -> None:
    api.sandbox.set_switches(Switches())
    mug = api.post("/products", {"name": "Mug", "quantity": 5})["id"]
    order(api, line(mug, 2), email="ann@example.com")
    assert (api.get(f"/products/{mug}")["quantity"], api.all("/customers")) == (5, [])
