"""Demo stores look real, their amounts add up, and the same seed always gives the same store."""

import hashlib
import json
import re
from collections import Counter
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import quote_plus

import msgspec
import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox, profile, sections, seed
from ecwid_async.sandbox.state import EncodedItem
from tests.sandbox.api import Api, Clock
from tests.sandbox.schema_checker import SCHEMAS, Checker

Item = dict[str, Any]

SECTIONS = {
    "products": "Product",
    "categories": "Category",
    "orders": "Order",
    "carts": "Cart",
    "customers": "Customer",
    "customer_groups": "CustomerGroup",
    "customer_extra_fields": "CustomerExtraField",
    "product_types": "ProductType",
    "reviews": "Review",
    "coupons": "DiscountCoupon",
    "promotions": "Promotion",
    "subscriptions": "Subscription",
}
# Differences between real stores and the documentation, according to Ecwid's own client.
KNOWN_DIFFERENCES = {
    ("orders.utmData", "is dict, not array"),
    ("carts.utmData", "is dict, not array"),
    ("reviews.orderId", "is int, not string"),
    ("reviews.orderNumber", "is not documented"),
}
SIZED_SECTIONS = ("products", "categories", "orders", "carts", "customers")
SIZES = {"products": 400, "orders": 500, "customers": 120, "carts": 80, "categories": 30}


@pytest.fixture(scope="module")
def store() -> dict[str, list[Item]]:
    """All items of one demo store, decoded from JSON."""
    return _decoded_sections(1)


def _decoded_sections(seed: int) -> dict[str, list[Item]]:
    items_by_section = sections(DEMO_STORE_ID, **SIZES, seed=seed)
    return {name: [json.loads(_encoded(item)) for item in items] for name, items in items_by_section}


def _encoded(item: Item | EncodedItem) -> bytes:
    return item.raw if isinstance(item, EncodedItem) else msgspec.json.encode(item)


# Fields and types.


@pytest.mark.parametrize(("section", "schema"), SECTIONS.items())
def test_every_item_has_only_documented_fields_of_the_documented_types(
    store: dict[str, list[Item]], section: str, schema: str
) -> None:
    checker = Checker()
    for item in store[section]:
        checker.entity(section, item, schema)
    assert checker.wrong <= KNOWN_DIFFERENCES


def test_the_profile_has_every_documented_field_with_its_type() -> None:
    checker = Checker()
    checker.entity("profile", profile(DEMO_STORE_ID), "Profile")
    assert not checker.wrong
    missing = {
        schema: absent
        for schema, seen in checker.seen.items()
        if (absent := {field["name"] for field in SCHEMAS[schema]["fields"]} - seen)
    }
    assert not missing
    hours = profile(DEMO_STORE_ID)["shipping"]["shippingOptions"][0]["businessHours"]
    assert set(json.loads(hours)) == {"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"}


def test_the_profile_has_the_id_of_its_store() -> None:
    assert profile(77)["generalInfo"]["storeId"] == 77


# Reproducible, and generated a few at once.


def test_the_same_seed_always_generates_the_same_store(
    store: dict[str, list[Item]],
) -> None:
    assert _decoded_sections(1) == store
    other = _decoded_sections(2)
    assert all(other[name] != store[name] for name in ("products", "orders", "carts", "customers"))


@pytest.mark.parametrize(
    ("number", "sizes", "digest"),
    [
        (1, {}, "11687fd2bf593158"),
        (2, {}, "fec18da95ec09b0e"),
        (77, {"products": 900, "orders": 30, "customers": 400, "carts": 90, "categories": 60}, "c923e8a6cc220dda"),
    ],
)
def test_the_content_of_a_demo_store_never_changes(number: int, sizes: dict[str, int], digest: str) -> None:
    """People compare exports of different versions: a changed byte is a decision, and belongs in the changelog."""
    store = demo_sandbox(**sizes, seed=number).stores[DEMO_STORE_ID]
    content = hashlib.sha256(msgspec.json.encode([store.profile, dict(store.section_data)], enc_hook=dict))
    for section in SECTIONS:
        table = store.table(section)
        content.update(msgspec.json.encode([section, [msgspec.Raw(table.raw(key) or b"null") for key in table]]))
    assert content.hexdigest()[:16] == digest


