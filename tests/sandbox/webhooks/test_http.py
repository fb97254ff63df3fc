"""Webhooks over HTTP, as a server receives them."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import pytest

from ecwid_async.sandbox import App, AppRequest, Install, Sandbox, sample_event
from ecwid_async.sandbox.server import serve
from ecwid_async.sandbox.webhooks import NotLoopback, build_request, check_loopback
from ecwid_async.sandbox.webhooks.http import ANSWER_SECONDS, CONNECT_SECONDS, send_over_http
from tests.sandbox.api import Api
from tests.sandbox.webhooks.apps import CLIENT_ID, CLIENT_SECRET

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Server:
    """A server that keeps the bytes of each request and answers with `answer`; None never answers."""

    def __init__(self) -> None:
        self.answer: bytes | None = OK
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.received = asyncio.Event()
        self.port = 0
        self.handlers: list[asyncio.Task[None] | None] = []

    def url(self, path: str = "/webhooks", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.handlers.append(asyncio.current_task())
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
        self.bodies.append(await reader.readexactly(length))
        self.received.set()
        if self.answer is None:
            await reader.read()
        else:
            writer.write(self.answer)
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def running() -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server
        for handler in filter(None, server.handlers):
            await handler


def request(url: str, *headers: tuple[str, str]) -> AppRequest:
    event = sample_event("order.created")
    return build_request(event, url=url, client_secret=CLIENT_SECRET, headers=headers)


async def test_a_request_arrives_as_it_was_built() -> None:
    async with running() as server:
        sent = request(server.url(), ("Cache-Control", "no-store"), ("X-Shop", "1"))
        assert await send_over_http(sent) == 200
    first, *lines = server.heads[0].split("\r\n")
    assert first == "POST /webhooks?eventtype=order.created HTTP/1.1"
    assert server.bodies == [sent.body]
    # Both values of a header arrive, as separate headers.
    assert [line for line in lines if line.startswith("Cache-Control")] == [
        "Cache-Control: no-cache",
        "Cache-Control: no-store",
    ]
    names = sorted(line.partition(":")[0].lower() for line in lines if line)
    assert set(names) == {"host", "content-length", *(name.lower() for name, _ in sent.headers), *hidden(names)}


def hidden(names: list[str]) -> set[str]:
    """Headers that any HTTP client sends."""
    return {"accept", "connection"} & set(names)


async def test_a_header_of_the_app_does_not_replace_the_signature_however_it_is_spelled() -> None:
    async with running() as server:
        sent = request(server.url(), ("x-ecwid-WEBHOOK-signature", "forged"))
        assert await send_over_http(sent) == 200
        lines = [line.partition(": ") for line in server.heads[0].split("\r\n")]
        values = [value for name, _, value in lines if name.lower() == "x-ecwid-webhook-signature"]
        assert len(values) == 2
        assert values[1] == "forged"


async def test_redirects_are_not_followed() -> None:
    async with running() as server:
        server.answer = f"HTTP/1.1 301 Moved\r\nLocation: {server.url('/b')}\r\nContent-Length: 0\r\n\r\n".encode()
        assert await send_over_http(request(server.url("/a"))) == 301
    assert len(server.heads) == 1


async def test_only_the_status_is_read() -> None:
    async with running() as server:
        server.answer = b"HTTP/1.1 202 Accepted\r\nContent-Length: 99999999\r\n\r\nunfinished"
        assert await send_over_http(request(server.url())) == 202


async def test_an_app_that_does_not_answer_in_time_fails() -> None:
    async with running() as server:
        server.answer = None
        with pytest.raises(TimeoutError):
            await send_over_http(request(server.url()), answer_seconds=0.05)
    assert (CONNECT_SECONDS, ANSWER_SECONDS) == (3, 10)


async def test_an_app_that_does_not_accept_the_connection_in_time_fails() -> None:
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        # The queue of the server is full: further connections are not accepted.
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            await send_over_http(
                request(f"http://127.0.0.1:{server.getsockname()[1]}/"), connect_seconds=0.05, answer_seconds=60
            )
        assert time.monotonic() - started < 30


async def test_an_app_that_does_not_run_fails() -> None:
    async with running() as server:
        url = server.url()
    with pytest.raises(OSError, match="Connect call failed"):
        await send_over_http(request(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/webhooks",
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://[2001:db8::1]/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "http://0.0.0.0/",
        "http://127.0.0.1@example.com/",
    ],
)
async def test_nothing_is_sent_to_other_machines(url: str) -> None:
    with pytest.raises(NotLoopback, match="only to this machine"):
        await send_over_http(request(url))


@pytest.mark.parametrize("url", ["", "/webhooks", "ftp://127.0.0.1/", "http://", "http://[::1", "http://127.0.0.1:x/"])
def test_what_is_not_an_http_url_is_refused(url: str) -> None:
    with pytest.raises(NotLoopback, match="must be like"):
        check_loopback(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://127.8.8.8/", "http://localhost/", "https://[::1]:1/"])
def test_this_machine_is_accepted(url: str) -> None:
    check_loopback(url)


async def test_an_event_for_another_machine_is_not_retried(caplog: pytest.LogCaptureFixture) -> None:
    api = store_with_app("http://example.com/webhooks")
    api.post("/products", {"name": "Mug"})
    await api.sandbox.deliveries.deliver_due()
    (delivery,) = api.sandbox.deliveries
    assert (delivery.outcome, api.sandbox.deliveries.waiting) == ("refused", 0)
    assert "only to this machine, not to 'example.com'" in caplog.text


async def test_a_served_sandbox_sends_its_webhooks() -> None:
    async with running() as server:
        api = store_with_app(server.url())
        async with serve(api.sandbox):
            product_id = api.post("/products", {"name": "Mug"})["id"]
            async with asyncio.timeout(30):
                await server.received.wait()
    assert f'"entityId":{product_id},"eventType":"product.created"'.encode() in server.bodies[0]


def store_with_app(url: str) -> Api:
    sandbox = Sandbox()
    sandbox.add_app(App(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, webhook_url=url))
    sandbox.add_store(1003, token="x").installs[CLIENT_ID] = Install()
    return Api(sandbox, store_id=1003, token="x")
