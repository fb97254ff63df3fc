"""Stock of variations."""

from tests.sandbox.routes.variation_helpers import create_shirt, create_variation


def test_a_delta_changes_the_stock_even_below_zero(api, product):
    number = create_variation(api, product, quantity=3)
    stock = f"{product}/combinations/{number}/inventory"
    assert api.put(stock, {"quantityDelta": -1}) == {"updateCount": 1}
    warned = api.put(stock, {"quantityDelta": -5})
    assert warned == {"updateCount": 1, "warning": "Product has negative stock."}
    variation = api.get(f"{product}/combinations/{number}")
    assert (variation["quantity"], variation["inStock"]) == (-3, False)


def test_unlimited_stock_stays_unlimited(api, product):
    number = create_variation(api, product)
    assert api.put(f"{product}/combinations/{number}/inventory", {"quantityDelta": 1}) == {"updateCount": 0}
    assert api.get(f"{product}/combinations/{number}")["unlimited"] is True


def test_a_variation_with_the_sku_of_its_product_shares_its_stock(api):
    product = create_shirt(api, quantity=5)
    number = create_variation(api, product, sku="SHIRT", quantity=5)
    api.put(f"{product}/inventory", {"quantityDelta": -2})
    assert api.get(f"{product}/combinations/{number}")["quantity"] == 3
    api.put(f"{product}/combinations/{number}/inventory", {"quantityDelta": -2})
    assert api.get(product)["quantity"] == 1
