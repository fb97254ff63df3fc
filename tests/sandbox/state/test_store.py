"""The lists of a store."""

import pytest

from ecwid_async.sandbox import Sandbox, Store


@pytest.fixture
def store() -> Store:
    return Sandbox().add_store(1, token="t")


def test_loaded_items_are_stored_unchanged(store: Store) -> None:
    item = {"id": 5, "name": "Sól 🧂", "price": 0.1, "createTimestamp": 7, "strange": [None, {"a": 1}]}
    store.load("products", [item])
    assert store.count("products") == 1
    assert store.table("products").get(5) == item


def test_the_error_for_an_unknown_list_names_the_known_ones(store: Store) -> None:
    with pytest.raises(KeyError, match="products"):
        store.load("produce", [])
