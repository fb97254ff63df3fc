"""A request that gets an error changes nothing, and no request makes the sandbox fail or stall."""

import json
import time
from typing import Any

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.sandbox.seed import demo_sandbox
from tests.sandbox.api import Api, Clock
from tests.sandbox.snapshot import snapshot


@pytest.fixture
def api() -> Api:
    sizes = {"products": 6, "orders": 8, "customers": 4, "carts": 3, "categories": 3}
    return Api(demo_sandbox(**sizes, requests_per_minute=None, clock=Clock()))


def keys(api: Api, section: str) -> list[Any]:
    return list(api.store.table(section))


# Atomicity.


def test_a_category_with_an_unknown_product_is_neither_created_nor_renamed(api: Api) -> None:
    known = keys(api, "categories")[0]
    before = snapshot(api.store)
    assert api.refused("POST", "/categories", {"name": "New", "productIds": [1]})[0] == 404
    assert api.refused("PUT", f"/categories/{known}", {"name": "Renamed", "productIds": [1]})[0] == 404
    assert snapshot(api.store) == before


def test_an_order_with_an_invalid_time_is_not_created(api: Api) -> None:
    before = snapshot(api.store)
    assert api.refused("POST", "/orders", {"pickupTime": "tomorrow"})[:2] == (400, "WRONG_PARAMETER")
    assert snapshot(api.store) == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/products", {"name": "A", "sku": "A"}),
        ("POST", "/orders", {"email": "a@example.com"}),
        ("PUT", "/profile", {"settings": {"storeName": "Another"}}),
        ("POST", "/staff", {"email": "a@example.com"}),
        ("POST", "/profile/shippingOptions", {"title": "By hand", "ratesCalculationType": "flat"}),
        ("DELETE", "/products", None),
        ("DELETE", "/application", None),
        ("POST", "/storage/key", b"text"),
    ],
)
def test_a_write_is_undone_if_its_response_cannot_be_encoded(api: Api, method: str, path: str, body: Any) -> None:
    before = snapshot(api.store)
    params = {"namespace": "custom-app-1003-1"} if path == "/application" else {}
    assert api.refused(method, path, body, responseFields="((", **params)[0] == 400
    assert snapshot(api.store) == before
    api.call(method, path, body, **params)
    if path != "/application":
        assert snapshot(api.store) != before


@pytest.mark.parametrize("switches", [Switches(), Switches(upsert_lag=5, delete_lag=9)])
def test_an_error_leaves_lagging_writes_unchanged(switches: Switches) -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock, requests_per_minute=None, switches=switches)
    sandbox.add_store(7, token="secret_1")
    api = Api(sandbox, store_id=7, token="secret_1")
    number = api.post("/products", {"name": "First"})["id"]
    api.put(f"/products/{number}", {"name": "Second"})
    before = snapshot(api.store)
    assert api.refused("PUT", f"/products/{number}", {"name": "Third"}, responseFields="(")[0] == 400
    assert api.refused("DELETE", f"/products/{number}", None, responseFields="(")[0] == 400
    assert snapshot(api.store) == before
    clock.now += 10
    assert [item["name"] for item in api.all("/products")] == ["Second"]


def test_an_exception_in_an_endpoint_leaves_the_store_unchanged(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(api.store)
    monkeypatch.setattr("ecwid_async.sandbox.routes.support.order_storage.refresh_stats", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        api.send("POST", "/orders", {"email": "a@example.com"})
    assert snapshot(api.store) == before


# Bounded time.


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/products", {"name": "A", "attributes": [{"name": f"a{at}"} for at in range(30_000)]}),
        ("POST", "/products", {"name": "A", "files": [{"name": "a.txt", "size": 2**53}]}),
        ("POST", "/instant-site/redirects", [{"fromUrl": f"/{at}", "toUrl": "/"} for at in range(30_000)]),
        ("POST", "/orders", {"createDate": "2024-01-01 " + "A" * 1_000_000 + "1"}),
        ("POST", "/orders", {"items": [{"productId": 400000000}] * 50_000}),
        ("POST", "/customers_update", {"mode": "SELECTED", "ids": [1] * 90_000, "delete": True}),
        ("PUT", "/categories/sort", {"sortedIds": list(range(90_000))}),
        ("PUT", "/products/sort", {"sortedIds": list(range(90_000))}),
        ("POST", "/categories", {"name": "A", "productIds": [1] * 5_000_000}),
        ("POST", "/promotions", {"name": "A", "triggers": json.loads("[" * 400 + "]" * 400)}),
    ],
)
def test_a_large_body_is_handled_in_bounded_time(api: Api, method: str, path: str, body: Any) -> None:
    sent = json.dumps(body).encode()
    started = time.process_time()
    response = api.send_json(method, path, sent, parentCategory=0)
    assert time.process_time() - started < 5
    assert response.status in {200, 400, 405, 413}