_SMALL = {"products": 5, "orders": 4, "customers": 3, "carts": 2, "categories": 2}


@pytest.mark.parametrize("first", ["orders", "products", "promotions", "sizes"])
def test_lists_generated_on_use_equal_those_generated_at_once(first: str) -> None:
    at_once = demo_sandbox(**_SMALL).stores[DEMO_STORE_ID]
    on_use = demo_sandbox(**_SMALL, on_use=True).stores[DEMO_STORE_ID]
    assert on_use.profile == at_once.profile
    if first != "sizes":
        assert len(on_use.table(first)) == len(at_once.table(first))
    assert on_use.sizes == at_once.sizes
    for section in at_once.sections:
        expected, table = at_once.table(section), on_use.table(section)
        assert [table.raw(key) for key in table] == [expected.raw(key) for key in expected]


def test_a_list_is_generated_when_it_is_first_used() -> None:
    generated: list[str] = []
    sandbox = demo_sandbox(**_SMALL, on_use=True, on_progress=lambda section, _: generated.append(section))
    store = sandbox.stores[DEMO_STORE_ID]
    assert generated == []
    store.table("categories")
    assert generated == ["products", "categories"]
    copy = store.copy_state()
    assert generated[-1] == "promotions", "a copy has all lists"
    store.table("orders").clear()
    copy.restore()
    assert store.count("orders") == 4
    assert len(generated) == len(set(generated))


def test_the_clock_does_not_change_a_demo_store() -> None:
    early, late = (
        Api(demo_sandbox(products=5, orders=5, customers=5, carts=5, categories=3, clock=Clock(now)))
        for now in (1_600_000_000, 1_900_000_000)
    )
    for path in ("/products", "/orders", "/carts", "/customers", "/categories"):
        assert early.send("GET", path).body == late.send("GET", path).body


def test_products_are_generated_a_few_at_once() -> None:
    wanted = {"products": 1_000_000, "orders": 0, "customers": 0, "carts": 0, "categories": 200}
    name, items = next(sections(DEMO_STORE_ID, **wanted, seed=1))
    assert name == "products"
    names = [json.loads(_encoded(item))["name"] for item in islice(items, 3)]
    assert [name.split()[-1] for name in names][1:] == ["2", "3"]


def test_searches_find_generated_products_like_loaded_ones(store: dict[str, list[Item]]) -> None:
    generated, loaded = (Sandbox().add_store(DEMO_STORE_ID, token="t") for _ in range(2))
    seed(generated, **SIZES)
    loaded.load("products", store["products"])
    found, expected = generated.table("products").index, loaded.table("products").index
    assert list(found) == list(expected)
    for column in ("created", "updated", *expected.columns.numbers):
        assert found.number_column(column) == expected.number_column(column)
    for column in expected.columns.texts:
        assert found.text_column(column) == expected.text_column(column)
    for term in expected.columns.terms:
        assert dict(found.value_counts(term)) == dict(expected.value_counts(term))
        for value, _ in expected.value_counts(term):
            assert list(found.slots_with(term, value)) == list(expected.slots_with(term, value))


# Variety.


@pytest.mark.parametrize("section", ["products", "orders"])
def test_items_differ_and_average_more_than_3500_bytes(store: dict[str, list[Item]], section: str) -> None:
    rows = [msgspec.json.encode(item) for item in store[section]]
    assert len(set(rows)) == len(rows)
    assert sum(map(len, rows)) / len(rows) > 3_500


@pytest.mark.parametrize("section", SECTIONS)
def test_ids_are_unique(store: dict[str, list[Item]], section: str) -> None:
    keys = {"carts": "cartId", "customer_extra_fields": "key", "subscriptions": "subscriptionId"}
    key = keys.get(section, "id")
    assert len({item[key] for item in store[section]}) == len(store[section])


def test_an_order_has_a_text_id_and_a_number(store: dict[str, list[Item]]) -> None:
    for order in store["orders"]:
        assert re.fullmatch(r"[A-Z2-9]{5}", order["id"])
        assert order["orderNumber"] == order["internalId"]
        assert order["vendorOrderNumber"] == order["id"]


