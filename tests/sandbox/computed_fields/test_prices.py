"""Displayed prices. The fields derived from them are tested with the endpoints of products."""

from typing import Any

import pytest

from ecwid_async.sandbox import Sandbox, Store
from ecwid_async.sandbox.computed_fields import format_price


@pytest.fixture
def store() -> Store:
    return Sandbox().add_store(7, token="secret_1")


@pytest.mark.parametrize(
    ("formats", "text"),
    [
        ({}, "$1,234.50"),
        ({"currencyPrefix": "", "currencySuffix": " €", "currencyPrecision": 0}, "1,234 €"),
        ({"currencyGroupSeparator": ".", "currencyDecimalSeparator": ","}, "$1.234,50"),
        ({"currencyGroupSeparator": "", "currencyPrecision": 99}, "$1234.50000000"),
        ({"currencyPrecision": -1}, "$1,234"),
    ],
)
def test_an_amount_is_displayed_in_the_stores_format(store: Store, formats: dict[str, Any], text: str) -> None:
    store.profile = {"formatsAndUnits": formats}
    assert format_price(store, 1234.5) == text
