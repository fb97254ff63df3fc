"""The server returns the responses of the sandbox byte for byte, and closes cleanly."""

import asyncio
import gzip
import json
import socket
import zlib
from collections.abc import AsyncIterator, Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from yarl import URL

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import MAX_BODY_BYTES, RunningServer, serve, serve_in_thread
from ecwid_async.wire import Request, Response
from tests.sandbox.api import Api, Clock

AUTHORIZATION = {"Authorization": f"Bearer {DEMO_TOKEN}"}


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox(
        products=30, orders=20, customers=10, carts=5, categories=6, requests_per_minute=None, clock=Clock()
    )


@pytest.fixture
async def served(sandbox: Sandbox) -> AsyncIterator[RunningServer]:
    async with serve(sandbox) as running:
        yield running


@pytest.fixture
async def http(served: RunningServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers=AUTHORIZATION) as session:
        yield session


@pytest.mark.parametrize(
    "target",
    ["/products?limit=7&offset=3", "/orders?limit=100", "/customers", "/carts?showHidden=true", "/profile", "/nothing"],
)
async def test_a_response_is_the_same_as_in_process(
    sandbox: Sandbox, served: RunningServer, http: aiohttp.ClientSession, target: str
) -> None:
    path, _, query = target.partition("?")
    in_process = Api(sandbox).send("GET", path, **dict(pair.split("=") for pair in query.split("&") if pair))
    async with http.get(f"{served.base_url}/1003{target}") as response:
        assert await response.read() == in_process.body
        assert response.status == in_process.status
        assert response.headers["Content-Type"] == in_process.headers["Content-Type"]
        assert response.headers["Date"] == in_process.headers["Date"]


async def test_a_slow_store_delays_only_its_own_responses(
    sandbox: Sandbox, served: RunningServer, http: aiohttp.ClientSession
) -> None:
    sandbox.add_store(1004, token=DEMO_TOKEN).response_delay = 5
    slow = asyncio.ensure_future(http.get(f"{served.base_url}/1004/products"))
    async with http.get(f"{served.base_url}/1003/products") as response:
        assert response.status == 200
    assert not slow.done()
    sandbox.stores[1004].response_delay = 0.2
    started = asyncio.get_running_loop().time()
    async with http.get(f"{served.base_url}/1004/products") as response:
        assert response.status == 200
    assert asyncio.get_running_loop().time() - started > 0.15
    slow.cancel()


async def test_the_server_listens_on_a_free_port_of_loopback_by_default(served: RunningServer) -> None:
    address = urlsplit(served.base_url)
    assert (address.hostname, address.path) == ("127.0.0.1", "/api/v3")
    assert address.port


def test_a_server_on_all_addresses_is_reached_through_loopback(sandbox: Sandbox) -> None:
    with serve_in_thread(sandbox, host="0.0.0.0") as served:
        assert served.base_url == f"http://127.0.0.1:{served.port}/api/v3"


class _Recorder(Sandbox):
    """A sandbox that records its last request."""

    def handle(self, request: Request) -> Response:
        self.received = request
        return super().handle(request)


async def test_an_encoded_path_and_body_reach_the_sandbox_unchanged() -> None:
    recorder = _Recorder()
    async with serve(recorder) as served, aiohttp.ClientSession() as session:
        path = "/1003/orders/A%2FB/%D1%84%20+%2B~%7E"
        url = URL(f"{served.base_url}{path}?keyword=a%20b+c%26d&empty=&name=%F0%9F%8E%81", encoded=True)
        async with session.put(url, data=b"\x00\xff", headers={"X-Ecwid-Api-Request-Id": "abc12345"}) as response:
            assert response.status == 404
    received = recorder.received
    assert (received.method, received.path) == ("PUT", path)
    assert received.params == (("keyword", "a b c&d"), ("empty", ""), ("name", "🎁"))
    assert received.body == b"\x00\xff"
    assert received.id == "abc12345"


async def test_a_json_body_reaches_the_store(
    sandbox: Sandbox, served: RunningServer, http: aiohttp.ClientSession
) -> None:
    async with http.post(f"{served.base_url}/1003/orders", json={"email": "ö@example.com"}) as response:
        number = (await response.json())["id"]
    assert Api(sandbox).get(f"/orders/{number}")["email"] == "ö@example.com"


async def test_a_body_that_is_too_large_gets_413(served: RunningServer, http: aiohttp.ClientSession) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 2**20 + 2):
            yield bytes(2**20)

    try:
        async with http.post(f"{served.base_url}/1003/orders", data=endless()) as response:
            assert response.status == 413
            assert (await response.json())["errorCode"] == "REQUEST_TOO_LARGE"
    except aiohttp.ClientConnectionError:
        # The server does not wait for the rest, so sending it may fail.
        pass
    async with http.get(f"{served.base_url}/1003/profile") as response:
        assert response.status == 200