def test_a_file_of_any_size_can_be_downloaded(api: Api) -> None:
    product = api.post("/products", {"name": "A", "files": [{"name": "a.txt", "size": 2**53}]})["id"]
    [file] = api.get(f"/products/{product}")["files"]
    assert len(api.send("GET", f"/products/{product}/files/{file['id']}").body) < 2**25


# Unusual values.


@pytest.mark.parametrize(
    ("method", "path", "body", "params"),
    [
        ("POST", "/orders", {"pickupTime": 1_800_000_000}, {}),
        ("POST", "/orders", {"createDate": 99_999_999_999_999}, {}),
        ("POST", "/orders", {"createDate": "99999-01-01 00:00:00"}, {}),
        ("POST", "/orders", {"createDate": "0001-01-01 00:00:00 +1200"}, {}),
        ("POST", "/orders", {"createDate": "2020-01-01 00:00:00 Europe"}, {}),
        ("POST", "/orders", {"items": [None]}, {}),
        ("POST", "/order/calculate", {"items": [{"price": None, "quantity": None}]}, {}),
        ("POST", "/order/calculate", {"items": [{"price": 1e308, "quantity": 2}]}, {}),
        ("POST", "/order/calculate", {"items": [{"price": 2**53, "quantity": 2**53}]}, {}),
        ("POST", "/products", {"name": "A", "compareToPrice": 1e308}, {}),
        ("POST", "/products", {"name": "A", "price": 10**400}, {}),
        ("POST", "/products", {"name": "A", "media": {"images": [{}, {"imageOriginalUrl": "https://a.b/c.jpg"}]}}, {}),
        ("POST", "/products", {"name": "A", "media": {"videos": [{"url": "https://a.b/c"}]}}, {}),
        ("POST", "/products", {"name": "A", "wholesalePrices": ["x"]}, {}),
        ("POST", "/products", {"name": "A", "price": 1, "compareToPrice": 1e-308}, {}),
        ("POST", "/products", {"name": "A", "media": {"images": [{"id": "9" * 5000, "imageOriginalUrl": "x"}]}}, {}),
        ("POST", "/products/400000000/image/async", {"url": "http://[x", "width": 1, "height": 1}, {}),
        ("POST", "/products/400000000/image/async", {"url": "http://a", "width": "9" * 5000, "height": 1}, {}),
        ("POST", "/orders", {"globalReferer": "http://[x"}, {}),
        ("GET", "/products/filters", None, {"filterFields": "categories", "filterParentCategoryId": "²"}),
        ("GET", "/products", None, {"keyword": "\ud83d"}),
        ("GET", "/products", None, {"\ud83d": "\ud83d"}),
        ("GET", "/orders/\ud83d", None, {}),
        ("GET", "/products/" + "9" * 5000, None, {}),
        ("GET", "/orders/" + "9" * 5000, None, {}),
        ("GET", "/carts/" + "9" * 5000, None, {}),
    ],
)
def test_unusual_values_get_a_response(api: Api, method: str, path: str, body: Any, params: Any) -> None:
    assert api.send(method, path, body, **params).status in {200, 400, 404, 422}


def test_a_number_with_too_many_digits_finds_no_item(api: Api) -> None:
    assert api.refused("GET", f"/products/{'9' * 5000}")[:2] == (404, "PRODUCT_NOT_FOUND")
    assert api.refused("DELETE", f"/products/{'9' * 5000}")[0] == 404


def test_the_points_of_a_chart_are_limited(api: Api) -> None:
    error = api.refused("GET", "/reports/allTraffic", startedFrom=0, timeScaleValue="hour")
    assert error[:2] == (400, "WRONG_PARAMETER")
    assert "timeScaleValue" in error[2]
    year = {"startedFrom": 1_700_000_000, "endedAt": 1_700_000_000 + 365 * 86_400, "timeScaleValue": "hour"}
    assert len(api.get("/reports/allTraffic", **year)["dataset"]) == 365 * 24 + 1


@pytest.mark.parametrize("precision", [-1, 300_000_000])
def test_the_decimal_places_of_prices_are_limited(api: Api, precision: int) -> None:
    assert api.refused("PUT", "/profile", {"formatsAndUnits": {"currencyPrecision": precision}})[0] == 400
    api.store.profile = {"formatsAndUnits": {"currencyPrecision": precision}}
    number = api.post("/products", {"name": "A", "price": 1})["id"]
    assert len(api.get(f"/products/{number}")["defaultDisplayedPriceFormatted"]) < 30
