"""Requests of other clients that the sandbox supports, mainly the vendor's own, and those of browsers (CORS)."""

import json
from typing import Any
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.sandbox.sandbox import CORS
from ecwid_async.sandbox.seed import demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.wire import Headers, Options, Request
from tests.sandbox.api import Api, Clock


def new_store(clock: Clock | None = None, **switches: Any) -> Api:
    sandbox = Sandbox(requests_per_minute=None, clock=clock or Clock(), switches=Switches(**switches))
    sandbox.add_store(7, token="secret_1")
    return Api(sandbox, store_id=7, token="secret_1")


@pytest.fixture
def api() -> Api:
    return new_store()


@pytest.fixture(scope="module")
def demo() -> Api:
    sizes = {"products": 20, "orders": 80, "customers": 20, "carts": 30, "categories": 4}
    return Api(demo_sandbox(**sizes, requests_per_minute=None))


# Orders.


def test_platform_specific_fields_are_an_object_of_strings(api: Api) -> None:
    sent = {"externalOrderData": {"platformSpecificFields": {"channel": "web", "ref": "12"}}}
    order = api.post("/orders", sent)["id"]
    assert api.get(f"/orders/{order}")["externalOrderData"] == sent["externalOrderData"]
    wrong = {"externalOrderData": {"platformSpecificFields": "web"}}
    assert api.refused("POST", "/orders", wrong)[:2] == (400, "WRONG_PARAMETER")


def test_a_calculation_keeps_the_product_price_and_returns_a_handling_fee(api: Api) -> None:
    line = {"productId": 99, "price": 5, "productPrice": 7.5, "quantity": 1, "handlingFee": 3}
    [shown] = api.post("/order/calculate", {"items": [line]})["items"]
    assert (shown["productPrice"], shown["price"], shown["handlingFee"]) == (7.5, 5, 0)
    [shown] = api.post("/order/calculate", {"items": [{"productId": 99, "price": 5}]})["items"]
    assert (shown["productPrice"], shown["handlingFee"]) == (0, 0)


def test_an_option_file_sent_as_a_url_has_a_size(api: Api) -> None:
    options = [{"name": "Photo", "type": "FILES"}]
    order = api.post("/orders", {"items": [{"name": "Mug", "selectedOptions": options}]})["id"]
    item = api.get(f"/orders/{order}")["items"][0]["id"]
    api.post(f"/orders/{order}/items/{item}/options/Photo", externalUrl="https://a.example/photo.png")
    [file] = api.get(f"/orders/{order}")["items"][0]["selectedOptions"][0]["files"]
    assert file["name"] == "photo.png"
    assert file["size"] > 0


def test_orders_of_an_old_store_are_numbered_from_1() -> None:
    api = new_store(sequential_orders=True)
    api.put("/profile", {"formatsAndUnits": {"orderNumberPrefix": "A-", "orderNumberSuffix": "-Z"}})
    assert [api.post("/orders", {"email": "a@example.com"}) for _ in range(2)] == [
        {"id": 1, "orderid": "1", "orderId": "1"},
        {"id": 2, "orderid": "2", "orderId": "2"},
    ]
    order = api.get("/orders/2")
    assert (order["id"], order["orderNumber"], order["vendorOrderNumber"]) == ("2", 2, "A-2-Z")
    assert api.get("/orders", vendorOrderNumber="A-2-Z")["items"] == [order]
    assert api.get("/orders", ids="2")["items"] == [order]
    assert b"#A-2-Z</span>" in api.send("GET", "/orders/2/invoice").body


def test_utm_data_is_an_object_in_demo_stores_and_accepted_as_list_or_object(demo: Api, api: Api) -> None:
    campaigns = [one["utmData"] for path in ("/orders", "/carts") for one in demo.all(path) if "utmData" in one]
    assert campaigns
    assert all(campaign["source"] for campaign in campaigns)
    for sent in ({"source": "mail"}, [{"source": "mail"}], []):
        order = api.post("/orders", {"utmData": sent})["id"]
        assert api.get(f"/orders/{order}")["utmData"] == sent
    assert api.refused("POST", "/orders", {"utmData": "mail"})[0] == 400
    assert api.get("/reports/allTraffic")["dataset"]


