"""The order that the store owner gave products and categories."""

from tests.sandbox.routes.product_helpers import create_product, product_ids


def test_products_are_sorted_in_the_owners_order(api):
    category = api.post("/categories", {"name": "C"})["id"]
    a, b, c = (create_product(api, categoryIds=[category]) for _ in range(3))
    outside = create_product(api)
    assert api.get("/products/sort", parentCategory=category) == {"sortedIds": [a, b, c]}
    assert api.put("/products/sort", {"sortedIds": [c, outside, a]}, parentCategory=category) == {"updateCount": 1}
    assert api.get("/products/sort", parentCategory=category) == {"sortedIds": [c, a, b]}
    assert product_ids(api, category=category, sortBy="DEFINED_BY_STORE_OWNER") == [c, a, b]
    assert product_ids(api, sortBy="DEFINED_BY_STORE_OWNER") == [a, b, c, outside]
    api.put("/products/sort", {"sortedIds": [outside]}, parentCategory=0)
    assert product_ids(api, sortBy="DEFINED_BY_STORE_OWNER")[0] == outside
    assert api.refused("GET", "/products/sort")[:2] == (400, "WRONG_PARAMETER")


def names(api, **params):
    return [item["name"] for item in api.all("/categories", **params)]


def test_categories_are_sorted_in_the_owners_order(api, tree):
    assert api.get("/categories/sort", parentCategory=tree["Top"]) == {"sortedIds": [tree["A"], tree["B"]]}
    order = {"sortedIds": [tree["B"], tree["Side"]]}
    assert api.put("/categories/sort", order, parentCategory=tree["Top"]) == {"updateCount": 1}
    assert api.get("/categories/sort", parentCategory=tree["Top"]) == {"sortedIds": [tree["B"], tree["A"]]}
    assert names(api, parent=tree["Top"]) == ["B", "A"]
    assert api.get("/categories/sort", parentCategory=0)["sortedIds"] == [tree["Top"], tree["Side"]]
