"""The order that the store owner gave products and categories."""

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


def ids(api, **params):
    return [item["id"] for item in api.all("/products", **params)]


def test_products_are_sorted_in_the_owners_order(api):
    category = api.post("/categories", {"name": "C"})["id"]
    a, b, c = (make(api, categoryIds=[category]) for _ in range(3))
    outside = make(api)
    assert api.get("/products/sort", parentCategory=category) == {"sortedIds": [a, b, c]}
    assert api.put("/products/sort", {"sortedIds": [c, outside, a]}, parentCategory=category) == {"updateCount": 1}
    assert api.get("/products/sort", parentCategory=category) == {"sortedIds": [c, a, b]}
    assert ids(api, category=category, sortBy="DEFINED_BY_STORE_OWNER") == [c, a, b]
    assert ids(api, sortBy="DEFINED_BY_STORE_OWNER") == [a, b, c, outside]
    api.put("/products/sort", {"sortedIds": [outside]}, parentCategory=0)
    assert ids(api, sortBy="DEFINED_BY_STORE_OWNER")[0] == outside
    assert api.refused("GET", "/products/sort")[:2] == (400, "WRONG_PARAMETER")


@pytest.fixture
def tree(api):
    """Top contains A (which contains AA) and B; Side is next to Top."""
    numbers = {}
    for name, parent in {"Top": None, "Side": None, "A": "Top", "B": "Top", "AA": "A"}.items():
        body = {"name": name, **({"parentId": numbers[parent]} if parent else {})}
        numbers[name] = api.post("/categories", body)["id"]
    return numbers


def names(api, **params):
    return [item["name"] for item in api.all("/categories", **params)]


def test_categories_are_sorted_in_the_owners_order(api, tree):
    assert api.get("/categories/sort", parentCategory=tree["Top"]) == {"sortedIds": [tree["A"], tree["B"]]}
    order = {"sortedIds": [tree["B"], tree["Side"]]}
    assert api.put("/categories/sort", order, parentCategory=tree["Top"]) == {"updateCount": 1}
    assert api.get("/categories/sort", parentCategory=tree["Top"]) == {"sortedIds": [tree["B"], tree["A"]]}
    assert names(api, parent=tree["Top"]) == ["B", "A"]
    assert api.get("/categories/sort", parentCategory=0)["sortedIds"] == [tree["Top"], tree["Side"]]
