"""The server gives what the engine gives, byte for byte, and closes cleanly."""

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
from ecwid_async.sandbox.server import LARGEST_BODY, Served, serve, serving
from ecwid_async.wire import Request, Response
from tests.sandbox.api import Api, Clock

SIGNED = {"Authorization": f"Bearer {DEMO_TOKEN}"}


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox(
        products=30, orders=20, customers=10, carts=5, categories=6, requests_per_minute=None, clock=Clock()
    )


@pytest.fixture
async def served(sandbox: Sandbox) -> AsyncIterator[Served]:
    async with serve(sandbox) as running:
        yield running


@pytest.fixture
async def http(served: Served) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers=SIGNED) as session:
        yield session


@pytest.mark.parametrize(
    "target",
    ["/products?limit=7&offset=3", "/orders?limit=100", "/customers", "/carts?showHidden=true", "/profile", "/nothing"],
)
async def test_an_answer_is_byte_equal_to_that_of_the_engine(
    sandbox: Sandbox, served: Served, http: aiohttp.ClientSession, target: str
) -> None:
    path, _, query = target.partition("?")
    inside = Api(sandbox).send("GET", path, **dict(pair.split("=") for pair in query.split("&") if pair))
    async with http.get(f"{served.base_url}/1003{target}") as answer:
        assert await answer.read() == inside.body
        assert answer.status == inside.status
        assert answer.headers["Content-Type"] == inside.headers["Content-Type"]
        assert answer.headers["Date"] == inside.headers["Date"]


async def test_it_listens_on_loopback_and_takes_a_free_port(served: Served) -> None:
    address = urlsplit(served.base_url)
    assert (address.hostname, address.path) == ("127.0.0.1", "/api/v3")
    assert address.port


def test_all_addresses_are_reached_through_loopback(sandbox: Sandbox) -> None:
    with serving(sandbox, host="0.0.0.0") as served:
        assert served.base_url == f"http://127.0.0.1:{served.port}/api/v3"


class _Recorder(Sandbox):
    """Answers nothing but what it was asked."""

    def handle(self, request: Request) -> Response:
        self.asked = request
        return super().handle(request)


async def test_what_is_encoded_reaches_the_engine_as_it_was_sent() -> None:
    recorder = _Recorder()
    async with serve(recorder) as served, aiohttp.ClientSession() as session:
        path = "/1003/orders/A%2FB/%D1%84%20+%2B~%7E"
        url = URL(f"{served.base_url}{path}?keyword=a%20b+c%26d&empty=&name=%F0%9F%8E%81", encoded=True)
        async with session.put(url, data=b"\x00\xff", headers={"X-Ecwid-Api-Request-Id": "abc12345"}) as answer:
            assert answer.status == 404
    asked = recorder.asked
    assert (asked.method, asked.path) == ("PUT", path)
    assert asked.params == (("keyword", "a b c&d"), ("empty", ""), ("name", "🎁"))
    assert asked.body == b"\x00\xff"
    assert asked.id == "abc12345"


async def test_a_body_reaches_the_store(sandbox: Sandbox, served: Served, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{served.base_url}/1003/orders", json={"email": "ö@example.com"}) as answer:
        number = (await answer.json())["id"]
    assert Api(sandbox).get(f"/orders/{number}")["email"] == "ö@example.com"


async def test_a_body_that_is_too_large_is_refused(served: Served, http: aiohttp.ClientSession) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 2**20 + 2):
            yield bytes(2**20)

    try:
        async with http.post(f"{served.base_url}/1003/orders", data=endless()) as answer:
            assert answer.status == 413
            assert (await answer.json())["errorCode"] == "REQUEST_TOO_LARGE"
    except aiohttp.ClientConnectionError:
        # The server need not wait for the rest, so the client may fail at sending it.
        pass
    async with http.get(f"{served.base_url}/1003/profile") as answer:
        assert answer.status == 200