def test_a_cart_has_an_upper_case_uuid(store: dict[str, list[Item]]) -> None:
    form = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
    assert all(form.fullmatch(cart["cartId"]) for cart in store["carts"])


@pytest.mark.parametrize(
    ("script", "characters"),
    [
        ("Cyrillic", r"[а-яё]"),
        ("Han", r"[一-鿿]"),
        ("kana", r"[ぁ-ヿ]"),
        ("Arabic", r"[ا-ي]"),
        ("Hebrew", r"[א-ת]"),
        ("Georgian", r"[ა-ჰ]"),
        ("emoji", r"[\U0001F300-\U0001FAFF]"),
    ],
)
def test_texts_are_in_many_scripts(store: dict[str, list[Item]], script: str, characters: str) -> None:
    text = "".join(json.dumps(items, ensure_ascii=False) for items in store.values())
    assert re.search(characters, text), script


def test_every_feature_is_used(store: dict[str, list[Item]]) -> None:
    products, orders = store["products"], store["orders"]
    assert {option["type"] for product in products for option in product["options"]} == set(
        SCHEMAS["ProductOption"]["fields"][0]["enum"]
    )
    for wanted in (
        [product for product in products if product["combinations"]],
        [product for product in products if not product["options"]],
        [product for product in products if not product["enabled"]],
        [product for product in products if product["galleryImages"]],
        [product for product in products if len(product["nameTranslated"]) > 1],
        [product for product in products if product["minPurchaseQuantity"] is None],
        [product for product in products if "weight" not in product],
        [product for product in products if product.get("compareToPrice", 0) > product["price"]],
        [product for product in products for attribute in product["attributes"] if attribute["type"] == "BRAND"],
        [product for product in products for attribute in product["attributes"] if attribute["type"] == "UPC"],
        [product for product in products if len(str(product.get("compareToPriceDiscountPercent", ""))) > 14],
        [category for category in store["categories"] if not category["enabled"]],
        [category for category in store["categories"] if "parentId" in category],
        [order for order in orders if order["refunds"]],
        [order for order in orders if order["shipments"]],
        [order for order in orders if order["discountInfo"]],
        [order for order in orders if order["couponDiscount"]],
        [order for order in orders if order["tax"]],
        [order for order in orders if order.get("orderExtraFields")],
        [order for order in orders if order["extraFields"]],
        [order for order in orders if order.get("pickupTime")],
        [order for order in orders if order["giftCardRedemption"]],
        [order for order in orders if "customerId" not in order],
        [order for order in orders if any("isPreorder" in line for line in order["items"])],
        [cart for cart in store["carts"] if cart["hidden"]],
        [customer for customer in store["customers"] if customer["customerGroupId"]],
        [customer for customer in store["customers"] if customer["taxExempt"]],
    ):
        assert wanted
    assert {order["paymentStatus"] for order in orders} > {"PAID", "REFUNDED", "CANCELLED"}
    assert {cart["paymentStatus"] for cart in store["carts"]} == {"INCOMPLETE"}


# Dates.


@pytest.mark.parametrize(
    ("section", "created", "updated"),
    [
        ("products", "created", "updated"),
        ("orders", "createDate", "updateDate"),
        ("carts", "createDate", "updateDate"),
        ("reviews", "createDate", "updateDate"),
    ],
)
def test_dates_equal_their_timestamps_and_span_years(
    store: dict[str, list[Item]], section: str, created: str, updated: str
) -> None:
    items = store[section]
    for item in items:
        assert _seconds(item[created]) == item["createTimestamp"] <= item["updateTimestamp"]
        assert _seconds(item[updated]) == item["updateTimestamp"]
    times = [item["createTimestamp"] for item in items]
    assert times == sorted(times)
    assert times[-1] - times[0] > 5 * 365 * 86_400
    assert max(item["updateTimestamp"] for item in items) < _seconds("2026-01-01 00:00:00 +0000")


def test_some_products_were_created_in_the_same_second(store: dict[str, list[Item]]) -> None:
    shared = Counter(product["createTimestamp"] for product in store["products"])
    assert shared.most_common(1)[0][1] > 10
    assert len(shared) > 300


