"""Faults: which requests fail, how, and what a client makes of them, in process and over HTTP."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest

from ecwid_async import Ecwid, Store
from ecwid_async.apps import InstallError, TokenEndpoint
from ecwid_async.errors import DecodeError, EcwidError, OutcomeUnknown, RateLimited, ServerError
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox import App, Fault, Faults, Sandbox
from ecwid_async.sandbox.server import serve
from ecwid_async.transport import RetryPolicy
from ecwid_async.wire import Options, Request
from tests.sandbox.api import Api

TOKEN = "secret_demo"
ONCE = RetryPolicy(attempts=1)


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(1003, token=TOKEN).load("products", [{"id": 7, "name": "Mug", "created": "2025-01-01"}])
    return sandbox


@pytest.fixture(params=["in process", "over HTTP"])
async def store(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[Store]:
    """A store of a client that repeats nothing."""
    if request.param == "in process":
        async with Ecwid(transport=sandbox, quota=None, retry=ONCE) as ecwid:
            yield ecwid.store(1003, TOKEN)
    else:
        async with serve(sandbox) as server, Ecwid(base_url=server.base_url, quota=None, retry=ONCE) as ecwid:
            yield ecwid.store(1003, TOKEN)


def failing(faults: Faults, count: int, method: str = "GET", path: str = "/1003/products") -> list[int]:
    """The numbers of the requests that fail, of this many."""
    return [number for number in range(1, count + 1) if faults.take(method, path)]


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [
        (Fault(status=503), [1]),
        (Fault(status=503, nth=3), [3]),
        (Fault(status=503, nth=3, times=2), [3, 4]),
        (Fault(status=503, every=3), [3, 6, 9]),
        (Fault(status=503, every=3, times=2), [3, 6]),
        (Fault(status=503, every=1), [*range(1, 11)]),
        (Fault(status=503, nth=2, every=4), [2, 6, 10]),
        (Fault(request="POST /products", status=503), []),
        (Fault(store_id=1004, status=503), []),
        (Fault(store_id=1003, status=503), [1]),
    ],
)
def test_a_fault_applies_to_chosen_requests(fault: Fault, numbers: list[int]) -> None:
    faults = Faults()
    faults.add(fault)
    assert failing(faults, 10) == numbers
    assert fault.hits == len(numbers)


def test_each_request_gets_one_fault_and_counts_for_all() -> None:
    faults = Faults()
    first = faults.add(Fault(status=500, times=2))
    second = faults.add(Fault(status=503, every=2))
    assert [getattr(faults.take("GET", "/1003/orders"), "status", None) for _ in range(4)] == [500, 500, None, 503]
    assert (first.hits, second.hits, first.matched, second.matched) == (2, 1, 4, 4)
    faults.remove(second)
    assert list(faults) == [first]
    faults.clear()
    assert failing(faults, 5) == []


def test_the_number_of_faults_is_limited() -> None:
    faults = Faults()
    for _ in range(1000):
        faults.add(Fault(status=503))
    with pytest.raises(ValueError, match="clear them first"):
        faults.add(Fault(status=503))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs a status"),
        ({"status": 99}, "status"),
        ({"status": 503, "nth": 0}, "nth must be at least 1"),
        ({"dropped": True, "status": 503}, "no response"),
        ({"dropped": True, "truncated": True}, "no response"),
        ({"retry_after": 5, "delay": 1.0}, "add status"),
        ({"delay": 1.0, "executed": False}, "not executed"),
        ({"delay": 1e9}, "delay"),
        ({"content_type": "text/html\r\nX: y"}, "printable"),
        ({"body": b"x" * (1024 * 1024 + 1)}, "more than"),
        ({"request": "products", "status": 503}, "use one like"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fault(**arguments)  # type: ignore[arg-type]


async def test_the_third_call_answers_503(sandbox: Sandbox, store: Store) -> None:
    sandbox.faults.add(Fault(request="GET /products/{productId}", nth=3, status=503))
    for number in range(1, 5):
        if number == 3:
            with pytest.raises(ServerError) as caught:
                await store.products.get(7)
            assert (caught.value.status, caught.value.code) == (503, "SERVICE_UNAVAILABLE")
        else:
            assert (await store.products.get(7)).name == "Mug"
    assert [exchange.status for exchange in sandbox.requests] == [200, 200, 503, 200]


async def test_429_says_when_to_try_again(sandbox: Sandbox, store: Store) -> None:
    sandbox.faults.add(Fault(status=429, retry_after=7))
    with pytest.raises(RateLimited) as caught:
        await store.products.get(7).with_timeout(3)
    assert caught.value.retry_after == 7
    assert caught.value.code == "RATE_LIMITED"


@pytest.mark.parametrize("executed", [False, True])
async def test_a_dropped_connection_leaves_the_outcome_unknown(sandbox: Sandbox, store: Store, executed: bool) -> None:
    sandbox.faults.add(Fault(request="POST /products", dropped=True, executed=executed))
    with pytest.raises(OutcomeUnknown) as caught:
        await store.products.create(ProductDraft(name="Cup", sku="C1"))
    assert sandbox.stores[1003].count("products") == 1 + executed
    assert [(exchange.method, exchange.status) for exchange in sandbox.requests] == [("POST", 0)]
    assert (await caught.value.resolve() is not None) == executed


async def test_a_write_may_take_effect_before_the_server_fails(sandbox: Sandbox, store: Store) -> None:
    sandbox.faults.add(Fault(request="POST /products", status=500, executed=True))
    with pytest.raises(ServerError) as caught:
        await store.products.create(ProductDraft(name="Cup"))
    assert caught.value.outcome == "unknown"
    assert sandbox.stores[1003].count("products") == 2
    assert [exchange.status for exchange in sandbox.requests] == [500]


async def test_a_truncated_body_is_no_response(sandbox: Sandbox, store: Store) -> None:
    sandbox.faults.add(Fault(request="GET /products/**", truncated=True))
    with pytest.raises(OutcomeUnknown):
        await store.products.get(7)
    assert (await store.products.get(7)).name == "Mug"


async def test_a_page_of_a_proxy_is_not_taken_for_a_response(sandbox: Sandbox, store: Store) -> None:
    sandbox.faults.add(Fault(content_type="text/html", body=b"<h1>Maintenance</h1>"))
    with pytest.raises(EcwidError) as caught:
        await store.products.get(7)
    assert isinstance(caught.value, DecodeError)


async def test_a_late_response_has_taken_effect(sandbox: Sandbox, store: Store) -> None:
    waits: list[tuple[float, int]] = []

    async def sleep(seconds: float) -> None:
        waits.append((seconds, sandbox.stores[1003].count("products")))

    sandbox.sleep = sleep
    sandbox.faults.add(Fault(request="POST /products", delay=2.5))
    await store.products.create(ProductDraft(name="Cup"))
    assert waits == [(2.5, 2)]


async def test_a_client_repeats_reads_that_fail(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(request="GET /products/7", dropped=True))
    async with Ecwid(transport=sandbox, quota=None) as ecwid:
        assert (await ecwid.store(1003, TOKEN).products.get(7)).name == "Mug"
    assert [exchange.status for exchange in sandbox.requests] == [0, 200]


async def test_requests_inside_a_batch_and_preflight_requests_do_not_count(sandbox: Sandbox) -> None:
    fault = sandbox.faults.add(Fault(request="/products/**", every=1, status=503))
    api = Api(sandbox)
    async with Ecwid(transport=sandbox, quota=None) as ecwid:
        store = ecwid.store(1003, TOKEN)
        assert len(await store.batch([store.products.get(7), store.products.get(7)])) == 2
    await sandbox.send(Request(method="OPTIONS", path="/1003/products", options=Options(operation="OPTIONS")))
    assert (fault.matched, fault.hits) == (0, 0)
    assert [exchange.status for exchange in sandbox.requests.to("GET /products/7")] == [200, 200]
    assert api.send("GET", "/products").status == 200  # `handle` has no faults


REDIRECT = "https://app.example/callback"


@pytest.fixture(params=["in process", "over HTTP"])
async def endpoint(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[TokenEndpoint]:
    """The token endpoint of the sandbox, for an app that is not installed yet."""
    sandbox.add_app(App(client_id="app", client_secret="secret_of_my_app", scopes=None, redirect_uri=REDIRECT))
    if request.param == "in process":
        async with TokenEndpoint("app", "secret_of_my_app", transport=sandbox.authorization) as found:
            yield found
    else:
        async with (
            serve(sandbox) as server,
            TokenEndpoint("app", "secret_of_my_app", oauth_url=server.oauth_url) as found,
        ):
            yield found


def code_of(sandbox: Sandbox) -> str:
    url = f"/authorize?client_id=app&redirect_uri={REDIRECT}&response_type=code&scope=read_orders"
    redirect = sandbox.authorization.decide(url, store_id=1003)
    return parse_qs(urlsplit(redirect).query)["code"][0]


@pytest.mark.parametrize("executed", [False, True])
async def test_the_exchange_of_a_code_has_faults_of_its_own(
    sandbox: Sandbox, endpoint: TokenEndpoint, executed: bool
) -> None:
    other = sandbox.faults.add(Fault(request="POST /oauth/token/**", store_id=1004, status=503))
    sandbox.faults.add(Fault(request="POST /oauth/token/{storeId}", dropped=True, executed=executed))
    with pytest.raises(InstallError):
        await endpoint.exchange(code_of(sandbox), redirect_uri=REDIRECT, store_id=1003)
    assert ("app" in sandbox.stores[1003].installs) == executed
    sandbox.faults.add(Fault(request="POST /oauth/token/**", status=503, error_code="temporarily_unavailable"))
    with pytest.raises(InstallError, match="Start the installation again"):
        await endpoint.exchange(code_of(sandbox), redirect_uri=REDIRECT, store_id=1003)
    await endpoint.exchange(code_of(sandbox), redirect_uri=REDIRECT, store_id=1003)
    assert [exchange.status for exchange in sandbox.authorization.requests] == [0, 503, 200]
    assert other.hits == 0