def test_a_body_that_says_it_is_too_large_is_not_read(sandbox: Sandbox) -> None:
    with serving(sandbox) as served, socket.create_connection((served.host, served.port), timeout=5) as wire:
        wire.sendall(b"POST /api/v3/1003/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        answer = wire.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_one_connection_serves_many_requests(sandbox: Sandbox) -> None:
    with serving(sandbox) as served:
        connection = HTTPConnection(served.host, served.port, timeout=5)
        ports = set()
        for _ in range(3):
            connection.request("GET", "/api/v3/1003/profile", headers=SIGNED)
            ports.add(connection.sock.getsockname()[1])
            assert connection.getresponse().read()
        connection.close()
    assert len(ports) == 1


async def test_an_unknown_place_is_refused_in_json(served: Served, http: aiohttp.ClientSession) -> None:
    for path in ("/", "/api/v2/1003/products", "/api/v3x/1003/products"):
        async with http.get(f"http://{served.host}:{served.port}{path}") as answer:
            assert answer.status == 404
            assert (await answer.json())["errorCode"] == "NOT_FOUND"


class _Broken(Sandbox):
    def handle(self, request: Request) -> Response:
        raise RuntimeError("a customer's secret")


async def test_a_failing_engine_answers_500_without_saying_why(caplog: pytest.LogCaptureFixture) -> None:
    async with (
        serve(_Broken()) as served,
        aiohttp.ClientSession() as session,
        session.get(f"{served.base_url}/1003/products") as answer,
    ):
        body: dict[str, Any] = await answer.json()
        assert answer.status == 500
    assert body["errorCode"] == "INTERNAL_ERROR"
    assert "secret" not in json.dumps(body)
    assert "Traceback" not in json.dumps(body)
    assert "a customer's secret" in caplog.text


async def test_closing_frees_the_port_though_connections_are_kept_alive(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession(headers=SIGNED) as session:
        async with serve(sandbox) as served, session.get(f"{served.base_url}/1003/profile") as answer:
            await answer.read()
        async with asyncio.timeout(5), serve(sandbox, port=served.port) as again:
            assert again.port == served.port


async def test_a_taken_port_is_an_error(sandbox: Sandbox, served: Served) -> None:
    with pytest.raises(OSError, match="in use"):
        async with serve(sandbox, port=served.port):
            pass


def test_a_taken_port_is_an_error_in_a_thread_too(sandbox: Sandbox) -> None:
    with serving(sandbox) as served, pytest.raises(OSError, match="in use"), serving(sandbox, port=served.port):
        pass


def test_the_thread_ends_with_its_context(sandbox: Sandbox) -> None:
    with serving(sandbox) as served:
        connection = HTTPConnection(served.host, served.port, timeout=5)
        connection.request("GET", "/api/v3/1003/profile", headers=SIGNED)
        assert connection.getresponse().status == 200
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((served.host, served.port), timeout=5)


PACKED = gzip.compress(b'{"name":"Packed"}')


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", PACKED, 200),
        ("GZip", PACKED, 200),
        ("deflate", zlib.compress(b'{"name":"Packed"}'), 200),
        ("gzip", PACKED[:-1], 400),
        ("gzip", PACKED[:12], 400),
        ("gzip", PACKED + b"x", 400),
        ("gzip", b"none", 400),
        ("gzip", b"", 400),
        ("deflate", b"none", 400),
        ("br", b"none", 415),
        ("gzip, gzip", PACKED, 415),
        ("gzip", gzip.compress(b" " * (LARGEST_BODY + 1), 1), 413),
    ],
    ids=lambda given: repr(given)[:20],
)
async def test_a_body_that_is_not_what_its_encoding_says_is_refused(
    served: Served, sandbox: Sandbox, encoding: str, body: bytes, status: int
) -> None:
    products = Api(sandbox).get("/products")["total"]
    headers = {**SIGNED, "Content-Type": "application/json", "Content-Encoding": encoding}
    # As it is: the session would compress it itself.
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
