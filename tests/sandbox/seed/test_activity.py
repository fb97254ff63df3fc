"""Demo stores that change while they are served."""

from collections import Counter

import anyio
import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import (
    DEMO_STORE_ID,
    DEMO_TOKEN,
    StoreActivity,
    demo_sandbox,
    demo_stores,
    simulate_activity,
)
from tests.sandbox.api import Api
from tests.sandbox.schema_checker import Checker

SIZES = {"products": 10, "orders": 10, "customers": 3, "carts": 1, "categories": 1}


def writes(sandbox: Sandbox) -> Counter[tuple[str, str]]:
    """How often each kind of change was made."""
    return Counter((made.method, made.path.split("/")[2]) for made in sandbox.requests if made.method != "GET")


def test_products_and_orders_are_created_changed_and_deleted() -> None:
    sandbox = demo_sandbox(**SIZES, requests_per_minute=5)
    activity = StoreActivity(sandbox)
    for _ in range(300):
        activity.change()
    assert {(made.status, made.counted) for made in sandbox.requests} == {(200, False)}
    made = writes(sandbox)
    assert made.keys() == {
        (method, section) for method in ("POST", "PUT", "DELETE") for section in ("products", "orders")
    }
    assert min(made.values()) > 10
    assert sum(made.values()) == 300
    api = Api(sandbox)
    for section in ("products", "orders"):
        assert api.get(f"/{section}/deleted")["total"] == made["DELETE", section]
        assert api.get(f"/{section}")["total"] == 10 + made["POST", section] - made["DELETE", section]


def test_new_items_have_only_documented_fields_of_the_documented_types() -> None:
    sandbox = demo_sandbox(**dict.fromkeys(SIZES, 0))
    activity, checker = StoreActivity(sandbox), Checker()
    for _ in range(30):
        activity.change()
    api = Api(sandbox)
    for section, schema in {"products": "Product", "orders": "Order"}.items():
        items = api.get(f"/{section}")["items"]
        assert items
        for item in items:
            checker.entity(section, item, schema)
    assert checker.wrong == set()


def test_the_changes_are_the_same_for_the_same_seed() -> None:
    def change(seed: int) -> list[tuple[str, str]]:
        sandbox = demo_stores(5, **SIZES).sandbox
        activity = StoreActivity(sandbox, seed=seed)
        for _ in range(20):
            activity.change()
        return [(made.method, made.path) for made in sandbox.requests]

    assert change(1) == change(1) != change(2)


def test_all_stores_change_but_suspended_and_failing_ones() -> None:
    stores = demo_stores(8, **SIZES, broken=4)
    activity = StoreActivity(stores.sandbox)
    for _ in range(200):
        activity.change()
    changed = {int(made.path.split("/")[1]) for made in stores.sandbox.requests}
    unchanged = {number for number, problem in stores.broken.items() if problem in ("suspended", "server errors")}
    assert changed == stores.tokens.keys() - unchanged
    assert {made.status for made in stores.sandbox.requests} == {200}


def test_no_token_is_left_behind() -> None:
    sandbox = demo_sandbox(**SIZES)
    for _ in range(3):
        StoreActivity(sandbox).change()
    store = sandbox.stores[DEMO_STORE_ID]
    assert store.access("secret_activity") is None
    assert store.access(DEMO_TOKEN) is not None


def test_without_working_stores_nothing_happens() -> None:
    stores = demo_stores(1, **SIZES)
    stores.sandbox.stores[DEMO_STORE_ID].suspended = True
    for sandbox in (stores.sandbox, Sandbox()):
        StoreActivity(sandbox).change()
        assert not sandbox.requests


async def test_changes_are_made_at_the_given_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = demo_sandbox(**SIZES)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 5:
            raise TimeoutError

    monkeypatch.setattr(anyio, "sleep", sleep)
    with pytest.raises(TimeoutError):
        await simulate_activity(sandbox, changes_per_second=4)
    assert waits == [0.25] * 5
    assert sum(writes(sandbox).values()) == 5
