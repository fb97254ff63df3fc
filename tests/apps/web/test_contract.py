"""What holds in every framework: FastAPI, Starlette, Litestar and aiohttp.web, behind real servers."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from ecwid_async import Ecwid, NotFound, NotSentInTime, Timeout
from ecwid_async.apps import IncomingRequest, OutgoingResponse, WebhookRejected
from ecwid_async.apps.web import Service
from ecwid_async.transport import MemoryTransport, make_response
from ecwid_async.wire import Options, Request, Response
from tests.apps.web.frameworks import FRAMEWORKS, Site, serve

REQUEST = Request(method="GET", path="/profile", options=Options(operation="GET /profile"))
Serve = Callable[[Site], AbstractAsyncContextManager[str]]


@pytest.fixture(params=FRAMEWORKS)
def serve_site(request: pytest.FixtureRequest) -> Serve:
    return lambda site: serve(request.param, site)


class Received:
    """A handler that keeps its requests."""

    def __init__(self, response: OutgoingResponse | None = None) -> None:
        self.requests: list[IncomingRequest] = []
        self._response = response or OutgoingResponse(200)

    async def handle(self, request: IncomingRequest) -> OutgoingResponse:
        self.requests.append(request)
        return self._response


class SlowTransport(MemoryTransport):
    """Never responds, and counts the requests in progress."""

    def __init__(self) -> None:
        super().__init__(lambda _: make_response({}))
        self.in_progress = 0
        self.started = 0

    async def send(self, request: Request) -> Response:
        self.in_progress += 1
        self.started += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.in_progress -= 1
        raise AssertionError


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  what is awaited has no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def raw_connection(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield reader, writer
    finally:
        writer.close()


@asynccontextmanager
async def request(method: str, url: str, **settings: Any) -> AsyncIterator[aiohttp.ClientResponse]:
    async with aiohttp.ClientSession() as client, client.request(method, url, **settings) as response:
        yield response


async def status_of(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(10):
        return int((await reader.readline()).split()[1])


async def test_a_request_arrives_as_it_was_sent(serve_site: Serve) -> None:
    hooks = Received()
    async with serve_site(Site(handlers={"/hooks": hooks.handle})) as url, raw_connection(url) as (reader, writer):
        writer.write(
            b"POST /ecwid/hooks?eventtype=order.created&a=%2B+%C3%A9&a=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"X-Ecwid-Webhook-Signature: one\r\nX-Custom: 1\r\nx-ecwid-webhook-signature: two\r\n"
            b'Content-Length: 15\r\n\r\n{"eventId":"1"}'
        )
        assert await status_of(reader) == 200
    (request,) = hooks.requests
    assert request.method == "POST"
    assert request.path == "/ecwid/hooks"
    assert request.query == "eventtype=order.created&a=%2B+%C3%A9&a=2"
    assert request.header_values("X-Ecwid-Webhook-Signature") == ["one", "two"]
    assert request.body == b'{"eventId":"1"}'


async def test_a_path_stays_encoded(serve_site: Serve) -> None:
    hooks = Received()
    async with serve_site(Site(handlers={"/a b": hooks.handle})) as url, raw_connection(url) as (reader, writer):
        writer.write(b"GET /ecwid/%61%20b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        status = await status_of(reader)
    assert (status, [request.path for request in hooks.requests]) in [(200, ["/ecwid/%61%20b"]), (404, [])]


async def test_a_page_reads_its_request_as_it_was_sent(serve_site: Serve) -> None:
    read: list[IncomingRequest] = []

    def describe(request: IncomingRequest) -> str:
        read.append(request)
        return "read"

    async with serve_site(Site(describe=describe)) as url, raw_connection(url) as (reader, writer):
        writer.write(
            b"GET /describe/%61?a=%2B&a=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Cookie: a=1\r\nX-Note: one\r\nx-note: two\r\n\r\n"
        )
        assert await status_of(reader) == 200
    (found,) = read
    assert (found.method, found.path, found.query, found.body) == ("GET", "/describe/%61", "a=%2B&a=2", b"")
    assert (found.header_values("cookie"), found.header_values("x-note")) == (["a=1"], ["one", "two"])


@pytest.mark.parametrize(("path", "status"), [("/hooks", 200), ("/hooks/", 200), ("/other", 404)])
async def test_nothing_is_redirected(serve_site: Serve, path: str, status: int) -> None:
    """Ecwid counts a redirect as a failure."""
    async with (
        serve_site(Site(handlers={"/hooks": Received().handle})) as url,
        request("POST", f"{url}/ecwid{path}", allow_redirects=False) as response,
    ):
        assert response.status == status


async def test_a_response_is_sent_as_it_is(serve_site: Serve) -> None:
    cookies = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Type", "text/html; charset=utf-8"))
    hooks = Received(OutgoingResponse(201, cookies, "é".encode()))
    async with (
        serve_site(Site(handlers={"/hooks": hooks.handle})) as url,
        request("GET", f"{url}/ecwid/hooks") as response,
    ):
        assert response.status == 201
        assert response.headers.getall("Set-Cookie") == ["a=1", "b=2"]
        assert response.headers.getall("Content-Type") == ["text/html; charset=utf-8"]
        assert response.headers.getall("Content-Length") == ["2"]
        assert await response.text() == "é"


async def test_a_declared_body_that_is_too_large_is_refused_unread(serve_site: Serve) -> None:
    hooks = Received()
    async with serve_site(Site(handlers={"/hooks": hooks.handle})) as url, raw_connection(url) as (reader, writer):
        writer.write(b"POST /ecwid/hooks HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
        assert await status_of(reader) == 413
    assert hooks.requests == []


async def test_a_body_without_a_length_is_read_up_to_the_limit(serve_site: Serve) -> None:
    hooks = Received()
    async with serve_site(Site(handlers={"/hooks": hooks.handle})) as url, raw_connection(url) as (reader, writer):
        writer.write(b"POST /ecwid/hooks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(11):  # and no end
            writer.write(b"64\r\n" + b"x" * 100 + b"\r\n")
        assert await status_of(reader) == 413
    assert hooks.requests == []


async def test_the_largest_body_is_accepted(serve_site: Serve) -> None:
    hooks = Received()
    async with (
        serve_site(Site(handlers={"/hooks": hooks.handle})) as url,
        request("POST", f"{url}/ecwid/hooks", data=b"x" * 1000) as response,
    ):
        assert response.status == 200
    assert len(hooks.requests[0].body) == 1000


async def test_a_body_that_does_not_arrive_is_not_awaited_for_ever(serve_site: Serve) -> None:
    hooks = Received()
    site = Site(handlers={"/hooks": hooks.handle}, body_timeout=0.05)
    async with serve_site(site) as url, raw_connection(url) as (reader, writer):
        writer.write(b"POST /ecwid/hooks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert await status_of(reader) == 408
    assert hooks.requests == []


async def test_a_client_that_goes_away_within_the_body_reaches_no_handler(serve_site: Serve) -> None:
    hooks = Received()
    async with serve_site(Site(handlers={"/hooks": hooks.handle})) as url:
        async with raw_connection(url) as (_, writer):
            writer.write(b"POST /ecwid/hooks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            await writer.drain()
        async with request("GET", f"{url}/page") as response:
            assert response.status == 200
    assert hooks.requests == []


async def test_a_handler_runs_to_its_end_if_the_client_goes_away(serve_site: Serve) -> None:
    """An event that is being stored, or a code that is being exchanged, would be lost."""
    started, stored = asyncio.Event(), asyncio.Event()

    async def store(request: IncomingRequest) -> OutgoingResponse:
        started.set()
        await asyncio.sleep(0.1)
        stored.set()
        return OutgoingResponse(200)

    async with serve_site(Site(handlers={"/hooks": store})) as url:
        async with raw_connection(url) as (_, writer):
            writer.write(b"POST /ecwid/hooks HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
            await asyncio.wait_for(started.wait(), 10)
        await asyncio.wait_for(stored.wait(), 10)


async def test_an_error_of_a_handler_is_a_problem(serve_site: Serve) -> None:
    async def refuse(request: IncomingRequest) -> OutgoingResponse:
        raise WebhookRejected("The signature is missing.", reason="missing_signature")

    async with (
        serve_site(Site(handlers={"/hooks": refuse})) as url,
        request("POST", f"{url}/ecwid/hooks", data=b"{}") as response,
    ):
        assert response.status == 401
        assert response.content_type == "application/problem+json"
        problem = json.loads(await response.read())
    assert problem["error"] == "WebhookRejected"
    assert "missing_signature" in problem["detail"]


async def test_an_error_of_a_page_is_a_problem(serve_site: Serve) -> None:
    async def missing() -> str:
        raise NotFound(status=404, message="jane@example.com", request=REQUEST)

    async with serve_site(Site(page=missing)) as url, request("GET", f"{url}/page") as response:
        assert response.status == 404
        text = await response.text()
        assert response.content_type == "application/problem+json"
    assert json.loads(text)["operation"] == "GET /profile"
    assert "jane" not in text


@pytest.mark.parametrize(("other", "status"), [(NotFound, 404), (ZeroDivisionError, 500)])
async def test_a_group_of_nothing_but_errors_of_the_api_is_one_problem(
    serve_site: Serve, other: type[Exception], status: int
) -> None:
    async def page() -> str:
        another = NotFound(status=404, request=REQUEST) if other is NotFound else other()
        raise ExceptionGroup("two", [NotFound(status=404, request=REQUEST), another])

    async with serve_site(Site(page=page)) as url, request("GET", f"{url}/page") as response:
        assert response.status == status


async def test_calls_of_a_page_end_at_its_deadline(serve_site: Serve) -> None:
    transport = SlowTransport()
    errors: list[Exception] = []
    # Loads the resource, which may take a while.
    await Ecwid(transport=MemoryTransport(lambda _: make_response({}))).store(1003, "secret_x").profile.get()

    async def page() -> str:
        try:
            await Ecwid(transport=transport, quota=None).store(1003, "secret_x").profile.get()
        except Exception as error:
            errors.append(error)
            raise
        raise AssertionError

    async with serve_site(Site(page=page, seconds=1)) as url:
        async with request("GET", f"{url}/page") as response:
            assert response.status == 504
        async with request("GET", f"{url}/page", headers={"X-Time-Left": "0"}) as response:
            assert response.status == 503
    assert [type(error) for error in errors] == [Timeout, NotSentInTime]
    assert transport.in_progress == 0


async def test_a_header_shortens_the_deadline(serve_site: Serve) -> None:
    transport = SlowTransport()

    async def page() -> str:
        await Ecwid(transport=transport, quota=None).store(1003, "secret_x").profile.get()
        raise AssertionError

    async with (
        serve_site(Site(page=page)) as url,
        request("GET", f"{url}/page", headers={"X-Time-Left": "50"}) as response,
    ):
        assert response.status == 504
    assert transport.in_progress == 0


async def test_a_stream_may_take_longer_than_the_deadline(serve_site: Serve) -> None:
    transport = MemoryTransport(lambda _: make_response({}))

    async def parts() -> AsyncIterator[bytes]:
        store = Ecwid(transport=transport, quota=None).store(1003, "secret_x")
        for _ in range(4):
            yield b"x"
            await asyncio.sleep(0.05)
            await store.profile.get()

    async with serve_site(Site(parts=parts, seconds=0.1)) as url, request("GET", f"{url}/stream") as response:
        assert await response.read() == b"xxxx"
    assert len(transport.requests) == 4


@pytest.mark.parametrize("path", ["/page", "/stream"])
async def test_a_client_that_goes_away_cancels_its_calls_and_leaves_nothing(serve_site: Serve, path: str) -> None:
    transport = SlowTransport()

    async def page() -> str:
        store = Ecwid(transport=transport, quota=None).store(1003, "secret_x")
        async with asyncio.TaskGroup() as tasks:
            for _ in range(3):
                tasks.create_task(store.profile.get())
        raise AssertionError

    async def parts() -> AsyncIterator[bytes]:
        yield b"x"
        yield (await page()).encode()

    async with serve_site(Site(page=page, parts=parts)) as url:
        async with request("GET", f"{url}/missing"):
            pass
        gc.collect()
        before = len(asyncio.all_tasks())
        for visitors in range(1, 4):
            async with raw_connection(url) as (_, writer):
                writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                await wait_until(lambda expected=visitors * 3: transport.started == expected)  # type: ignore[misc]
            await wait_until(lambda: transport.in_progress == 0)
        await wait_until(lambda: len(asyncio.all_tasks()) <= before)
        async with request("GET", f"{url}/missing") as response:
            assert response.status == 404


class Worker:
    """Runs in the background until it is stopped."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self._stop = asyncio.Event()

    async def __aenter__(self) -> None:
        self.log.append("open")

    async def __aexit__(self, *_: object) -> None:
        self.log.append("close")

    async def run(self) -> None:
        self.log.append("run")
        await self._stop.wait()
        self.log.append("finish")

    def stop(self) -> None:
        self._stop.set()


async def test_a_service_runs_from_the_start_of_the_app_to_its_end(serve_site: Serve) -> None:
    worker = Worker()
    site = Site(service=Service(worker, background=[worker]), handlers={"/hooks": Received().handle})
    async with serve_site(site) as url:
        async with request("POST", f"{url}/ecwid/hooks") as response:
            assert response.status == 200
        await wait_until(lambda: worker.log == ["open", "run"])
    assert worker.log == ["open", "run", "finish", "close"]
