"""Stock of variations."""

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from tests.sandbox.api import Api, Clock

SIZE = {
    "type": "SIZE",
    "name": "Size",
    "nameTranslated": {"de": "Größe"},
    "choices": [
        {"text": "S", "textTranslated": {"de": "klein"}},
        {"text": "M", "priceModifier": 2},
        {"text": "L", "priceModifier": 50, "priceModifierType": "PERCENT"},
    ],
}


COLOR = {"type": "SELECT", "name": "Color", "choices": [{"text": "Red"}, {"text": "Blue"}]}


def shop(**switches):
    sandbox = Sandbox(clock=Clock(), requests_per_minute=None, switches=Switches(**switches))
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.fixture
def api():
    return shop()


@pytest.fixture
def product(api):
    return product_of(api)


def product_of(api, **fields):
    fields = {"name": "Shirt", "sku": "SHIRT", "price": 10, "options": [SIZE, COLOR], **fields}
    return f"/products/{api.post('/products', fields)['id']}"


def picked(**options):
    return [{"name": name, "value": value} for name, value in options.items()]


def make(api, product, size="S", **fields):
    return api.post(f"{product}/combinations", {"options": picked(Size=size), **fields})["id"]


def test_a_delta_changes_the_stock_even_below_zero(api, product):
    number = make(api, product, quantity=3)
    stock = f"{product}/combinations/{number}/inventory"
    assert api.put(stock, {"quantityDelta": -1}) == {"updateCount": 1}
    warned = api.put(stock, {"quantityDelta": -5})
    assert warned == {"updateCount": 1, "warning": "Product has negative stock."}
    variation = api.get(f"{product}/combinations/{number}")
    assert (variation["quantity"], variation["inStock"]) == (-3, False)


def test_unlimited_stock_stays_unlimited(api, product):
    number = make(api, product)
    assert api.put(f"{product}/combinations/{number}/inventory", {"quantityDelta": 1}) == {"updateCount": 0}
    assert api.get(f"{product}/combinations/{number}")["unlimited"] is True


def test_a_variation_with_the_products_sku_shares_its_stock(api):
    product = product_of(api, quantity=5)
    number = make(api, product, sku="SHIRT", quantity=5)
    api.put(f"{product}/inventory", {"quantityDelta": -2})
    assert api.get(f"{product}/combinations/{number}")["quantity"] == 3
    api.put(f"{product}/combinations/{number}/inventory", {"quantityDelta": -2})
    assert api.get(product)["quantity"] == 1