def test_customers_registered_before_they_ordered(store: dict[str, list[Item]]) -> None:
    for customer in store["customers"]:
        if customer["stats"]["numberOfOrders"]:
            assert customer["registered"] <= customer["stats"]["firstOrderDate"]
            assert customer["updated"] >= customer["stats"]["lastOrderDate"]


def _seconds(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").timestamp())


# Amounts and references.


def test_the_amounts_of_orders_and_carts_add_up(store: dict[str, list[Item]]) -> None:
    for order in store["orders"] + store["carts"]:
        lines = order["items"]
        assert _cents(order["subtotal"]) == sum(_cents(line["price"]) * line["quantity"] for line in lines)
        parts = ("volumeDiscount", "membershipBasedDiscount", "totalAndMembershipBasedDiscount")
        assert _cents(order["discount"]) == sum(
            map(_cents, [*(order[part] for part in parts), *order.get("customDiscount", _custom_discounts(order))])
        )
        charged = (
            _cents(order["subtotal"])
            - _cents(order["discount"])
            - _cents(order["couponDiscount"])
            + _cents(order.get("shippingOption", {}).get("shippingRate", 0))
            + _cents(order.get("handlingFee", {}).get("value", 0))
            + sum(_cents(surcharge["total"]) for surcharge in order["customSurcharges"])
            + (0 if order["pricesIncludeTax"] else _cents(order["tax"]))
        )
        assert _cents(order["totalBeforeGiftCardRedemption"]) == charged
        assert _cents(order["total"]) == charged - _cents(order["giftCardRedemption"])
        assert _cents(order["tax"]) == sum(_cents(line["tax"]) for line in lines)
        assert _cents(order["refundedAmount"]) == sum(_cents(refund["amount"]) for refund in order["refunds"])
        discounts = [discount["total"] for line in lines for discount in line["discounts"]]
        assert sum(map(_cents, discounts)) == (
            _cents(order["discount"]) + _cents(order["couponDiscount"]) if lines else 0
        )


def _custom_discounts(cart: Item) -> list[float]:
    return [info["value"] for info in cart["discountInfo"] if info["base"] == "CUSTOM"]


def _cents(amount: float) -> int:
    cents = round(amount * 100)
    assert abs(cents - amount * 100) < 1e-6, amount
    return cents


def test_ordered_products_existed_at_the_time_of_the_order(store: dict[str, list[Item]]) -> None:
    products = {product["id"]: product for product in store["products"]}
    for order in store["orders"] + store["carts"]:
        for line in order["items"]:
            product = products[line["productId"]]
            assert (line["sku"], line["name"]) == (product["sku"], product["name"])
            assert product["createTimestamp"] <= order["createTimestamp"]
            prices = {variation["id"]: variation["defaultDisplayedPrice"] for variation in product["combinations"]}
            assert line["price"] == prices.get(line.get("combinationId"), product["price"])
            assert ("combinationId" in line) == bool(product["combinations"])


def test_products_are_in_existing_categories_with_correct_counts(store: dict[str, list[Item]]) -> None:
    categories = {category["id"]: category for category in store["categories"]}
    counted = Counter(number for product in store["products"] for number in product["categoryIds"])
    assert {number: category["productCount"] for number, category in categories.items()} == {
        number: counted[number] for number in categories
    }
    assert all(category["enabledProductCount"] <= category["productCount"] for category in categories.values())
    assert all(category.get("parentId", next(iter(categories))) in categories for category in categories.values())
    for product in store["products"]:
        assert [category["id"] for category in product["categories"]] == product["categoryIds"]
        assert all(category["enabled"] == categories[category["id"]]["enabled"] for category in product["categories"])


def test_customers_have_the_statistics_of_their_orders(store: dict[str, list[Item]]) -> None:
    by_email: dict[str, list[Item]] = {}
    for order in store["orders"]:
        by_email.setdefault(order["email"], []).append(order)
    assert len({customer["email"] for customer in store["customers"]}) == len(store["customers"])
    for customer in store["customers"]:
        orders, stats = by_email.get(customer["email"], []), customer["stats"]
        assert stats["numberOfOrders"] == customer["totalOrderCount"] == len(orders)
        assert _cents(stats["salesValue"]) == sum(_cents(order["total"]) for order in orders)
        assert all(order["customerId"] == customer["id"] for order in orders)
        if orders:
            assert (stats["firstOrderDate"], stats["lastOrderDate"]) == (
                orders[0]["createDate"],
                orders[-1]["createDate"],
            )
            assert stats["averageOrderValue"] == pytest.approx(stats["salesValue"] / len(orders))


def test_reviews_are_of_ordered_products_with_correct_counts(store: dict[str, list[Item]]) -> None:
    orders = {order["orderNumber"]: order for order in store["orders"]}
    customers = {customer["id"]: customer for customer in store["customers"]}
    reviews_by_product: dict[int, list[Item]] = {}
    for review in store["reviews"]:
        order, customer = orders[review["orderId"]], customers[review["customerId"]]
        assert review["orderNumber"] == order["id"]
        assert order["email"] == customer["email"] == review["reviewerInfo"]["email"]
        assert customer["totalOrderCount"] == review["reviewerInfo"]["orders"]
        assert review["productId"] in [line["productId"] for line in order["items"]]
        assert review["createTimestamp"] > order["createTimestamp"]
        reviews_by_product.setdefault(review["productId"], []).append(review)
    for product in store["products"]:
        reviews = reviews_by_product.get(product["id"], [])
        published = [review["rating"] for review in reviews if review["status"] == "published"]
        assert product.get("reviewsPublished", 0) == len(published)
        assert product.get("reviewsModerated", 0) == len(reviews) - len(published)
        assert product.get("rating") == (sum(published) / len(published) if published else None)
    assert {review["status"] for review in store["reviews"]} == {"published", "moderated"}


def test_orders_use_existing_coupons_and_products_use_existing_attributes(
    store: dict[str, list[Item]],
) -> None:
    coupons = {coupon["code"]: coupon for coupon in store["coupons"]}
    used = {order["discountCoupon"]["code"] for order in store["orders"] if "discountCoupon" in order}
    assert used
    assert used <= coupons.keys()
    [general] = (one for one in store["product_types"] if one["id"] == 0)
    known = {attribute["id"]: (attribute["name"], attribute["type"]) for attribute in general["attributes"]}
    for product in store["products"]:
        assert all(known[one["id"]] == (one["name"], one["type"]) for one in product["attributes"])


def test_the_sandbox_accepts_every_demo_coupon_promotion_and_type() -> None:
    sandbox = demo_sandbox(products=7, orders=6, customers=5, carts=4, categories=3, requests_per_minute=None)
    api = Api(sandbox)
    for coupon in api.all("/discount_coupons"):
        assert api.put(f"/discount_coupons/{quote_plus(coupon['code'])}", coupon) == {"updateCount": 1}
    for promotion in api.all("/promotions"):
        assert api.put(f"/promotions/{promotion['id']}", promotion) == {"updateCount": 1}
        assert promotion in api.all("/promotions")
    for kind in api.get("/classes"):
        api.put(f"/classes/{kind['id']}", {"attributes": kind["attributes"]})
        assert kind in api.get("/classes")


# Stores.


def test_a_demo_sandbox_has_the_requested_sizes() -> None:
    sandbox = demo_sandbox(products=7, orders=6, customers=5, carts=4, categories=3, requests_per_minute=None)
    store = sandbox.stores[DEMO_STORE_ID]
    assert {section: store.count(section) for section in SIZED_SECTIONS} == {
        "products": 7,
        "orders": 6,
        "customers": 5,
        "carts": 4,
        "categories": 3,
    }
    assert Api(sandbox, token=DEMO_TOKEN).get("/profile")["generalInfo"]["storeId"] == DEMO_STORE_ID
    assert sandbox.requests_per_minute is None


@pytest.mark.parametrize("nothing", ["products", "customers", "categories"])
def test_a_section_may_be_empty(nothing: str) -> None:
    store = Sandbox().add_store(5, token="t")
    seed(store, **{**SIZES, nothing: 0})
    assert store.count(nothing) == 0
    assert store.count("orders") == SIZES["orders"]
