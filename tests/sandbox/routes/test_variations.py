"""Variations of a product."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.spec import SAMPLES
from tests.sandbox.routes.stores import empty_store
from tests.sandbox.routes.variation_helpers import COLOR, SIZE, chosen_options, create_shirt, create_variation


def ids(api, product):
    return [variation["id"] for variation in api.get(f"{product}/combinations")]


def test_variations_are_in_the_product_in_order_of_creation(api, product):
    created = [create_variation(api, product, size) for size in "LSM"]
    assert ids(api, product) == created
    embedded = api.get(product)["combinations"]
    assert embedded == api.get(f"{product}/combinations")
    assert [variation["combinationNumber"] for variation in embedded] == [1, 2, 3]
    assert api.get(f"{product}/combinations/{created[1]}") == embedded[1]


def test_the_server_adds_fields_to_a_variation(api, product):
    number = create_variation(api, product, "S")
    variation = api.get(f"{product}/combinations/{number}")
    [option] = variation["options"]
    assert option["nameTranslated"] == {"de": "Größe", "en": "Size"}
    assert option["valueTranslated"] == {"de": "klein", "en": "S"}
    assert (variation["unlimited"], variation["inStock"]) == (True, True)
    assert "quantity" not in variation
    assert variation["defaultDisplayedPriceFormatted"] == "$10.00"


def test_the_price_of_a_variation_defaults_to_product_and_options(api, product):
    for size, price in (("S", 10), ("M", 12), ("L", 15)):
        number = create_variation(api, product, size)
        assert api.get(f"{product}/combinations/{number}")["defaultDisplayedPrice"] == price
    api.put(product, {"price": 20})
    shown = [variation["defaultDisplayedPrice"] for variation in api.get(f"{product}/combinations")]
    assert shown == [20, 22, 30]


def test_an_update_changes_only_the_given_fields_of_one_variation(api, product):
    one, two = create_variation(api, product, "S", price=5, sku="A"), create_variation(api, product, "M", quantity=3)
    before = api.get(f"{product}/combinations/{two}")
    assert api.put(f"{product}/combinations/{one}", {"quantity": 7, "unlimited": False}) == {"updateCount": 1}
    changed = api.get(f"{product}/combinations/{one}")
    assert (changed["price"], changed["sku"], changed["quantity"], changed["unlimited"]) == (5, "A", 7, False)
    assert api.get(f"{product}/combinations/{two}") == before
    api.put(f"{product}/combinations/{one}", {"unlimited": True})
    assert "quantity" not in api.get(f"{product}/combinations/{one}")


def test_a_purchase_limit_is_cleared_with_a_null(api, product):
    number = create_variation(api, product, minPurchaseQuantity=2)
    api.put(f"{product}/combinations/{number}", {"minPurchaseQuantity": None, "price": None})
    assert "minPurchaseQuantity" not in api.get(f"{product}/combinations/{number}")


def test_deleting_a_variation_keeps_the_others_and_never_reuses_an_id(api, product):
    one, two = create_variation(api, product, "S"), create_variation(api, product, "M")
    assert api.delete(f"{product}/combinations/{one}") == {"deleteCount": 1}
    assert ids(api, product) == [two]
    assert create_variation(api, product, "S") not in {one, two}
    assert api.refused("DELETE", f"{product}/combinations/{one}")[:2] == (404, "COMBINATION_NOT_FOUND")


def test_deleting_all_variations_succeeds_even_if_there_are_none(api, product):
    create_variation(api, product, "S")
    create_variation(api, product, "M")
    assert api.delete(f"{product}/combinations") == {"deleteCount": 2}
    assert api.delete(f"{product}/combinations") == {"deleteCount": 0}
    assert api.get(product)["combinations"] == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_missing_variation_or_product_is_refused(api, product, method):
    body = {} if method == "PUT" else None
    assert api.refused(method, f"{product}/combinations/5", body)[:2] == (404, "COMBINATION_NOT_FOUND")
    assert api.refused(method, "/products/5/combinations/5", body)[:2] == (404, "PRODUCT_NOT_FOUND")


# Invalid combinations of fields.


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"options": None}, 400, "WRONG_PARAMETER"),
        ({"options": chosen_options(Weight="1 kg")}, 409, "COMBINATION_CONTAINS_REMOVED_OPTION"),
        ({"options": chosen_options(Size="XXL")}, 409, "COMBINATION_CONTAINS_REMOVED_OPTION_VALUE"),
        ({"options": chosen_options(Size="M")}, 409, "COMBINATION_DUPLICATED"),
        ({"sku": "TAKEN"}, 409, "SKU_ALREADY_EXISTS"),
        ({"sku": "OTHER"}, 409, "SKU_ALREADY_EXISTS"),
        ({"sku": "SHIRT", "quantity": 4}, 400, "DIFFERENT_COMBINATION_STOCK"),
        (
            {"sku": "SHIRT", "dimensions": {"length": 1, "width": 1, "height": 1}},
            400,
            "DIFFERENT_COMBINATION_DIMENSIONS",
        ),
        ({"costPrice": -1}, 400, "COST_PRICE_CANT_BE_NEGATIVE"),
        ({"price": -1}, 400, "WRONG_PARAMETER"),
        ({"wholesalePrices": [{"quantity": 5}]}, 400, "WHOLESALE_PRICES_CANT_BE_NULL"),
        ({"wholesalePrices": [{"quantity": 5, "price": 0}]}, 400, "WHOLESALE_PRICES_CANT_BE_NULL"),
        ({"wholesalePrices": [{"quantity": 5, "price": -1}]}, 400, "WHOLESALE_PRICES_CANT_BE_NEGATIVE"),
        ({"wholesalePrices": [{"quantity": 5, "price": 11}]}, 400, "WHOLESALE_PRICES_TOO_BIG"),
        ({"wholesalePrices": [{"quantity": 1, "price": 1}]}, 400, "WHOLESALE_PRICES_QUANTITY_TOO_SMALL"),
        ({"locationInventory": {"1": 2}}, 409, "NOT_ALLOWED_TO_UPDATE_PARAMETER"),
    ],
)
def test_invalid_variations_are_refused_with_the_documented_code(api, product, fields, status, code):
    create_variation(api, product, "M", sku="TAKEN")
    api.post("/products", {"name": "Other", "sku": "OTHER"})
    body = {"options": chosen_options(Size="S"), **fields}
    assert api.refused("POST", f"{product}/combinations", body)[:2] == (status, code)
    assert len(ids(api, product)) == 1


def test_options_in_use_cannot_be_removed_unless_variations_are_rebuilt(api, product):
    one, two = create_variation(api, product, "S"), create_variation(api, product, "M")
    fewer = {"options": [SIZE | {"choices": SIZE["choices"][1:]}]}
    assert api.refused("PUT", product, fewer)[:2] == (409, "COMBINATION_CONTAINS_REMOVED_OPTION_VALUE")
    assert api.refused("PUT", product, {"options": [COLOR]})[:2] == (409, "COMBINATION_CONTAINS_REMOVED_OPTION")
    assert ids(api, product) == [one, two]
    api.put(product, fewer, rebuildVariationsOnOptionsUpdate=True)
    assert ids(api, product) == [two]


def test_a_product_has_at_most_200_variations(api):
    many = {"type": "SELECT", "name": "No", "choices": [{"text": str(number)} for number in range(201)]}
    options = [{"options": chosen_options(No=str(number))} for number in range(200)]
    body = {"name": "x", "options": [many], "combinations": options}
    product = f"/products/{api.post('/products', body, saveCombinations=True)['id']}"
    code = "COMBINATION_LIMIT_PER_REQUEST_EXCEEDED"
    assert api.refused("POST", f"{product}/combinations", {"options": chosen_options(No="200")})[:2] == (400, code)


def test_a_product_is_in_stock_while_any_variation_is(api):
    product = create_shirt(api, quantity=0)
    number = create_variation(api, product, quantity=1)
    assert api.get(product)["inStock"] is True
    api.put(f"{product}/combinations/{number}/inventory", {"quantityDelta": -1})
    assert api.get(product)["inStock"] is False


# Reading.


def test_variations_are_in_the_requested_language_with_the_requested_fields(api, product):
    create_variation(api, product, "S")
    german = api.get(f"{product}/combinations", lang="de", responseFields="options(name,value)")
    assert german == [{"options": [{"name": "Größe", "value": "klein"}]}]


def test_a_product_is_found_by_the_sku_of_a_variation(api, product):
    create_variation(api, product, sku="ABC-1")
    assert [item["sku"] for item in api.get("/products", sku="ABC-1")["items"]] == ["SHIRT"]


def test_the_documented_bodies_are_accepted(api):
    product = create_shirt(api, options=[SIZE, COLOR])
    number = api.post(f"{product}/combinations", json.loads((SAMPLES / "create_variation.request.json").read_bytes()))[
        "id"
    ]
    change = json.loads((SAMPLES / "update_variation.request.json").read_bytes())
    assert api.put(f"{product}/combinations/{number}", change, checkLowStockNotification=True) == {"updateCount": 1}
    variation = api.get(f"{product}/combinations/{number}")
    for name in change.keys() - {"attributes"}:
        assert variation[name] == change[name]


def test_nulls_clear_every_field_with_the_switch():
    api = empty_store(null_clears=True)
    product = create_shirt(api)
    number = create_variation(api, product, price=5)
    api.put(f"{product}/combinations/{number}", {"price": None})
    assert "price" not in api.get(f"{product}/combinations/{number}")


# Comparison with a list.

WRITES = st.lists(
    st.one_of(
        st.tuples(st.just("create"), st.integers(0, 7)),
        st.tuples(st.just("price"), st.integers(0, 7)),
        st.tuples(st.just("stock"), st.integers(0, 7)),
        st.tuples(st.just("delete"), st.integers(0, 7)),
        st.tuples(st.just("delete all"), st.just(0)),
    ),
    max_size=15,
)


@settings(max_examples=40, deadline=None)
@given(writes=WRITES, lag=st.sampled_from([0, 30]))
def test_any_sequence_of_writes_has_the_same_result_as_on_a_list(writes, lag):
    api = empty_store(upsert_lag=lag)
    number = {"type": "SELECT", "name": "No", "choices": [{"text": str(at)} for at in range(8)]}
    product = create_shirt(api, options=[number])
    expected = {}
    for write, at in writes:
        path = f"{product}/combinations/{expected[at]['id']}" if at in expected else None
        if write == "create" and path is None:
            created = api.post(f"{product}/combinations", {"options": chosen_options(No=str(at)), "quantity": at})["id"]
            expected[at] = {"id": created, "quantity": at}
        elif write == "create":
            body = {"options": chosen_options(No=str(at))}
            assert api.refused("POST", f"{product}/combinations", body)[1] == "COMBINATION_DUPLICATED"
        elif write == "delete all":
            assert api.delete(f"{product}/combinations") == {"deleteCount": len(expected)}
            expected.clear()
        elif path is not None and write == "price":
            api.put(path, {"price": at + 0.5})
            expected[at]["price"] = at + 0.5
        elif path is not None and write == "stock":
            expected[at]["quantity"] -= 3
            warned = "warning" in api.put(f"{path}/inventory", {"quantityDelta": -3})
            assert warned == (expected[at]["quantity"] < 0)
        elif path is not None:
            api.delete(path)
            del expected[at]
    fields = ("id", "quantity", "price")
    found = [{n: one[n] for n in fields if n in one} for one in api.get(f"{product}/combinations")]
    assert found == list(expected.values())
    assert [one["id"] for one in api.get(product)["combinations"]] == [one["id"] for one in found]
