"""Many demo stores: their sizes, tokens and problems."""

from collections import Counter
from typing import Any

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DemoStores, demo_stores
from tests.sandbox.api import Api

SIZES = {"products": 4, "orders": 4, "customers": 3, "carts": 2, "categories": 2}


def api(stores: DemoStores, store_id: int) -> Api:
    return Api(stores.sandbox, store_id=store_id, token=stores.tokens[store_id])


def contents(sandbox: Sandbox, store_id: int) -> dict[str, list[bytes | None]]:
    store = sandbox.stores[store_id]
    return {section: [store.table(section).raw(key) for key in store.table(section)] for section in store.sections}


@pytest.fixture(scope="module")
def stores() -> DemoStores:
    return demo_stores(25, **SIZES)


def test_each_store_has_its_own_id_token_and_data(stores: DemoStores) -> None:
    ids = list(range(DEMO_STORE_ID, DEMO_STORE_ID + 25))
    assert list(stores.tokens) == list(stores.sandbox.stores) == ids
    assert len(set(stores.tokens.values())) == 25
    assert stores.broken == {}
    names = Counter[str]()
    for store_id in ids:
        profile = api(stores, store_id).get("/profile")
        assert profile["generalInfo"]["storeId"] == store_id
        names[api(stores, store_id).get("/products", limit=1)["items"][0]["name"]] += 1
    assert len(names) > 15
    other = Api(stores.sandbox, store_id=ids[0], token=stores.tokens[ids[1]])
    assert other.refused("GET", "/profile")[:2] == (403, "INVALID_API_TOKEN")


def test_a_few_stores_are_large_and_most_are_smaller_than_the_average() -> None:
    stores = demo_stores(100, products=10, customers=3, orders=0, carts=0, categories=0).sandbox.stores.values()
    products, customers = (sorted(store.count(name) for store in stores) for name in ("products", "customers"))
    assert (products[0], products[-1]) == (2, 100)
    assert (customers[0], customers[-1]) == (1, 30)
    assert 8 < sum(products) / 100 < 12
    assert products[50] < 5
    # Nothing was asked for.
    assert {store.count(name) for store in stores for name in ("orders", "carts", "categories")} == {0}


def test_a_store_depends_on_its_id_and_the_seed_only(stores: DemoStores) -> None:
    again, other = demo_stores(5, **SIZES), demo_stores(5, **SIZES, seed=2)
    for store_id in again.tokens:
        assert contents(again.sandbox, store_id) == contents(stores.sandbox, store_id)
        assert contents(other.sandbox, store_id) != contents(stores.sandbox, store_id)


def test_a_write_to_one_store_changes_no_other(stores: DemoStores) -> None:
    """Though their profiles share values."""
    first, second = (api(stores, store_id) for store_id in (1003, 1004))
    before = second.get("/profile")
    first.put("/profile", {"settings": {"storeName": "Tea & more"}, "company": {"city": "Kyoto"}})
    assert first.get("/profile")["settings"]["storeName"] == "Tea & more"
    assert second.get("/profile") == before


def test_broken_stores_fail_in_different_ways() -> None:
    stores = demo_stores(10, **SIZES, broken=5)
    assert stores.broken == {
        1004: "invalid token",
        1006: "suspended",
        1008: "server errors",
        1010: "slow responses",
        1012: "invalid token",
    }
    for store_id, expected in {
        1004: (403, "INVALID_API_TOKEN"),
        1006: (402, "STORE_IS_SUSPENDED"),
        1008: (500, "INTERNAL_ERROR"),
        1012: (403, "INVALID_API_TOKEN"),
    }.items():
        assert api(stores, store_id).refused("GET", "/products")[:2] == expected
    delays = {number: store.response_delay for number, store in stores.sandbox.stores.items() if store.response_delay}
    assert delays == {1010: 3}
    for store_id in stores.tokens.keys() - stores.broken.keys() | {1010}:
        assert api(stores, store_id).get("/products")["total"] > 0


@pytest.mark.parametrize("broken", [1, 2, 3, 7])
def test_any_number_of_stores_can_be_broken(broken: int) -> None:
    stores = demo_stores(7, **dict.fromkeys(SIZES, 0), broken=broken)
    assert len(stores.broken) == broken
    assert stores.broken.keys() <= stores.tokens.keys()


@pytest.mark.parametrize("broken", [-1, 3])
def test_more_broken_stores_than_stores_are_refused(broken: Any) -> None:
    with pytest.raises(ValueError, match="of 2 stores"):
        demo_stores(2, broken=broken)


def test_the_progress_is_reported() -> None:
    progress: list[int] = []
    demo_stores(3, **dict.fromkeys(SIZES, 0), on_progress=progress.append)
    assert progress == [1, 2, 3]
