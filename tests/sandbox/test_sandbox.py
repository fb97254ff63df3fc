"""Checks of every request: path, token, scopes, parameters and body; and the headers of every response."""

import asyncio
import json
import re
import subprocess
import sys
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox import Fault, Sandbox, Switches
from ecwid_async.sandbox.routes import load
from ecwid_async.sandbox.spec import load as tables
from ecwid_async.wire import Headers, Options, Request, StreamBody
from tests.sandbox.api import Api, Clock

TOKEN = "secret_1"


@pytest.fixture
def clock():
    return Clock(1_725_434_411.75)


@pytest.fixture
def sandbox(clock):
    sandbox = Sandbox(clock=clock, requests_per_minute=None)
    sandbox.add_store(7, token=TOKEN)
    return sandbox


@pytest.fixture
def api(sandbox):
    return Api(sandbox, store_id=7, token=TOKEN)


def request(method, path, body=None, *, params=(), **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        method=method,
        path=path,
        params=tuple(params),
        body=body,
        headers=Headers(tuple({"Authorization": f"Bearer {TOKEN}", **named}.items())),
        options=Options(operation="GET /products"),
    )


def error_of(response):
    body = json.loads(response.body)
    return response.status, body["errorCode"]


# Path and HTTP method.


@pytest.mark.parametrize("path", ["/8/products", "/x/products", "/", "", "//products", "/٧/products"])
def test_an_unknown_store_is_not_found(sandbox, path):
    assert error_of(sandbox.handle(request("GET", path))) == (404, "STORE_NOT_FOUND")


@pytest.mark.parametrize("path", ["", "/nothing", "/products/1/nothing", "/products//files", "/products%2F1"])
def test_an_unknown_path_is_not_found(api, path):
    assert api.refused("GET", path)[0] == 404


def test_a_method_that_a_path_does_not_support_gets_405_with_the_supported_ones(api):
    response = api.send("DELETE", "/products/sort")
    assert error_of(response) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["Allow"] == "GET, PUT"
    assert api.refused("PATCH", "/products")[:2] == (405, "METHOD_NOT_ALLOWED")


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_path_segments_are_decoded_after_splitting(text):
    is_fixed_segment = text in {"deleted", "sort", "filters"}
    if not is_fixed_segment:
        *_, path_params = load().find("GET", ["products", text])
        assert path_params == {"productId": text}
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(7, token=TOKEN)
    response = sandbox.handle(request("GET", f"/7/products/{quote_plus(text)}"))
    assert response.status in ({200, 400} if is_fixed_segment else {400, 404})


def test_a_trailing_slash_addresses_the_list(api):
    api.post("/products", {"name": "x"})
    assert api.get("/products/")["total"] == 1
    assert api.delete("/products/") == {"deleteCount": 1}


# Tokens and scopes.


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic secret_1", "secret_1", "Bearer secret_2"])
def test_a_missing_or_wrong_token_is_rejected_and_not_repeated(sandbox, header):
    sandbox.add_store(8, token="secret_2")
    response = sandbox.handle(request("GET", "/7/products", Authorization=header))
    assert error_of(response) == (403, "INVALID_API_TOKEN")
    assert b"secret" not in response.body


def test_a_token_in_the_query_is_rejected_and_not_recorded(sandbox):
    sent = request("GET", "/7/products", params=[("token", TOKEN)], Authorization="")
    assert error_of(sandbox.handle(sent)) == (403, "INVALID_API_TOKEN")
    assert TOKEN not in repr(sandbox.requests)


def test_a_revoked_token_is_rejected(sandbox, api):
    api.get("/products")
    sandbox.stores[7].revoke(TOKEN)
    assert api.refused("GET", "/products")[:2] == (403, "INVALID_API_TOKEN")


def test_no_repr_contains_a_token(sandbox):
    assert TOKEN not in f"{sandbox!r} {sandbox.stores!r} {sandbox.stores[7].access(TOKEN)!r}"


@pytest.mark.parametrize("operation", [op for op in load().operations if tables().endpoints[op].scopes])
def test_every_endpoint_needs_its_scopes(sandbox, operation):
    sandbox.stores[7].add_token("other", scopes=["read_other_things"])
    method, path = operation.split(" ")
    path = re.sub(r"\{.*?\}", "1", path)
    assert Api(sandbox, store_id=7, token="other").refused(method, path)[:2] == (403, "INSUFFICIENT_APP_SCOPE")


def test_a_token_allows_only_the_operations_of_its_scopes(sandbox):
    sandbox.stores[7].add_token("reader", scopes=["read_catalog"])
    reader = Api(sandbox, store_id=7, token="reader")
    reader.get("/products")
    status, code, message = reader.refused("POST", "/products", {"name": "x"})
    assert (status, code) == (403, "INSUFFICIENT_APP_SCOPE")
    assert "create_catalog" in message


def test_a_suspended_store_gets_402(sandbox, api):
    sandbox.stores[7].suspended = True
    assert api.refused("GET", "/products")[:2] == (402, "STORE_IS_SUSPENDED")


def test_a_failing_store_gets_500_and_does_nothing(sandbox, api):
    sandbox.stores[7].failing = True
    assert api.refused("POST", "/products", {"name": "x"})[:2] == (500, "INTERNAL_ERROR")
    sandbox.stores[7].failing = False
    assert api.get("/products")["total"] == 0