def test_a_body_whose_content_length_is_too_large_is_not_read(sandbox: Sandbox) -> None:
    with serve_in_thread(sandbox) as served, socket.create_connection((served.host, served.port), timeout=5) as wire:
        wire.sendall(b"POST /api/v3/1003/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        response = wire.makefile("rb").read()
    assert response.startswith(b"HTTP/1.1 413 ")


def test_one_connection_serves_many_requests(sandbox: Sandbox) -> None:
    with serve_in_thread(sandbox) as served:
        connection = HTTPConnection(served.host, served.port, timeout=5)
        ports = set()
        for _ in range(3):
            connection.request("GET", "/api/v3/1003/profile", headers=AUTHORIZATION)
            ports.add(connection.sock.getsockname()[1])
            assert connection.getresponse().read()
        connection.close()
    assert len(ports) == 1


async def test_an_unknown_path_gets_a_json_404(served: RunningServer, http: aiohttp.ClientSession) -> None:
    for path in ("/", "/api/v2/1003/products", "/api/v3x/1003/products"):
        async with http.get(f"http://{served.host}:{served.port}{path}") as response:
            assert response.status == 404
            assert (await response.json())["errorCode"] == "NOT_FOUND"


class _Broken(Sandbox):
    def handle(self, request: Request) -> Response:
        raise RuntimeError("a customer's secret")


async def test_an_exception_in_the_sandbox_gets_500_without_details(caplog: pytest.LogCaptureFixture) -> None:
    async with (
        serve(_Broken()) as served,
        aiohttp.ClientSession() as session,
        session.get(f"{served.base_url}/1003/products") as response,
    ):
        body: dict[str, Any] = await response.json()
        assert response.status == 500
    assert body["errorCode"] == "INTERNAL_ERROR"
    assert "secret" not in json.dumps(body)
    assert "Traceback" not in json.dumps(body)
    assert "a customer's secret" in caplog.text


async def test_closing_frees_the_port_despite_open_connections(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession(headers=AUTHORIZATION) as session:
        async with serve(sandbox) as served, session.get(f"{served.base_url}/1003/profile") as response:
            await response.read()
        async with asyncio.timeout(5), serve(sandbox, port=served.port) as again:
            assert again.port == served.port


async def test_a_port_in_use_is_an_error(sandbox: Sandbox, served: RunningServer) -> None:
    with pytest.raises(OSError, match="in use"):
        async with serve(sandbox, port=served.port):
            pass


def test_a_port_in_use_is_an_error_in_a_thread_too(sandbox: Sandbox) -> None:
    with (
        serve_in_thread(sandbox) as served,
        pytest.raises(OSError, match="in use"),
        serve_in_thread(sandbox, port=served.port),
    ):
        pass


def test_the_thread_ends_with_its_context(sandbox: Sandbox) -> None:
    with serve_in_thread(sandbox) as served:
        connection = HTTPConnection(served.host, served.port, timeout=5)
        connection.request("GET", "/api/v3/1003/profile", headers=AUTHORIZATION)
        assert connection.getresponse().status == 200
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((served.host, served.port), timeout=5)


COMPRESSED = gzip.compress(b'{"name":"Compressed"}', mtime=0)


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", COMPRESSED, 200),
        ("GZip", COMPRESSED, 200),
        ("deflate", zlib.compress(b'{"name":"Compressed"}'), 200),
        ("gzip", COMPRESSED[:-1], 400),
        ("gzip", COMPRESSED[:12], 400),
        ("gzip", COMPRESSED + b"x", 400),
        ("gzip", b"invalid", 400),
        ("gzip", b"", 400),
        ("deflate", b"invalid", 400),
        ("br", b"invalid", 415),
        ("gzip, gzip", COMPRESSED, 415),
        ("gzip", gzip.compress(b" " * (MAX_BODY_BYTES + 1), 1, mtime=0), 413),
    ],
    ids=lambda given: repr(given)[:20],
)
async def test_a_body_must_match_its_content_encoding(
    served: RunningServer, sandbox: Sandbox, encoding: str, body: bytes, status: int
) -> None:
    products = Api(sandbox).get("/products")["total"]
    headers = {**AUTHORIZATION, "Content-Type": "application/json", "Content-Encoding": encoding}
    # The session would compress the body itself.
    request = raw_request(f"{served.base_url}/{DEMO_STORE_ID}/products", headers, body)
    response = await asyncio.to_thread(request)
    assert response == (status, "*")
    assert Api(sandbox).get("/products")["total"] == products + (status == 200)


def raw_request(url: str, headers: dict[str, str], body: bytes) -> Callable[[], tuple[int, str | None]]:
    def send() -> tuple[int, str | None]:
        split = urlsplit(url)
        connection = HTTPConnection(split.hostname or "", split.port)
        try:
            connection.request("POST", split.path, body, headers)
            response = connection.getresponse()
            response.read()
            return response.status, response.headers["Access-Control-Allow-Origin"]
        finally:
            connection.close()

    return send