def test_an_order_is_found_by_its_transaction_id(api: Api) -> None:
    order = api.post("/orders", {"referenceTransactionId": "txn_3OzT", "email": "a@example.com"})["id"]
    api.post("/orders", {"email": "b@example.com"})
    assert api.get("/orders/txn_3OzT")["orderNumber"] == order
    assert api.get("/orders", keywords="txn_3OzT")["total"] == 1
    assert api.put("/orders/txn_3OzT", {"paymentStatus": "PAID"}) == {"updateCount": 1}
    assert api.get(f"/orders/{order}")["paymentStatus"] == "PAID"
    assert api.refused("GET", "/orders/txn_0")[:2] == (404, "ORDER_NOT_FOUND")


def test_the_creation_time_of_an_order_can_be_changed(api: Api) -> None:
    order = api.post("/orders", {})["id"]
    api.put(f"/orders/{order}", {"createDate": "2020-02-03 04:05:06 +0100"})
    changed = api.get(f"/orders/{order}")
    assert (changed["createDate"], changed["createTimestamp"]) == ("2020-02-03 03:05:06 +0000", 1_580_699_106)
    assert api.get("/orders", createdTo=1_580_699_106)["total"] == 1


def test_a_pickup_time_in_unix_seconds_is_accepted(api: Api) -> None:
    order = api.post("/orders", {"pickupTime": 1_580_699_106})["id"]
    assert api.get(f"/orders/{order}")["pickupTime"] == "2020-02-03 03:05:06 +0000"
    assert api.get("/orders", pickupTimeFrom=1_580_699_106, pickupTimeTo=1_580_699_106)["total"] == 1


# Catalog.


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("/products", {"seoTitle": "Buy tea", "seoTitleTranslated": {"en": "Tea", "de": "Tee"}}),
        ("/products", {"description": "A", "descriptionTranslated": {"en": "B"}}),
        ("/categories", {"description": "A", "descriptionTranslated": {"en": "B"}}),
    ],
)
def test_a_text_that_differs_from_its_translation_is_kept(api: Api, path: str, texts: Any) -> None:
    created = api.post(path, {"name": "Tea", **texts})["id"]
    shown = api.get(f"{path}/{created}")
    assert {name: shown[name] for name in texts} == texts
    api.put(f"{path}/{created}", texts)
    shown = api.get(f"{path}/{created}")
    assert {name: shown[name] for name in texts} == texts


def test_a_new_item_takes_a_missing_text_from_its_translation(api: Api) -> None:
    product = api.post("/products", {"name": "Tea", "seoTitleTranslated": {"en": "Buy tea"}})["id"]
    assert api.get(f"/products/{product}")["seoTitle"] == "Buy tea"


def test_images_sent_as_urls_have_urls_in_every_size(api: Api) -> None:
    sizes = ("image160pxUrl", "image400pxUrl", "image800pxUrl", "image1500pxUrl", "imageOriginalUrl")
    images = [{"imageOriginalUrl": f"https://a.example/{name}.jpg"} for name in "xy"]
    product = api.post("/products", {"name": "Tea", "media": {"images": [{"id": "0", **images[0]}, images[1]]}})["id"]
    shown = api.get(f"/products/{product}")
    assert all(image[size].startswith("https://") for image in shown["media"]["images"] for size in sizes)
    assert [image["imageOriginalUrl"][-5:] for image in shown["media"]["images"]] == ["x.jpg", "y.jpg"]
    assert len({image["id"] for image in shown["media"]["images"]}) == 2
    url_fields = ("thumbnailUrl", "imageUrl", "smallThumbnailUrl", "hdThumbnailUrl", "originalImageUrl")
    assert all(shown[name].startswith("https://") for name in url_fields)
    order = api.post("/orders", {"items": [{"productId": product, "name": "Tea"}]})["id"]
    [line] = api.get(f"/orders/{order}")["items"]
    assert all(line[name] == shown[name] for name in ("imageUrl", "smallThumbnailUrl", "hdThumbnailUrl"))


