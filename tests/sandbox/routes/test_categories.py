"""Categories: their tree, filters, and the products in them."""

import pytest

from tests.sandbox.routes.product_helpers import create_product


def names(api, **params):
    return [item["name"] for item in api.all("/categories", **params)]


def test_a_created_category_can_be_read(api):
    number = api.post("/categories", {"name": "Toys", "nameTranslated": {"de": "Spielzeug"}, "orderBy": 5})["id"]
    item = api.get(f"/categories/{number}")
    expected = {"name": "Toys", "enabled": True, "orderBy": 5, "productCount": 0, "enabledProductCount": 0}
    assert {name: item[name] for name in expected} == expected
    assert item["nameTranslated"] == {"de": "Spielzeug", "en": "Toys"}
    assert not {"parentId", "productIds", "imageUrl"} & item.keys()
    assert api.get(f"/categories/{number}", lang="de", responseFields="name") == {"name": "Spielzeug"}


def test_the_error_names_the_missing_category(api):
    for method, path, body in [
        ("GET", "/categories/7", None),
        ("PUT", "/categories/7", {"name": "x"}),
        ("DELETE", "/categories/7", None),
        ("POST", "/categories/7/assignProducts", {"productIds": []}),
        ("POST", "/categories", {"name": "x", "parentId": 7}),
    ]:
        assert api.refused(method, path, body) == (404, "CATEGORIES_NOT_FOUND", "Category #7 not found")
    assert api.refused("POST", "/categories", {"enabled": True})[:2] == (400, "WRONG_PARAMETER")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["Top", "Side", "A", "B", "AA"]),
        ({"parent": 0}, ["Top", "Side"]),
        ({"parent": "Top"}, ["A", "B"]),
        ({"parent": "AA"}, []),
        ({"parentIds": "Top"}, ["A", "B"]),
        ({"parentIds": "Top", "withSubcategories": True}, ["A", "B", "AA"]),
        ({"parentIds": "A", "parent": 0}, ["Top", "Side", "AA"]),
        ({"keyword": "aa"}, ["AA"]),
        ({"keyword": "a"}, ["A"]),
    ],
)
def test_each_filter_finds_its_categories(api, tree, params, expected):
    found = names(api, **{name: tree.get(value, value) for name, value in params.items()})
    assert found == expected


def test_disabled_categories_are_listed_only_on_request(api, tree):
    api.put(f"/categories/{tree['B']}", {"enabled": False})
    assert "B" not in names(api)
    assert "B" in names(api, hidden_categories=True)
    assert api.get(f"/categories/{tree['B']}")["enabled"] is False


def test_categories_are_paginated(api, tree):
    page = api.get("/categories", offset=2, limit=2)
    assert (page["count"], page["total"], page["offset"], page["limit"]) == (2, 5, 2, 2)
    assert api.get("/categories", offset=4, limit=2)["count"] == 1
    assert api.get("/categories", offset=9)["count"] == 0


def test_a_category_cannot_be_moved_below_itself(api, tree):
    assert api.put(f"/categories/{tree['A']}", {"parentId": tree["Side"]}) == {"updateCount": 1}
    assert names(api, parent=tree["Side"]) == ["A"]
    api.put(f"/categories/{tree['A']}", {"parentId": 0})
    assert "parentId" not in api.get(f"/categories/{tree['A']}")
    status, code, message = api.refused("PUT", f"/categories/{tree['Top']}", {"parentId": tree["B"]})
    assert (status, code) == (400, "WRONG_PARAMETER")
    assert "below itself" in message


def test_a_category_is_found_by_its_path(api, tree):
    def found(path, delimiter="/"):
        items = api.get("/categoriesByPath", path=path, delimeter=delimiter)["items"]
        return [item["id"] for item in items]

    assert found("Top/A/AA") == [tree["AA"]]
    assert found("Top > A", ">") == [tree["A"]]
    assert found("A") == []
    assert api.refused("GET", "/categoriesByPath", path="Top")[:2] == (400, "WRONG_PARAMETER")
    api.put(f"/categories/{tree['A']}", {"enabled": False})
    assert found("Top/A") == []


def test_deleting_a_category_deletes_its_descendants_and_keeps_products(api, tree):
    product = create_product(api, categoryIds=[tree["AA"], tree["Side"]])
    assert api.delete(f"/categories/{tree['Top']}") == {"deleteCount": 1}
    assert names(api) == ["Side"]
    item = api.get(f"/products/{product}")
    assert (item["categoryIds"], item["defaultCategoryId"]) == ([tree["Side"]], tree["Side"])
    assert [category["name"] for category in item["categories"]] == ["Side"]


