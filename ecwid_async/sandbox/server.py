"""The sandbox over HTTP, for programs in any language. Its responses are the same as in process, byte for byte."""

import asyncio
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from logging import getLogger
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web
from attrs import evolve

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.app_requests import PAGE_PATHS, render_page
from ecwid_async.sandbox.control import (
    CONTROL_PATH,
    MAX_CONTROL_BODY_BYTES,
    PAGE_PATH,
    Control,
    is_loopback,
    refuse_host,
)
from ecwid_async.sandbox.faults import FaultyResponse
from ecwid_async.sandbox.sandbox import CORS, Sandbox
from ecwid_async.wire import Headers, Options, Request, Response

__all__ = ["MAX_BODY_BYTES", "RunningServer", "serve", "serve_in_thread"]

MAX_BODY_BYTES: Final = 32 * 1024 * 1024
"""The maximum size of a request body; a larger one gets a 413. The API's own limit for images is 20 MB."""

_BASE_PATH: Final = "/api/v3"
_OAUTH_PATH: Final = "/api/oauth"
_HOW_TO_CONTROL: Final = "start it on loopback, without --no-control or with control=True"
_SHUTDOWN_SECONDS: Final = 1.0
# How long to read the rest of a rejected body, so that the client reads the response.
_LINGER_SECONDS: Final = 0.5
# The HTTP library sets these itself.
_FRAMING_HEADERS: Final = frozenset({"content-length"})
_log: Final = getLogger(__name__)


@frozen
class RunningServer:
    """A running server. Pass `base_url` to a client."""

    host: str
    port: int
    has_page: bool = False

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT/api/v3``."""
        return f"{self.origin}{_BASE_PATH}"

    @property
    def oauth_url(self) -> str:
        """``http://127.0.0.1:PORT/api/oauth``: the authorization server, which installs apps."""
        return f"{self.origin}{_OAUTH_PATH}"

    @property
    def page_url(self) -> str | None:
        """``http://127.0.0.1:PORT/``: the page that shows and controls the sandbox. None without `control`."""
        return f"{self.origin}/" if self.has_page else None

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``: the address of its pages, such as ``/cp/{clientId}/{storeId}``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


@asynccontextmanager
async def serve(
    sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0, *, control: bool = False
) -> AsyncIterator[RunningServer]:
    """Serve a sandbox while the context is open, and send its webhooks. Port 0 chooses a free port.

    Anyone who can reach `host` and has a token can read and change the stores, so keep it on loopback unless you want
    that. With `control`, programs on this machine can reset it, add faults and so on, below ``/_sandbox/``, and the
    page at ``/`` does so in a browser; both are refused if `host` is not loopback. Raises `OSError` if the port is in
    use.
    """
    only_local = is_loopback(host)
    control = control and only_local
    handler = _Handler(sandbox, Control(sandbox) if control else None, only_local=only_local)
    runner = web.ServerRunner(
        # The HTTP library accepts truncated compressed bodies, and responds with 500 to invalid ones.
        web.Server(handler.handle, access_log=None, lingering_time=_LINGER_SECONDS, auto_decompress=False),
        shutdown_timeout=_SHUTDOWN_SECONDS,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        deliveries = asyncio.create_task(_send_webhooks(sandbox))
        try:
            yield RunningServer(_client_host(host), runner.addresses[0][1], control)
        finally:
            deliveries.cancel()
            await asyncio.wait((deliveries,))
    finally:
        await runner.cleanup()


async def _send_webhooks(sandbox: Sandbox) -> None:
    try:
        await sandbox.deliveries.run()
    except Exception:
        _log.exception("no more webhooks are sent, because of this error")


@contextmanager
def serve_in_thread(
    sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0, *, control: bool = False
) -> Iterator[RunningServer]:
    """`serve` for code without an event loop: the server runs in its own thread while the context is open.

    Do not load items into a store while it handles requests.
    """
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    served: list[RunningServer] = []
    failed: list[BaseException] = []

    async def run() -> None:
        async with serve(sandbox, host, port, control=control) as running:
            served.append(running)
            started.set()
            await stop.wait()

    def run_loop() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(run())
        except BaseException as error:
            failed.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run_loop, name="ecwid-sandbox", daemon=True)
    thread.start()
    started.wait()
    try:
        if failed:
            raise failed[0]
        yield served[0]
    finally:
        if not failed:
            loop.call_soon_threadsafe(stop.set)
        thread.join()


def _client_host(host: str) -> str:
    """The host that clients on this machine connect to; loopback if the server listens on all addresses."""
    try:
        all_addresses = ip_address(host).is_unspecified
    except ValueError:
        return host
    if not all_addresses:
        return host
    return "::1" if ":" in host else "127.0.0.1"


class _InvalidBody(Exception):
    def __init__(self, response: web.Response) -> None:
        self.response = response


