"""Stock of products."""

from tests.sandbox.routes.product_helpers import create_product, read_fields


def test_a_delta_changes_the_stock_even_below_zero(api):
    number = create_product(api, quantity=10)
    assert api.put(f"/products/{number}/inventory", {"quantityDelta": -4}) == {"updateCount": 1}
    assert read_fields(api, number, "quantity,inStock") == {"quantity": 6, "inStock": True}
    response = api.put(f"/products/{number}/inventory", {"quantityDelta": -7})
    assert response == {"updateCount": 1, "warning": "Product has negative stock."}
    assert read_fields(api, number, "quantity,inStock") == {"quantity": -1, "inStock": False}
    assert api.put(f"/products/{create_product(api)}/inventory", {"quantityDelta": 1}) == {"updateCount": 0}


def test_a_null_does_not_change_the_stock(api):
    number = create_product(api, quantity=5)
    api.put(f"/products/{number}", {"quantity": None, "unlimited": None})
    assert read_fields(api, number, "quantity,unlimited") == {"quantity": 5, "unlimited": False}
    number = create_product(api)
    api.put(f"/products/{number}", {"quantity": None, "unlimited": None})
    assert read_fields(api, number, "quantity,unlimited") == {"unlimited": True}
