"""Lists that have no ``sortBy`` and no documented order stand as the switch says; all others as documented."""

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from tests.sandbox.api import Api, Clock

LISTS = {
    "/orders": ("orders", "orderNumber"),
    "/carts": ("carts", "cartId"),
    "/discount_coupons": ("coupons", "id"),
    "/promotions": ("promotions", "id"),
    "/customer_groups": ("customer_groups", "id"),
}


def shop(**switches):
    sandbox = Sandbox(clock=Clock(), requests_per_minute=None, switches=Switches(**switches))
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.mark.parametrize("path", LISTS)
def test_a_list_that_has_no_documented_order_may_stand_in_any(path):
    section, key = LISTS[path]

    def filled(unsorted):
        api = shop(unsorted=unsorted)
        old = ({"createTimestamp": 10 + n % 3, "creationDate": str(10 + n % 3)} for n in range(30))
        api.store.load(section, [{"id": n, key: n, "name": str(n), **times} for n, times in enumerate(old)])
        return api

    def read(api, **params):
        pages = [api.get(path, **params, limit=10, offset=offset)["items"] for offset in (0, 10, 20)]
        assert all(len(page) == 10 for page in pages)
        return [item[key] for page in pages for item in page]

    def numbers(unsorted, **params):
        return read(filled(unsorted), **params)

    assert numbers("newest") == list(reversed(numbers("oldest")))
    if path in {"/promotions", "/customer_groups"}:
        assert numbers("oldest") == list(range(30))
    else:
        assert numbers("oldest") == sorted(range(30), key=lambda n: (n % 3, n))
        assert numbers("arbitrary", createdFrom=10) == numbers("arbitrary")
    kept = numbers("arbitrary")
    assert sorted(kept) == list(range(30))
    assert kept == numbers("arbitrary")
    assert kept not in (numbers("newest"), numbers("oldest"), numbers(None))
    restless = filled("unstable")
    readings = [read(restless) for _ in range(3)]
    assert len(set(map(tuple, readings))) == 3
    assert any(len(set(reading)) < 30 for reading in readings), "pages of different orders repeat and miss"


def test_a_list_that_has_an_order_keeps_it():
    api = shop(unsorted="unstable")
    api.store.load("reviews", [{"id": n, "createTimestamp": n} for n in range(1, 30)])
    assert [item["id"] for item in api.get("/reviews")["items"]] == list(range(29, 0, -1))
