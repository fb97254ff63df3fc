"""Products: writes, searches and filter values."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecwid_async.sandbox import routes, spec
from tests.models.spec import SAMPLES
from tests.sandbox.routes.product_helpers import create_product, product_ids, read_fields
from tests.sandbox.routes.stores import NOW, empty_store


def test_every_endpoint_of_the_catalog_is_served():
    documented = {
        operation
        for operation, endpoint in spec.load().endpoints.items()
        if endpoint.section in {"products", "categories"}
    }
    assert documented <= set(routes.load().operations)


# Writes.


def test_a_product_needs_only_a_name(api):
    number = create_product(api)
    assert product_ids(api) == [number]
    item = api.get(f"/products/{number}")
    expected = {
        "enabled": True,
        "unlimited": True,
        "inStock": True,
        "price": 0,
        "created": "2024-09-04 07:20:11 +0000",
        "updateTimestamp": NOW,
        "nameTranslated": {"en": "Thing"},
        "files": [],
        "categoryIds": [],
    }
    assert {name: item[name] for name in expected} == expected
    assert item["media"]["images"] == []
    assert item["sku"]
    assert "quantity" not in item


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": " "}, {"name": "x", "price": -1}])
def test_a_product_without_a_name_or_with_a_negative_price_is_refused(api, body):
    assert api.refused("POST", "/products", body)[:2] == (400, "WRONG_PARAMETER")
    assert product_ids(api) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"costPrice": -1}, "COST_PRICE_CANT_BE_NEGATIVE"),
        ({"wholesalePrices": [{"quantity": 5}]}, "WHOLESALE_PRICES_CANT_BE_NULL"),
        ({"wholesalePrices": [{"quantity": 5, "price": -1}]}, "WHOLESALE_PRICES_CANT_BE_NEGATIVE"),
        ({"wholesalePrices": [{"quantity": 1, "price": 1}]}, "WHOLESALE_PRICES_QUANTITY_TOO_SMALL"),
        ({"categoryIds": [5]}, "CATEGORIES_NOT_FOUND"),
    ],
)
def test_invalid_products_are_refused_with_the_documented_code(api, body, code):
    assert api.refused("POST", "/products", {"name": "x", **body})[1] == code


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"wholesalePrices": [{"quantity": 5, "price": 0}]}, 400, "WHOLESALE_PRICES_CANT_BE_NULL"),
        ({"wholesalePrices": [{"quantity": 5, "price": 8}]}, 400, "WHOLESALE_PRICES_TOO_BIG"),
        ({"categoryIds": list(range(101))}, 402, "MAX_CATEGORIES_FOR_API_REQUEST_LIMIT_EXCEEDED"),
        ({"locationInventory": {"1": 5}}, 409, "NOT_ALLOWED_TO_UPDATE_PARAMETER"),
    ],
)
def test_invalid_changes_are_refused_with_the_documented_code(api, body, status, code):
    number = create_product(api, price=7)
    assert api.refused("PUT", f"/products/{number}", body)[:2] == (status, code)


def test_a_store_without_translations_can_be_simulated(api):
    api.store.profile["languages"] = {"enabledLanguages": ["en", "de"], "defaultLanguage": "en"}
    api.store.simulated_errors.add("LANGUAGES_NOT_ALLOWED")
    number = create_product(api, nameTranslated={"en": "Lamp", "de": "Lampe"})
    french = {"media": {"images": [{"alt": {"translated": {"fr": "Lampe"}}}]}}
    assert api.refused("PUT", f"/products/{number}", french)[:2] == (400, "LANGUAGES_NOT_ALLOWED")
    api.store.simulated_errors.add("MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE")
    german = {"options": [{"type": "SELECT", "name": "x", "choices": [{"text": "y", "textTranslated": {"de": "z"}}]}]}
    code = "MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE"
    assert api.refused("PUT", f"/products/{number}", german)[:2] == (400, code)


def test_an_update_changes_the_given_fields_and_the_update_time(api):
    number = create_product(api, price=5, weight=2, tax={"taxable": False, "taxClassCode": "food"})
    before = api.get(f"/products/{number}")
    api.sandbox.clock.now += 60
    assert api.put(f"/products/{number}", {"tax": {"taxable": True}, "name": None}) == {"updateCount": 1}
    after = api.get(f"/products/{number}")
    assert after["tax"] == before["tax"] | {"taxable": True}
    assert after["updateTimestamp"] == NOW + 60
    assert after["updated"] == "2024-09-04 07:21:11 +0000"
    changed = {"tax", "updated", "updateTimestamp"}
    assert {k: v for k, v in after.items() if k not in changed} == {k: v for k, v in before.items() if k not in changed}


def test_read_only_fields_in_a_body_are_ignored(api):
    number = create_product(api, id=5, createTimestamp=1, inStock=False, url="https://x.example", rating=5)
    item = api.get(f"/products/{number}")
    assert number != 5
    assert (item["createTimestamp"], item["inStock"]) == (NOW, True)
    assert "rating" not in item


def test_null_clears_clearable_fields(api):
    number = create_product(api, googleProductCategory=412, minPurchaseQuantity=2, price=5)
    api.put(f"/products/{number}", {"googleProductCategory": None, "minPurchaseQuantity": None, "price": None})
    item = api.get(f"/products/{number}")
    assert "googleProductCategory" not in item
    assert "minPurchaseQuantity" not in item
    assert item["price"] == 5


def test_null_clears_every_field_with_the_switch():
    api = empty_store(null_clears=True)
    number = create_product(api, subtitle="x")
    api.put(f"/products/{number}", {"subtitle": None})
    assert "subtitle" not in api.get(f"/products/{number}")


def test_an_update_can_return_the_item(api):
    number = create_product(api)
    response = api.put(f"/products/{number}", {"price": 7}, returnItem=True, responseFields="item(id,price)")
    assert response == {"item": {"id": number, "price": 7}}


def test_prices_are_shown_in_the_stores_format(api):
    api.store.profile["formatsAndUnits"] = {
        "currencyPrefix": "€",
        "currencyGroupSeparator": " ",
        "currencyDecimalSeparator": ",",
    }
    number = create_product(api, price=1234.5, compareToPrice=2000)
    item = api.get(f"/products/{number}")
    assert item["defaultDisplayedPriceFormatted"] == "€1 234,50"
    assert (item["compareToPriceDiscount"], item["compareToPriceDiscountPercent"]) == (765.5, 38)
    api.put(f"/products/{number}", {"compareToPrice": 0})
    assert not [name for name in api.get(f"/products/{number}") if "ompareToPriceDiscount" in name]


def test_the_error_names_the_missing_product(api):
    for method, path, body in [
        ("GET", "/products/77", None),
        ("PUT", "/products/77", {"name": "x"}),
        ("DELETE", "/products/77", None),
        ("PUT", "/products/77/inventory", {"quantityDelta": 1}),
        ("DELETE", "/products/77/files", None),
        ("DELETE", "/products/77/gallery", None),
    ]:
        assert api.refused(method, path, body) == (404, "PRODUCT_NOT_FOUND", "Product #77 not found")


def test_a_sku_belongs_to_one_product_or_variation(api):
    first = create_product(api, sku="A")
    variations = {"combinations": [{"sku": "B", "options": []}]}
    second = api.post("/products", {"name": "x", **variations}, saveCombinations=True)["id"]
    for sku in ("A", "B"):
        assert api.refused("POST", "/products", {"name": "y", "sku": sku})[:2] == (409, "SKU_ALREADY_EXISTS")
    assert api.refused("PUT", f"/products/{second}", {"sku": "A"})[0] == 409
    api.put(f"/products/{first}", {"sku": "A", "price": 1})
    assert product_ids(api, sku="B") == [second]
    api.delete(f"/products/{first}")
    create_product(api, sku="A")


def test_a_sku_is_unique_even_while_searches_lag():
    api = empty_store(upsert_lag=30)
    create_product(api, sku="A")
    assert api.get("/products")["total"] == 0
    assert api.refused("POST", "/products", {"name": "y", "sku": "A"})[0] == 409


def test_an_external_id_is_unique(api):
    create_product(api, externalReferenceId="X")
    assert api.refused("POST", "/products", {"name": "y", "externalReferenceId": "X"})[:2] == (
        409,
        "EXTERNAL_ID_ALREADY_USED",
    )


def test_deleted_products_are_listed_with_their_time(api):
    first, second, third = create_product(api), create_product(api), create_product(api)
    assert api.delete(f"/products/{second}") == {"deleteCount": 1}
    api.sandbox.clock.now += 100
    api.delete(f"/products/{first}")
    page = api.get("/products/deleted")
    assert (page["total"], page["items"][0]) == (2, {"id": second, "date": "2024-09-04 07:20:11 +0000"})
    assert api.get("/products/deleted", from_date=NOW + 1)["items"][0]["id"] == first
    assert api.get("/products/deleted", to_date="2024-09-04 07:20:12")["total"] == 1
    assert api.get("/products/deleted", limit=1, offset=1)["items"][0]["id"] == first
    assert product_ids(api) == [third]


def test_deleting_without_an_id_deletes_and_lists_all_products(api):
    numbers = [create_product(api) for _ in range(3)]
    assert api.delete("/products") == {"deleteCount": 3}
    assert product_ids(api) == []
    assert [item["id"] for item in api.get("/products/deleted")["items"]] == numbers
    assert create_product(api) > max(numbers)


# Search.


def test_the_limit_of_a_page_is_at_most_100(api):
    api.store.load("products", [{"id": number} for number in range(1, 251)])
    page = api.get("/products", limit=1000)
    assert (page["count"], page["limit"], page["total"]) == (100, 100, 250)
    last = api.get("/products", offset=200)
    assert (last["count"], last["offset"], last["limit"]) == (50, 200, 100)
    beyond = api.get("/products", offset=250, limit=7)
    assert (beyond["count"], beyond["items"], beyond["limit"]) == (0, [], 7)


def test_pages_can_be_shorter_than_requested():
    api = empty_store(page_size=30)
    api.store.load("products", [{"id": number} for number in range(1, 101)])
    page = api.get("/products", limit=50)
    assert (page["count"], page["limit"], page["total"]) == (30, 50, 100)
    assert product_ids(api) == list(range(1, 101))


def test_timestamps_can_be_in_milliseconds():
    api = empty_store(millisecond_sections=frozenset({"products"}))
    number = create_product(api, description='a "createTimestamp":1725434411 in a text')
    for item in (api.get(f"/products/{number}"), api.get("/products")["items"][0]):
        assert item["createTimestamp"] == NOW * 1000
        assert item["description"] == 'a "createTimestamp":1725434411 in a text'
    assert product_ids(api, createdFrom=NOW, createdTo=NOW) == [number]


def test_searches_lag_but_reading_by_id_does_not():
    api = empty_store(upsert_lag=10, delete_lag=20)
    number = create_product(api)
    assert (product_ids(api), api.get(f"/products/{number}")["id"]) == ([], number)
    api.sandbox.clock.now += 10
    assert product_ids(api) == [number]
    api.delete(f"/products/{number}")
    assert (product_ids(api), api.refused("GET", f"/products/{number}")[0]) == ([number], 404)
    api.sandbox.clock.now += 20
    assert product_ids(api) == []


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"keyword": "bear"}, ["bear", "shelf"]),
        ({"keyword": "OAK sh"}, ["shelf"]),
        ({"keyword": "q"}, ["letter"]),
        ({"keyword": "SKU-7"}, ["bear"]),
        ({"sku": "SKU-7"}, ["bear"]),
        ({"sku": "SKU"}, []),
        ({"externalReferenceId": "e1"}, ["shelf"]),
        ({"priceFrom": 10, "priceTo": 20}, ["bear", "letter"]),
        ({"enabled": False}, ["hidden"]),
        ({"enabled": True}, ["bear", "shelf", "letter", "gone"]),
        ({"inStock": True}, ["bear", "shelf", "letter", "hidden"]),
        ({"inventory": "outofstock"}, ["gone"]),
        ({"onsale": "onsale"}, ["letter"]),
        ({"onsale": "notonsale", "priceTo": 10}, ["bear", "hidden", "gone"]),
        ({"visibleInStorefront": False}, ["hidden", "gone"]),
        ({"discountsAllowed": False}, ["shelf"]),
        ({"isCustomerSetPrice": True}, ["gone"]),
        ({"isGiftCard": True}, ["hidden"]),
        ({"attribute_Brand": "bärli,Nobody"}, ["bear"]),
        ({"attribute_brand": "Ours"}, ["bear"]),
        ({"attribute_Material": "wool, dyed"}, []),
        ({"attribute_Material": r"wool\, dyed"}, ["shelf"]),
        ({"option_Size": "XL"}, ["bear"]),
        ({"option_Size": "S,M"}, ["bear", "letter"]),
        ({"enabledManualTaxes": "17"}, ["shelf"]),
        ({"taxClassCodes": "food,books"}, ["letter"]),
    ],
)
def test_each_filter_finds_its_products(api, params, expected):
    size = {"type": "SIZE", "name": "Size"}
    bear = {
        "name": "Bear",
        "sku": "SKU-7",
        "price": 10,
        "attributes": [{"alias": "BRAND", "value": "Bärli", "valueTranslated": {"fr": "Ours"}}],
        "options": [size | {"choices": [{"text": "S"}, {"text": "XL"}]}],
    }
    shelf = {
        "name": "Shelf",
        "description": "Oak, for a bear",
        "price": 99,
        "externalReferenceId": "e1",
        "discountsAllowed": False,
        "tax": {"enabledManualTaxes": [17]},
        "attributes": [{"name": "Material", "value": "wool, dyed"}],
    }
    letter = {
        "name": "Letter Q",
        "price": 20,
        "compareToPrice": 30,
        "tax": {"taxClassCode": "food"},
        "options": [size | {"choices": [{"text": "M"}]}],
    }
    hidden = {"name": "Hidden", "enabled": False, "isGiftCard": True}
    gone = {"name": "Gone", "quantity": 0, "outOfStockVisibilityBehaviour": "HIDE", "nameYourPriceEnabled": True}
    names = {"bear": bear, "shelf": shelf, "letter": letter, "hidden": hidden, "gone": gone}
    numbers = {create_product(api, **fields): name for name, fields in names.items()}
    assert [numbers[number] for number in product_ids(api, **params)] == expected


def test_ids_disable_the_other_filters(api):
    first, second, third = create_product(api), create_product(api, price=5), create_product(api)
    assert product_ids(api, productId=[third, first, 99], priceFrom=5) == [first, third]
    assert second not in product_ids(api, productId=[first])


def test_products_are_found_by_category_with_subcategories_on_request(api):
    top = api.post("/categories", {"name": "Top"})["id"]
    below = api.post("/categories", {"name": "Below", "parentId": top})["id"]
    other = api.post("/categories", {"name": "Other"})["id"]
    a, b, c = (
        create_product(api, categoryIds=[top]),
        create_product(api, categoryIds=[below]),
        create_product(api, categoryIds=[other]),
    )
    assert product_ids(api, category=top) == [a]
    assert product_ids(api, categories=[top, other]) == [a, c]
    assert product_ids(api, categories=top, includeProductsFromSubcategories=True) == [a, b]


PRODUCTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["Axe", "axle", "Öl", "Zebra", "box"]),
            "price": st.integers(0, 4).map(float),
            "enabled": st.booleans(),
            "createTimestamp": st.integers(100, 105),
            "updateTimestamp": st.integers(100, 105),
        }
    ),
    max_size=25,
)
SORTS = {
    "NAME": lambda item: item["name"].casefold(),
    "PRICE": lambda item: item["price"],
    "ADDED_TIME": lambda item: item["createTimestamp"],
    "UPDATED_TIME": lambda item: item["updateTimestamp"],
}


@settings(deadline=None)
@given(
    PRODUCTS,
    st.sampled_from(sorted(SORTS)),
    st.sampled_from(["ASC", "DESC"]),
    st.integers(1, 7),
    st.integers(100, 105),
    st.none() | st.booleans(),
)
def test_the_pages_of_a_search_add_up_to_the_filtered_and_sorted_list(rows, sort, way, limit, since, enabled):
    api = empty_store()
    rows = [{"id": number, **row} for number, row in enumerate(rows, start=1)]
    api.store.load("products", rows)
    wanted = [row for row in rows if row["updateTimestamp"] >= since and (enabled is None or row["enabled"] is enabled)]
    wanted.sort(key=lambda row: (SORTS[sort](row), row["id"]), reverse=way == "DESC")
    params = {"sortBy": f"{sort}_{way}", "updatedFrom": since, "limit": limit}
    if enabled is not None:
        params["enabled"] = enabled
    found = []
    while True:
        page = api.get("/products", **params, offset=len(found))
        assert page["total"] == len(wanted)
        if not page["items"]:
            break
        found += page["items"]
    assert found == wanted


def test_fields_are_selected_on_every_level(api):
    number = create_product(
        api, options=[{"type": "SELECT", "name": "Size", "choices": [{"text": "S"}, {"text": "M"}]}]
    )
    assert api.get("/products", responseFields="items(id,options(name,choices(text)))") == {
        "items": [{"id": number, "options": [{"name": "Size", "choices": [{"text": "S"}, {"text": "M"}]}]}]
    }
    assert api.get("/products", responseFields="total") == {"total": 1}
    assert read_fields(api, number, "id,tax(taxable)") == {"id": number, "tax": {"taxable": True}}


def test_urls_follow_the_storefront_parameters(api):
    number = create_product(api, name="Red Bear", customSlug="")
    assert read_fields(api, number, "url")["url"].endswith(f"company.site/products/Red-Bear-p{number}")
    requested = {"baseUrl": "https://shop.example", "responseFields": "items(url)"}
    for flags, expected in [
        ({}, f"https://shop.example#!/Red-Bear/p/{number}"),
        ({"cleanUrls": True}, f"https://shop.example/Red-Bear-p{number}"),
        ({"cleanUrls": True, "slugsWithoutIds": True}, "https://shop.example/Red-Bear"),
    ]:
        assert api.get("/products", **requested, **flags)["items"] == [{"url": expected}]


def test_texts_are_in_the_requested_language(api):
    number = create_product(
        api,
        nameTranslated={"de": "Ding"},
        options=[{"type": "SELECT", "name": "Size", "nameTranslated": {"de": "Größe"}, "choices": []}],
    )
    item = api.get(f"/products/{number}", lang="de")
    assert (item["name"], item["options"][0]["name"], item["sku"]) == ("Ding", "Größe", item["sku"])
    assert item["nameTranslated"] == {"de": "Ding", "en": "Thing"}
    assert api.get(f"/products/{number}", lang="fr")["name"] == "Thing"


def test_a_name_and_its_translation_stay_equal(api):
    number = create_product(api)
    api.put(f"/products/{number}", {"nameTranslated": {"en": "Object", "de": "Objekt"}})
    assert read_fields(api, number, "name") == {"name": "Object"}
    api.put(f"/products/{number}", {"name": "Item"})
    assert read_fields(api, number, "nameTranslated") == {"nameTranslated": {"en": "Item", "de": "Objekt"}}


# Stock, attributes, variations.


def test_stock_is_either_a_quantity_or_unlimited(api):
    number = create_product(api)
    api.put(f"/products/{number}", {"quantity": 0})
    assert read_fields(api, number, "unlimited,quantity,inStock") == {
        "unlimited": False,
        "quantity": 0,
        "inStock": False,
    }
    assert product_ids(api, inStock=True) == []
    api.put(f"/products/{number}", {"unlimited": True})
    assert read_fields(api, number, "unlimited,quantity,inStock") == {"unlimited": True, "inStock": True}


def test_clearing_the_quantity_makes_the_stock_unlimited():
    api = empty_store(null_clears=True)
    number = create_product(api, quantity=5)
    api.put(f"/products/{number}", {"quantity": None})
    assert read_fields(api, number, "quantity,unlimited") == {"unlimited": True}


def test_an_attribute_is_identified_by_alias_name_or_id(api):
    first = create_product(api, attributes=[{"alias": "BRAND", "value": "A"}, {"name": "Care", "value": "30 °C"}])
    brand, care = read_fields(api, first, "attributes")["attributes"]
    assert (brand["name"], brand["type"], brand["value"]) == ("Brand", "BRAND", "A")
    assert (care["type"], "alias" in brand) == ("CUSTOM", False)
    second = create_product(api, attributes=[{"name": "brand", "value": "B"}, {"id": care["id"], "value": "60 °C"}])
    other_brand, other_care = read_fields(api, second, "attributes")["attributes"]
    assert (other_brand["id"], other_brand["type"]) == (brand["id"], "BRAND")
    assert other_care["name"] == "Care"
    assert api.refused("POST", "/products", {"name": "x", "attributes": [{"value": "?"}]})[0] == 400


def test_variations_are_stored_only_on_request(api):
    body = {"name": "x", "price": 5, "combinations": [{"quantity": 0, "price": 7}, {"quantity": 3}]}
    plain = api.post("/products", body)["id"]
    assert read_fields(api, plain, "combinations") == {"combinations": []}
    number = api.post("/products", body, saveCombinations=True)["id"]
    one, two = read_fields(api, number, "combinations")["combinations"]
    assert [one["combinationNumber"], two["combinationNumber"]] == [1, 2]
    assert (one["inStock"], two["inStock"]) == (False, True)
    assert (one["defaultDisplayedPrice"], two["defaultDisplayedPrice"]) == (7, 5)
    assert one["id"] != two["id"]
    too_many = {"name": "x", "combinations": [{}] * 201}
    code = "COMBINATION_LIMIT_PER_REQUEST_EXCEEDED"
    assert api.refused("POST", "/products", too_many, saveCombinations=True)[:2] == (400, code)


def test_the_documented_bodies_are_accepted(api):
    body = json.loads((SAMPLES / "create_product.request.json").read_bytes())
    api.store.load("categories", [{"name": "C", "id": number} for number in body["categoryIds"]])
    number = api.post("/products", body)["id"]
    change = json.loads((SAMPLES / "update_product.request.json").read_bytes())
    api.put(f"/products/{number}", change)
    item = api.get(f"/products/{number}")
    for name in change.keys() - {"attributes", "tax"}:
        assert item[name] == change[name]


# Filter values.


def test_filter_values_count_the_products_of_a_search(api):
    category = api.post("/categories", {"name": "C"})["id"]
    brand = {"alias": "BRAND", "value": "Bärli", "valueTranslated": {"fr": "Ours"}}
    size = {"type": "SIZE", "name": "Size", "choices": [{"text": "S"}, {"text": "M"}]}
    create_product(api, price=5, attributes=[brand], categoryIds=[category], options=[size])
    create_product(api, price=7.5, compareToPrice=9, attributes=[brand], quantity=0)
    create_product(api, price=100, attributes=[{"alias": "BRAND", "value": "Other"}], enabled=False)
    fields = "price,inventory,onsale,categories,attribute_Brand,option_Size"
    by_query = api.get("/products/filters", filterFields=fields, enabled=True)
    by_body = api.post("/products/filters", {"params": {"filterFields": fields, "enabled": "true"}})
    assert by_query == by_body
    assert by_query["productCount"] == 2
    filters = by_query["filters"]
    assert (filters["price"]["minValue"], filters["price"]["maxValue"]) == (5, 7.5)
    assert filters["inventory"]["values"] == [
        {"id": "instock", "title": "In stock", "productCount": 1},
        {"id": "outofstock", "title": "Out of stock", "productCount": 1},
    ]
    assert [value["title"] for value in filters["onsale"]["values"]] == ["On sale", "Regular price"]
    assert filters["categories"]["values"] == [{"id": category, "title": "C", "productCount": 1}]
    assert filters["attribute_Brand"]["values"] == [{"title": "Bärli", "productCount": 2}]
    assert [value["title"] for value in filters["option_Size"]["values"]] == ["M", "S"]


def test_filter_values_are_limited_to_the_most_frequent(api):
    for value, times in {"a": 1, "b": 3, "c": 2}.items():
        for _ in range(times):
            create_product(api, attributes=[{"name": "Kind", "value": value}])
    for limits, expected in [("2", "bc"), ("attribute_Kind:1", "b"), ("attribute_Kind:all", "bca")]:
        response = api.get("/products/filters", filterFields="attribute_Kind", filterFacetLimit=limits)
        assert [value["title"] for value in response["filters"]["attribute_Kind"]["values"]] == list(expected)
    assert api.refused("GET", "/products/filters", filterFields="colour")[0] == 400
    assert api.refused("GET", "/products/filters")[0] == 400