def test_products_are_assigned_and_unassigned(api, tree):
    one, two, off = create_product(api), create_product(api), create_product(api, enabled=False)
    path = f"/categories/{tree['A']}"
    assert api.post(f"{path}/assignProducts", {"productIds": [one, two, off]}) == {"updateCount": 1}
    category = api.get(path)
    assert category["productIds"] == [one, two, off]
    assert (category["productCount"], category["enabledProductCount"]) == (3, 2)
    assert api.post(f"{path}/unassignProducts", {"productIds": [one, two]}) == {"deleteCount": 1}
    assert api.get(path)["productIds"] == [off]
    assert api.refused("POST", f"{path}/assignProducts", {"productIds": [5]})[1] == "PRODUCT_NOT_FOUND"
    code = "MAX_PRODUCTS_FOR_API_REQUEST_LIMIT_EXCEEDED"
    assert api.refused("POST", f"{path}/assignProducts", {"productIds": list(range(101))})[:2] == (402, code)


def test_a_category_can_be_created_and_changed_with_its_products(api):
    one, two = create_product(api), create_product(api)
    number = api.post("/categories", {"name": "C", "productIds": [one]})["id"]
    assert api.get(f"/products/{one}")["categories"] == [
        {"id": number, "name": "C", "nameTranslated": "C", "enabled": True}
    ]
    api.put(f"/categories/{number}", {"productIds": [two]})
    assert api.get(f"/categories/{number}")["productIds"] == [two]
    assert api.get(f"/products/{one}")["categories"] == []


def test_product_ids_are_listed_only_on_request(api, tree):
    product = create_product(api, categoryIds=[tree["A"]])
    assert not any("productIds" in item for item in api.all("/categories"))
    shown = {item["name"]: item.get("productIds") for item in api.all("/categories", productIds=True)}
    assert shown == {"Top": None, "Side": None, "A": [product], "B": None, "AA": None}


def test_a_renamed_category_is_renamed_in_its_products(api, tree):
    product = create_product(api, categoryIds=[tree["A"]])
    before = api.get(f"/products/{product}")["updateTimestamp"]
    api.sandbox.clock.now += 50
    api.put(f"/categories/{tree['A']}", {"name": "New", "enabled": False})
    item = api.get(f"/products/{product}")
    assert (item["categories"][0]["name"], item["categories"][0]["enabled"]) == ("New", False)
    assert item["updateTimestamp"] == before


def test_an_external_id_is_unique(api):
    api.post("/categories", {"name": "x", "externalReferenceId": "E"})
    assert api.refused("POST", "/categories", {"name": "y", "externalReferenceId": "E"})[:2] == (
        409,
        "EXTERNAL_ID_ALREADY_USED",
    )


def test_urls_follow_the_storefront_parameters(api, tree):
    number = tree["A"]
    for flags, expected in [
        ({}, f"https://shop.example#!/A/c/{number}"),
        ({"cleanURLs": True}, f"https://shop.example/A-c{number}"),
    ]:
        requested = {"baseUrl": "https://shop.example", "responseFields": "url", **flags}
        assert api.get(f"/categories/{number}", **requested) == {"url": expected}


# Undocumented parameters and errors, known from Ecwid's own client.


def test_categories_are_found_by_their_ids(api, tree):
    wanted = [item["id"] for item in api.get("/categories")["items"]][:2]
    assert [item["id"] for item in api.get("/categories", categoryIds=wanted)["items"]] == wanted


def test_both_spellings_of_the_path_delimiter_work(api, tree):
    name = api.get("/categories")["items"][0]["name"]
    documented = api.get("/categoriesByPath", path=name, delimeter="/")
    assert documented["total"] == 1
    assert api.get("/categoriesByPath", path=name, delimiter="/") == documented
    assert api.refused("GET", "/categoriesByPath", path=name)[:2] == (400, "WRONG_PARAMETER")


def test_products_of_external_categories_cannot_be_changed(api):
    category, product = api.post("/categories", {"name": "Theirs"})["id"], api.post("/products", {"name": "x"})["id"]
    code = "NOT_ALLOWED_TO_UPDATE_EXTERNAL_CATEGORIES"
    api.store.simulated_errors.add(code)
    members = {"productIds": [product]}
    for action in ("assignProducts", "unassignProducts"):
        assert api.refused("POST", f"/categories/{category}/{action}", members)[:2] == (409, code)
    assert api.refused("PUT", f"/categories/{category}", members)[:2] == (409, code)
    api.put(f"/categories/{category}", {"name": "Still theirs"})
