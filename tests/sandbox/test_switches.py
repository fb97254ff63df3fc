"""Switches, tested through requests. Other switches are tested with the module that reads them."""

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from tests.sandbox.api import Api, Clock

UNSORTED = {
    "/orders": ("orders", "orderNumber"),
    "/carts": ("carts", "cartId"),
    "/discount_coupons": ("coupons", "id"),
    "/promotions": ("promotions", "id"),
    "/customer_groups": ("customer_groups", "id"),
}


def new_store(**switches):
    sandbox = Sandbox(clock=Clock(), requests_per_minute=None, switches=Switches(**switches))
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.mark.parametrize("path", UNSORTED)
def test_a_switch_sets_the_order_of_lists_without_a_documented_order(path):
    section, key = UNSORTED[path]

    def filled(unsorted):
        api = new_store(unsorted=unsorted)
        times = ({"createTimestamp": 10 + n % 3, "creationDate": str(10 + n % 3)} for n in range(30))
        api.store.load(section, [{"id": n, key: n, "name": str(n), **created} for n, created in enumerate(times)])
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
    arbitrary = numbers("arbitrary")
    assert sorted(arbitrary) == list(range(30))
    assert arbitrary == numbers("arbitrary")
    assert arbitrary not in (numbers("newest"), numbers("oldest"), numbers(None))
    unstable = filled("unstable")
    readings = [read(unstable) for _ in range(3)]
    assert len(set(map(tuple, readings))) == 3
    assert any(len(set(reading)) < 30 for reading in readings), "pages of different orders repeat and omit items"


def test_a_list_with_a_documented_order_keeps_it():
    api = new_store(unsorted="unstable")
    api.store.load("reviews", [{"id": n, "createTimestamp": n} for n in range(1, 30)])
    assert [item["id"] for item in api.get("/reviews")["items"]] == list(range(29, 0, -1))


def test_time_ranges_include_or_exclude_their_bounds():
    for inclusive, expected in ((True, [1, 2, 3]), (False, [2])):
        sandbox = Sandbox(switches=Switches(inclusive_bounds=inclusive))
        store = sandbox.add_store(1, token="t")
        times = ({"createTimestamp": at, "updateTimestamp": at} for at in (10, 20, 30))
        store.load("products", [{"id": at, **moments} for at, moments in enumerate(times, start=1)])
        api = Api(sandbox, store_id=1, token="t")
        for field in ("created", "updated"):
            found = api.get("/products", **{f"{field}From": 10, f"{field}To": 30}, responseFields="items(id)")
            assert [item["id"] for item in found["items"]] == expected
        assert api.get("/products", createdFrom=0, createdTo=0)["total"] == 0
        history = store.history("products")
        for at in (10, 20, 30):
            history.add({"id": at}, at)
    sandbox.clock = Clock(40)
    assert [entry["id"] for entry in api.get("/products/deleted", from_date=10, to_date=30)["items"]] == [20]


def test_switches_can_change_at_run_time():
    api = new_store()
    store, sandbox = api.store, api.sandbox
    store.table("products").put({"id": 1, "updateTimestamp": 5})
    sandbox.set_switches(Switches(upsert_lag=30, delete_lag=60, page_size=1))
    store.table("products").put({"id": 2, "updateTimestamp": 6})
    store.table("products").remove(1)

    def listed():
        page = api.get("/products", limit=5)
        return [item["id"] for item in page["items"]], page["total"]

    assert listed() == ([1], 1)
    sandbox.clock.now += 30
    assert listed()[1] == 2
    sandbox.clock.now += 30
    assert listed() == ([2], 1)


def test_deletions_can_appear_late_in_the_lists_of_deleted_items():
    api = new_store(history_lag=60)
    clock = api.sandbox.clock
    api.store.load("products", [{"id": 1}])
    api.send("DELETE", "/products/1")
    assert api.get("/products/deleted")["total"] == 0
    clock.now += 60
    (entry,) = api.get("/products/deleted")["items"]
    assert entry["id"] == 1
    assert api.get("/products/deleted", from_date=int(clock.now) - 59)["total"] == 0


@pytest.mark.parametrize("shown", [True, False])
def test_deletions_may_not_change_the_latest_stats(shown):
    api = new_store(stats_show_deletions=shown)
    api.store.load("products", [{"id": 1}])
    before = api.get("/latest-stats")["productsUpdated"]
    api.sandbox.clock.now += 60
    api.send("DELETE", "/products/1")
    assert (api.get("/latest-stats")["productsUpdated"] != before) is shown


@pytest.mark.parametrize(
    "switch", [{"page_size": 0}, {"upsert_lag": -1.0}, {"history_lag": float("nan")}, {"batch_seconds": float("inf")}]
)
def test_a_switch_that_no_store_can_have_is_refused(switch):
    (name,) = switch
    with pytest.raises(ValueError, match=f"^{name} must be"):
        Switches(**switch)