class _Handler:
    def __init__(self, sandbox: Sandbox, control: Control | None, *, only_local: bool) -> None:
        self._sandbox = sandbox
        self._control = control
        self._only_local = only_local

    async def handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        """Pass the request to the sandbox. Its path stays encoded."""
        # `incoming.path` is decoded.
        path, _, query = incoming.raw_path.partition("?")
        if path.startswith(PAGE_PATHS):
            # The control panel gives the app's page a token.
            refused = refuse_host(Headers(incoming.raw_headers)) if self._only_local else None
            return _to_aiohttp(refused) if refused else _app_page(self._sandbox, incoming.method, path, query)
        if path == "/" or path.startswith(PAGE_PATH):
            return self._page(incoming, path)
        if path.startswith(CONTROL_PATH):
            return await self._handle_control(incoming, path.removeprefix(CONTROL_PATH), query)
        base_path = next((base for base in (_BASE_PATH, _OAUTH_PATH) if path.startswith(f"{base}/")), None)
        if base_path is None:
            return _error(404, "NOT_FOUND", f"There is no such path; the API starts at {_BASE_PATH}/{{storeId}}")
        try:
            body = await _read_body(incoming, MAX_BODY_BYTES)
        except _InvalidBody as error:
            return error.response
        request = _from_aiohttp(incoming, path.removeprefix(base_path), query, body)
        try:
            server = self._sandbox.authorization if base_path == _OAUTH_PATH else self._sandbox
            return await _respond(incoming, await server.respond(request))
        except Exception:
            _log.exception("%s %s failed in the sandbox", incoming.method, path)
            return _error(500, "INTERNAL_ERROR", "The sandbox failed; its log contains the traceback")

    def _page(self, incoming: web.BaseRequest, path: str) -> web.Response:
        if self._control is None:
            return _error(404, "NOT_FOUND", f"This server has no page: {_HOW_TO_CONTROL}. The API is at {_BASE_PATH}")
        refused = self._control.refuse(Headers(incoming.raw_headers), opens_page=path == "/")
        return _to_aiohttp(refused or self._control.page(incoming.method, path))

    async def _handle_control(self, incoming: web.BaseRequest, path: str, query: str) -> web.Response:
        if self._control is None:
            return _error(403, "NO_CONTROL", f"This server has no control: {_HOW_TO_CONTROL}")
        refused = self._control.refuse(Headers(incoming.raw_headers))
        if refused is not None:
            return _to_aiohttp(refused)
        try:
            body = await _read_body(incoming, MAX_CONTROL_BODY_BYTES) or b""
        except _InvalidBody as error:
            return error.response
        try:
            return _to_aiohttp(await self._control.handle(incoming.method, path, query, body))
        except Exception:
            _log.exception("%s %s%s failed in the sandbox", incoming.method, CONTROL_PATH, path)
            return _error(500, "INTERNAL_ERROR", "The sandbox failed; its log contains the traceback")


def _app_page(sandbox: Sandbox, method: str, path: str, query: str) -> web.Response:
    if method != "GET":
        return _error(405, "METHOD_NOT_ALLOWED", "Pages are read with GET")
    page = render_page(sandbox, path, query)
    return web.Response(status=page.status, headers=dict(page.headers), body=page.body)


async def _read_body(incoming: web.BaseRequest, limit: int) -> bytes | None:
    if not incoming.body_exists:
        return None
    if (incoming.content_length or 0) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in incoming.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return _decompress(bytes(body), incoming.headers.get("Content-Encoding", "").strip().lower(), limit)


def _too_large(limit: int) -> _InvalidBody:
    response = _error(413, "REQUEST_TOO_LARGE", f"A request body may have at most {limit} bytes")
    # The client is still sending the rest of the body, so the connection can't be reused.
    response.force_close()
    return _InvalidBody(response)


def _decompress(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "deflate"):
        raise _InvalidBody(_error(415, "UNSUPPORTED_MEDIA_TYPE", "A body may be compressed with gzip or deflate"))
    stream = zlib.decompressobj(zlib.MAX_WBITS + (16 if encoding == "gzip" else 0))
    try:
        decompressed = stream.decompress(body, limit + 1)
    except zlib.error:
        decompressed = None
    if decompressed is not None and len(decompressed) > limit:
        raise _too_large(limit)
    if decompressed is None or not stream.eof or stream.unused_data:
        raise _InvalidBody(
            _error(400, "BAD_REQUEST", f"The body is not valid {encoding}; compress it or omit Content-Encoding")
        )
    return decompressed


def _from_aiohttp(incoming: web.BaseRequest, path: str, query: str, body: bytes | None) -> Request:
    request = Request(
        method=incoming.method,
        path=path,
        params=tuple(parse_qsl(query, keep_blank_values=True)),
        body=body,
        headers=Headers(incoming.raw_headers),
        options=Options(operation=incoming.method),
    )
    request_id = incoming.headers.get("X-Ecwid-Api-Request-Id")
    return evolve(request, id=request_id) if request_id else request


def _to_aiohttp(response: Response) -> web.Response:
    headers = {name: value for name, value in response.headers.items() if name not in _FRAMING_HEADERS}
    return web.Response(status=response.status, headers=headers, body=response.body)


async def _respond(incoming: web.BaseRequest, answer: FaultyResponse) -> web.StreamResponse:
    """The response, unless a fault ends the connection before it is complete."""
    if answer.response is not None and answer.complete:
        return _to_aiohttp(answer.response)
    cut = web.StreamResponse()
    if answer.response is not None:
        body = answer.response.body
        cut = web.StreamResponse(status=answer.response.status, headers=dict(answer.response.headers.items()))
        await cut.prepare(incoming)
        await cut.write(body[: len(body) // 2])
    if incoming.transport is not None:
        # Closing sends what was written first.
        incoming.transport.close()
    return cut


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"errorMessage": message, "errorCode": code}, status=status, headers=CORS)
