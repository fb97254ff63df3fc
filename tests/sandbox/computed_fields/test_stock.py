"""Stock of products and variations."""

import pytest

from ecwid_async.sandbox.computed_fields.stock import is_in_stock, set_stock, share_stock
from ecwid_async.sandbox.state import Item


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"unlimited": True}, True),
        ({"quantity": 1}, True),
        ({"quantity": 0}, False),
        ({"quantity": 0, "combinations": [{"quantity": 0}, {"unlimited": True}]}, True),
        ({}, False),
    ],
)
def test_an_item_is_in_stock_if_it_or_a_variation_is(item: Item, expected: bool) -> None:
    assert is_in_stock(item) is expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"quantity": 3}, {"unlimited": False, "quantity": 3}),
        ({"unlimited": True}, {"unlimited": True}),
        ({"unlimited": False}, {"unlimited": False, "quantity": 9}),
        ({"quantity": None}, {"unlimited": False, "quantity": 9}),
    ],
)
def test_quantity_and_unlimited_exclude_each_other(change: Item, expected: Item) -> None:
    stored = {"unlimited": False, "quantity": 9}
    item = stored | {name: value for name, value in change.items() if value is not None}
    set_stock(item, change)
    assert item == expected


def test_the_variation_with_the_products_sku_has_its_stock() -> None:
    product = {
        "sku": "A",
        "quantity": 4,
        "unlimited": False,
        "combinations": [{"sku": "A", "unlimited": True}, {"sku": "B", "unlimited": True}],
    }
    share_stock(product)
    assert product["combinations"] == [
        {"sku": "A", "unlimited": False, "quantity": 4, "inStock": True},
        {"sku": "B", "unlimited": True},
    ]
