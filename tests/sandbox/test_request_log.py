"""The log of requests is searched by patterns."""

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.request_pattern import RequestPattern
from tests.sandbox.api import Api


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("GET /products", {"GET /1003/products"}),
        ("/products", {"GET /1003/products", "POST /1003/products"}),
        ("get /products/{productId}", {"GET /1003/products/7"}),
        ("* /products/*", {"GET /1003/products/7"}),
        ("GET /products/**", {"GET /1003/products", "GET /1003/products/7", "GET /1003/products/7/image/8"}),
        ("POST", {"POST /1003/products"}),
        ("GET /orders/A%20B", {"GET /1003/orders/A%20B"}),
        ("DELETE /**", set()),
    ],
)
def test_a_pattern_selects_requests(pattern: str, matches: set[str]) -> None:
    requests = [
        *("GET /1003/products", "POST /1003/products", "GET /1003/products/7"),
        *("GET /1003/products/7/image/8", "GET /1003/orders/A%20B"),
    ]
    wanted = RequestPattern.parse(pattern)
    assert {request for request in requests if wanted.matches(*request.split(" "))} == matches


def test_a_star_selects_all_requests() -> None:
    assert RequestPattern.parse("*").matches("PUT", "/1003/orders/7")
    assert str(RequestPattern.parse("*")) == "*"
    assert str(RequestPattern.parse("get /products/{id}")) == "GET /products/{id}"


@pytest.mark.parametrize(
    "text", ["", "products", "FETCH /products", "GET products", "GET /products?limit=5", "/**/x", "GET /a b", "GET *"]
)
def test_what_is_not_a_pattern_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="use one like 'GET /products'"):
        RequestPattern.parse(text)


def test_requests_are_found_and_counted() -> None:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(1003, token="secret_demo")
    sandbox.add_store(1004, token="secret_other")
    api = Api(sandbox)
    product = api.post("/products", {"name": "Mug"})["id"]
    for _ in range(2):
        api.get(f"/products/{product}")
    Api(sandbox, store_id=1004, token="secret_other").send("GET", "/products/1")
    assert [exchange.status for exchange in sandbox.requests.to("GET /products/{productId}")] == [200, 200, 404]
    assert len(sandbox.requests.to("GET /products/*", store_id=1003)) == 2
    assert sandbox.requests.counts() == {
        "POST /products": 1,
        f"GET /products/{product}": 2,
        "GET /products/1": 1,
    }
    assert [exchange.store_id for exchange in sandbox.requests] == [1003, 1003, 1003, 1004]