# Reviews, coupons and storage.


def test_reviews_contain_the_number_and_the_text_id_of_their_order(demo: Api) -> None:
    reviews = demo.all("/reviews")
    assert reviews
    for review in reviews:
        order = demo.get(f"/orders/{review['orderId']}")
        assert (order["orderNumber"], order["id"]) == (review["orderId"], review["orderNumber"])
        for name in ("orderId", "orderNumber"):
            assert review in demo.all("/reviews", orderId=review[name])


def test_a_coupon_is_identified_by_code_or_number(api: Api) -> None:
    created = api.post("/discount_coupons", {"name": "Spring", "code": "SPRING"})
    path = f"/discount_coupons/{created['id']}"
    assert api.get(path)["code"] == "SPRING"
    api.put(path, {"discount": 5})
    assert api.get("/discount_coupons/SPRING")["discount"] == 5
    # A code of digits takes precedence over the number of another coupon.
    api.post("/discount_coupons", {"name": "Digits", "code": str(created["id"])})
    assert api.get(path)["name"] == "Digits"
    assert api.delete(path) == {"deleteCount": 1}
    assert api.delete(path) == {"deleteCount": 1}
    assert api.refused("GET", path)[0] == 404


def test_coupons_can_be_filtered_by_several_statuses(api: Api) -> None:
    for status in ("ACTIVE", "EXPIRED", "PAUSED"):
        api.post("/discount_coupons", {"name": status, "code": status, "status": status})
    assert [one["code"] for one in api.all("/discount_coupons", availability="ACTIVE,EXPIRED")] == ["ACTIVE", "EXPIRED"]
    assert api.refused("GET", "/discount_coupons", availability="ACTIVE,NONE")[:2] == (400, "WRONG_PARAMETER")


def test_the_storage_of_a_demo_store_is_empty_unless_passed(demo: Api) -> None:
    assert demo.get("/storage") == []
    filled = Api(demo_sandbox(products=0, orders=0, customers=0, carts=0, categories=0, storage={"public": "x"}))
    assert filled.get("/storage") == [{"key": "public", "value": "x"}]


# Content types and browsers.


def send(api: Api, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.sandbox.handle(
        Request(
            method=method,
            path=path,
            body=body,
            headers=Headers(tuple(named.items())),
            options=Options(operation=method),
        )
    )


@pytest.mark.parametrize("kind", ["application/json", "text/json", "text/json; charset=utf-8"])
def test_json_has_two_content_types(api: Api, kind: str) -> None:
    headers = {"Authorization": "Bearer secret_1", "Content_Type": kind}
    assert send(api, "POST", "/7/products", b'{"name": "Tea"}', **headers).status == 200


@pytest.mark.parametrize("path", ["/7/products", "/8/products", "/7/nothing", "/"])
def test_a_preflight_request_needs_no_token(api: Api, path: str) -> None:
    api.sandbox.requests_per_minute = 0
    response = send(api, "OPTIONS", path, Origin="https://a.example", Access_Control_Request_Method="PUT")
    assert (response.status, response.body) == (204, b"")
    assert "PUT" in response.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [("/7/products", "secret_1", 200), ("/7/products", "x", 403), ("/8/products", "x", 404)],
)
def test_every_response_has_the_cors_headers(api: Api, path: str, token: str, status: int) -> None:
    response = send(api, "GET", path, Authorization=f"Bearer {token}")
    assert response.status == status
    assert {name: response.headers[name] for name in CORS} == CORS


def test_the_server_supports_cors(api: Api) -> None:
    with serve_in_thread(api.sandbox) as served:
        url = f"{served.base_url}/7/products"
        headers = {"Origin": "https://a.example", "Access-Control-Request-Headers": "authorization"}
        with urlopen(HttpRequest(url, method="OPTIONS", headers=headers), timeout=30) as response:
            assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (204, "*")
        with urlopen(HttpRequest(url, headers={"Authorization": "Bearer secret_1"}), timeout=30) as response:
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert json.loads(response.read())["total"] == 0
