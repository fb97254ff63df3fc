"""Stock of products."""

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from tests.sandbox.api import Api, Clock

NOW = 1_725_434_411


def shop(**switches):
    sandbox = Sandbox(clock=Clock(NOW), requests_per_minute=None, switches=Switches(**switches))
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.fixture
def api():
    return shop()


def make(api, **fields):
    return api.post("/products", {"name": "Thing", **fields})["id"]


def show(api, number, fields):
    return api.get(f"/products/{number}", responseFields=fields)


def test_a_delta_changes_the_stock_even_below_zero(api):
    number = make(api, quantity=10)
    assert api.put(f"/products/{number}/inventory", {"quantityDelta": -4}) == {"updateCount": 1}
    assert show(api, number, "quantity,inStock") == {"quantity": 6, "inStock": True}
    response = api.put(f"/products/{number}/inventory", {"quantityDelta": -7})
    assert response == {"updateCount": 1, "warning": "Product has negative stock."}
    assert show(api, number, "quantity,inStock") == {"quantity": -1, "inStock": False}
    assert api.put(f"/products/{make(api)}/inventory", {"quantityDelta": 1}) == {"updateCount": 0}


def test_a_null_does_not_change_the_stock(api):
    number = make(api, quantity=5)
    api.put(f"/products/{number}", {"quantity": None, "unlimited": None})
    assert show(api, number, "quantity,unlimited") == {"quantity": 5, "unlimited": False}
    number = make(api)
    api.put(f"/products/{number}", {"quantity": None, "unlimited": None})
    assert show(api, number, "quantity,unlimited") == {"unlimited": True}
