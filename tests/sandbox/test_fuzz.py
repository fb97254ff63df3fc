"""Random requests get a response in bounded time, and errors change nothing."""

import time
from functools import cache
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.sandbox.seed import DEMO_TOKEN, fill, sections
from ecwid_async.sandbox.state import Store
from tests.sandbox.api import Api, Clock
from tests.sandbox.fuzz import PNG, make_request
from tests.sandbox.snapshot import find_inconsistency, snapshot

# The CPU seconds that a request may take; most take a thousandth of that.
MAX_SECONDS = 1.0
# Creating a store takes as long as several requests, so with many examples each sends many.
REQUESTS = 100 if settings().max_examples >= 1000 else 3
CHOICES = [{"text": "Red", "priceModifier": 1}, {"text": "Blue"}]
PRODUCT = {
    "name": "Any",
    "attributes": [{"alias": "BRAND", "value": "x"}],
    "options": [{"name": "Size", "type": "SELECT", "choices": CHOICES}, {"name": "Photo", "type": "FILES"}],
}
LINE = {"name": "Any", "price": 3, "quantity": 2, "selectedOptions": [{"name": "Photo", "type": "FILES"}]}
SIZES = {"products": 4, "orders": 5, "customers": 3, "carts": 2, "categories": 3}


@cache
def items() -> list[tuple[str, list[dict[str, Any]]]]:
    return [(section, list(found)) for section, found in sections(7, **SIZES, seed=1)]


def small_store(switches: Switches) -> tuple[Sandbox, Clock]:
    clock = Clock()
    sandbox = Sandbox(clock=clock, requests_per_minute=None, switches=switches)
    fill(sandbox.add_store(7, token=DEMO_TOKEN), [(section, found[:8]) for section, found in items()])
    api = Api(sandbox, store_id=7)
    # Built-in items are created when they are first requested.
    for path in ("/customer_groups", "/classes", "/profile/order_statuses", "/application", "/products/1"):
        api.send("GET", path)
    product = api.post("/products", PRODUCT)["id"]
    for size in ("Red", "Blue"):
        api.post(f"/products/{product}/combinations", {"options": [{"name": "Size", "value": size}], "price": 3})
    api.post(f"/products/{product}/files", b"text", fileName="a.txt")
    api.post(f"/products/{product}/gallery/video", {"url": "https://www.youtube.com/watch?v=1"})
    api.post(f"/products/{product}/gallery", PNG)
    for status in ("PAID", "INCOMPLETE"):
        api.post("/orders", {"items": [LINE], "paymentStatus": status, "email": "a@example.com"})
    return sandbox, clock


def apply_lagging_writes(store: Store) -> None:
    for section in store.sections:
        store.table(section).show_due_writes()


SWITCHES = st.sampled_from(
    [Switches(), Switches(null_clears=True), Switches(upsert_lag=2, delete_lag=3), Switches(sequential_orders=True)]
)
# Zero means no request, so that a failure shrinks to the requests that it needs.
SEEDS = st.lists(st.integers(0, 2**32 - 1), min_size=REQUESTS, max_size=REQUESTS)


@pytest.mark.chaos
@given(seeds=SEEDS, switches=SWITCHES)
def test_random_requests_get_a_response_and_errors_change_nothing(seeds: list[int], switches: Switches) -> None:
    sandbox, clock = small_store(switches)
    store = sandbox.stores[7]
    before = snapshot(store)
    for seed in filter(None, seeds):
        request = make_request(seed, store, DEMO_TOKEN)
        note(f"{request.method} {request.path[:200]} {str(request.params)[:500]} {(request.body or b'')[:2000]!r}")
        started = time.process_time()
        response = sandbox.handle(request)
        assert time.process_time() - started < MAX_SECONDS
        assert response.status in {200, 400, 402, 403, 404, 405, 409, 415, 422}, response.body
        after = snapshot(store)
        if response.status != 200 or request.method == "GET":
            assert after == before, {name: (before[name], after[name]) for name in after if after[name] != before[name]}
        before = after
        clock.now += 0.5
        if switches.upsert_lag:
            apply_lagging_writes(store)
            before = snapshot(store)
    clock.now += 10
    apply_lagging_writes(store)
    for section in store.sections:
        assert not find_inconsistency(store.table(section)), section


KEYS = {
    "/products": "id",
    "/orders": "id",
    "/carts": "cartId",
    "/categories": "id",
    "/customers": "id",
    "/customer_groups": "id",
    "/discount_coupons": "id",
    "/promotions": "id",
    "/reviews": "id",
    "/classes": "id",
    "/subscriptions": "subscriptionId",
    "/store_extrafields/customers": "key",
    "/profile/shippingOptions": "id",
    "/profile/paymentOptions": "id",
}


@pytest.mark.parametrize("path", KEYS)
def test_a_null_for_any_field_gets_a_response_and_the_item_stays_readable(path: str) -> None:
    sandbox, _ = small_store(Switches(null_clears=True))
    api = Api(sandbox, store_id=7)
    found = api.get(path)
    item = (found if isinstance(found, list) else found["items"])[0]
    place = f"{path}/{item[KEYS[path]]}"
    for name in item:
        response = api.send("PUT", place, {name: None})
        assert response.status in {200, 400, 403, 404, 405, 409, 422}, name
        assert api.send("GET", path).status == 200, name
        api.send("PUT", place, item)


def test_a_clearing_null_empties_lists_and_is_an_error_for_required_fields() -> None:
    sandbox, _ = small_store(Switches(null_clears=True))
    api = Api(sandbox, store_id=7)
    number = api.post("/products", PRODUCT)["id"]
    api.put(f"/products/{number}", {"options": None})
    assert api.get(f"/products/{number}")["options"] == []
    coupon = api.get("/discount_coupons")["items"][0]
    response = api.send("PUT", f"/discount_coupons/{coupon['id']}", {"discountType": None, "name": "Other"})
    assert response.status == 400
    assert api.get(f"/discount_coupons/{coupon['id']}") == coupon
