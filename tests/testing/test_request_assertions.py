"""`assert_requests` compares the requests made with those expected, and shows the difference."""

import pytest

from ecwid_async import Ecwid
from ecwid_async.errors import OutcomeUnknown
from ecwid_async.sandbox import Fault, Sandbox
from ecwid_async.testing import assert_requests
from ecwid_async.transport import RetryPolicy
from tests.sandbox.api import Api


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(1003, token="secret_demo")
    sandbox.add_store(1004, token="secret_demo")
    api = Api(sandbox)
    product = api.post("/products", {"name": "Mug"})["id"]
    api.get(f"/products/{product}")
    Api(sandbox, store_id=1004).get("/products")
    return sandbox


def test_equal_requests_pass(sandbox: Sandbox) -> None:
    assert_requests(sandbox, "POST /products", "GET /products/{productId}", "GET /products")
    assert_requests(sandbox, "GET /products", "GET /products/*", "POST /products", in_order=False)
    assert_requests(sandbox, "GET /products", store_id=1004)
    assert_requests(sandbox, "*", "*", "*")
    sandbox.requests.clear()
    assert_requests(sandbox)


def test_the_difference_is_shown(sandbox: Sandbox) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_requests(sandbox, "POST /products", "PUT /products/{productId}", "GET /products")
    assert str(caught.value).splitlines() == [
        "the requests differ (- expected, + made):",
        "  POST /products -> 200",
        "- PUT /products/{productId}",
        f"+ GET {sandbox.requests[1].path.removeprefix('/1003')} -> 200",
        "  GET /products -> 200",
    ]


def test_order_and_number_matter(sandbox: Sandbox) -> None:
    for expected in (("GET /products", "GET /products/*", "POST /products"), ("POST /products", "GET /products/*")):
        with pytest.raises(AssertionError, match="differ"):
            assert_requests(sandbox, *expected)
    with pytest.raises(AssertionError, match="differ"):
        assert_requests(sandbox, "POST /products", "GET /products/**", in_order=False)


async def test_a_request_without_a_response_is_shown(sandbox: Sandbox) -> None:
    sandbox.requests.clear()
    sandbox.faults.add(Fault(dropped=True))
    async with Ecwid(transport=sandbox, retry=RetryPolicy(attempts=1)) as ecwid:
        with pytest.raises(OutcomeUnknown):
            await ecwid.store(1003, "secret_demo").products.get(7)
    with pytest.raises(AssertionError, match="GET /products/7 -> no response"):
        assert_requests(sandbox)


def test_what_is_not_a_pattern_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="use one like"):
        assert_requests(sandbox, "products")