async def test_only_the_responses_of_a_slow_store_are_late(sandbox):
    sandbox.add_store(8, token=TOKEN).response_delay = 3
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    sandbox.sleep = sleep
    for store_id in (7, 8):
        response = await sandbox.send(request("GET", f"/{store_id}/products"))
        assert response.status == 200
    assert (await sandbox.send(request("GET", "/application"))).status == 403
    assert waits == [3]


# Parameters and bodies.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "ten"),
        ("limit", "0"),
        ("offset", "-1"),
        ("enabled", "yes"),
        ("priceFrom", "cheap"),
        ("priceFrom", "nan"),
        ("limit", "1_0"),
        ("createdFrom", "9" * 30),
        ("createdFrom", "yesterday"),
        ("sortBy", "COLOUR_ASC"),
        ("categories", "1,x"),
        ("responseFields", "items(id"),
    ],
)
def test_the_error_for_a_wrong_parameter_names_it(api, name, value):
    status, code, message = api.refused("GET", "/products", **{name: value})
    assert (status, code) == (400, "WRONG_PARAMETER")
    assert name in message


def test_a_switch_decides_whether_unknown_parameters_and_fields_are_errors(api):
    api.get("/products", colour="red")
    api.post("/products", {"name": "x", "colour": "red", "shipping": {"speed": 1}})
    strict = Sandbox(switches=Switches(reject_unknown=True))
    strict.add_store(7, token=TOKEN)
    api = Api(strict, store_id=7, token=TOKEN)
    assert "colour" in api.refused("GET", "/products", colour="red")[2]
    assert "colour" in api.refused("POST", "/products", {"name": "x", "colour": "red"})[2]
    assert "speed" in api.refused("POST", "/products", {"name": "x", "shipping": {"speed": 1}})[2]
    api.post("/products", {"name": "x"})


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b'{"name": 5}', b'{"name":"x","price":"5"}', b"[" * 9999]
)
def test_an_invalid_body_is_rejected(sandbox, body):
    response = sandbox.handle(request("POST", "/7/products", body, Content_Type="application/json"))
    assert error_of(response) == (400, "WRONG_PARAMETER")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/octet-stream"])
def test_a_json_body_needs_its_content_type(sandbox, kind):
    response = sandbox.handle(request("POST", "/7/products", b'{"name":"x"}', Content_Type=kind))
    assert response.status == 415


def test_parameters_may_be_sent_as_a_form(sandbox, api):
    api.post("/products", {"name": "x", "sku": "a b"})
    body, kind = b"sku=a+b&responseFields=total", "application/x-www-form-urlencoded"
    form = request("GET", "/7/products", body, Content_Type=kind)
    assert json.loads(sandbox.handle(form).body) == {"total": 1}


def test_a_repeated_parameter_is_a_list(api, sandbox):
    ids = [api.post("/products", {"name": "x"})["id"] for _ in range(3)]
    sent = request("GET", "/7/products", params=[("productId", str(number)) for number in ids[:2]])
    assert json.loads(sandbox.handle(sent).body)["total"] == 2


# Responses, and the sandbox as a transport.


def test_every_response_has_date_request_id_and_content_type(sandbox):
    for path in ("/7/products", "/7/nothing"):
        sent = request("GET", path)
        headers = sandbox.handle(sent).headers
        assert headers["Date"] == "Wed, 04 Sep 2024 07:20:11 GMT"
        assert headers["X-Ecwid-Api-Request-Id"] == sent.id
        assert headers["Content-Type"].startswith("application/json")


def test_the_latest_requests_are_recorded(sandbox, api):
    api.get("/products", limit=5)
    api.refused("GET", "/nothing")
    now = sandbox.clock()
    assert [tuple(exchange) for exchange in sandbox.requests] == [
        ("GET", "/7/products", {"limit": "5"}, 200, now, True),
        ("GET", "/7/nothing", {}, 404, now, True),
    ]
    assert sandbox.requests.maxlen


def test_requests_that_use_no_quota_are_not_counted(sandbox, api):
    sandbox.requests_per_minute = 1
    api.post("/batch", [{"method": "GET", "path": "/products"}])
    sandbox.handle(request("GET", "/7/products", Authorization="Bearer secret_wrong"))
    sandbox.faults.add(Fault(status=503))
    asyncio.run(sandbox.send(request("GET", "/7/products")))
    api.refused("GET", "/products")
    assert [(each.method, each.status, each.counted) for each in sandbox.requests] == [
        ("GET", 200, False),
        ("POST", 200, True),
        ("GET", 403, False),
        ("GET", 503, False),
        ("GET", 429, False),
    ]


async def test_the_sandbox_is_a_transport(sandbox):
    response = await sandbox.send(request("GET", "/7/products"))
    async with sandbox.stream(request("GET", "/7/products")) as streamed:
        chunks = [chunk async for chunk in streamed.chunks]
    assert (streamed.status, b"".join(chunks)) == (response.status, response.body)
    await sandbox.aclose()
    await sandbox.aclose()


async def test_a_streamed_request_body_is_read_whole(sandbox, api):
    async def chunks():
        for piece in (b'{"name"', b':"streamed"}'):
            await asyncio.sleep(0)
            yield piece

    body = StreamBody(chunks())
    response = await sandbox.send(request("POST", "/7/products", body, Content_Type="application/json"))
    number = json.loads(response.body)["id"]
    assert api.get(f"/products/{number}")["name"] == "streamed"


def test_adding_a_store_twice_is_an_error(sandbox):
    with pytest.raises(ValueError, match="add_token"):
        sandbox.add_store(7, token="x")


def test_importing_the_package_loads_no_library():
    code = "import sys, ecwid_async.sandbox; print(*{'msgspec', 'attrs', 'zlib'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
