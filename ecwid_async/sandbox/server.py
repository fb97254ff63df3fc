"""The sandbox over HTTP, for programs of any language: the same answers, byte for byte, as in process."""

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
from attrs import evolve, frozen

from ecwid_async.sandbox.sandbox import CORS, Sandbox
from ecwid_async.wire import Headers, Options, Request, Response

__all__ = ["LARGEST_BODY", "Served", "serve", "serving"]

LARGEST_BODY: Final = 32 * 1024 * 1024
"""Bytes; a larger request body is refused with 413. The API's own limit for images is 20 MB."""

_BASE: Final = "/api/v3"
_SHUTDOWN_SECONDS: Final = 1.0
# How long the rest of a refused body is taken in, so that its sender gets to read the refusal.
_LINGER_SECONDS: Final = 0.5
# The HTTP library counts bodies and frames answers itself.
_FRAMING: Final = frozenset({"content-length"})
_log: Final = getLogger(__name__)


@frozen
class Served:
    """A running server. `base_url` is what a client takes as its base URL."""

    host: str
    port: int

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT/api/v3``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{_BASE}"


@asynccontextmanager
async def serve(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Served]:
    """Serve a sandbox while the context is open; port 0 takes a free one.

    Anybody who can reach `host` and knows a token can read and change the stores: leave it on loopback unless that is
    what you want. Raises `OSError` where the port is taken.
    """
    runner = web.ServerRunner(
        # The HTTP library takes half of a compressed body for the whole, and answers 500 to one that is none.
        web.Server(_Handler(sandbox).answer, access_log=None, lingering_time=_LINGER_SECONDS, auto_decompress=False),
        shutdown_timeout=_SHUTDOWN_SECONDS,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield Served(_reachable(host), runner.addresses[0][1])
    finally:
        await runner.cleanup()


@contextmanager
def serving(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0) -> Iterator[Served]:
    """`serve` for code without an event loop: the server runs in a thread of its own while the context is open.

    A store must not be filled from outside while requests come in.
    """
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    served: list[Served] = []
    failed: list[BaseException] = []

    async def run() -> None:
        async with serve(sandbox, host, port) as running:
            served.append(running)
            started.set()
            await stop.wait()

    def work() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(run())
        except BaseException as error:
            failed.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=work, name="ecwid-sandbox", daemon=True)
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


def _reachable(host: str) -> str:
    """An address that clients on this machine can use, where the server listens on all of them."""
    try:
        everywhere = ip_address(host).is_unspecified
    except ValueError:
        return host
    if not everywhere:
        return host
    return "::1" if ":" in host else "127.0.0.1"


class _TooLarge(Exception):
    pass


class _Refused(Exception):
    def __init__(self, answer: web.Response) -> None:
        self.answer = answer


class _Handler:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def answer(self, incoming: web.BaseRequest) -> web.Response:
        """Hand the request to the engine as it came: what is encoded in the path stays encoded."""
        # The raw target: the parsed one has lost what was encoded how.
        path, _, query = incoming.raw_path.partition("?")
        if not path.startswith(f"{_BASE}/"):
            return _refusal(404, "NOT_FOUND", f"There is nothing here; the API starts at {_BASE}/{{storeId}}")
        try:
            body = await _read(incoming)
        except _TooLarge:
            answer = _refusal(413, "REQUEST_TOO_LARGE", f"A request body may have {LARGEST_BODY} bytes at most")
            # The rest of the body is still on its way: this connection can't be used again.
            answer.force_close()
            return answer
        except _Refused as refused:
            return refused.answer
        try:
            return _sent(self._sandbox.handle(_request(incoming, path.removeprefix(_BASE), query, body)))
        except Exception:
            _log.exception("%s %s failed in the sandbox", incoming.method, path)
            return _refusal(500, "INTERNAL_ERROR", "The sandbox failed; its log says where")


async def _read(incoming: web.BaseRequest) -> bytes | None:
    if not incoming.body_exists:
        return None
    if (incoming.content_length or 0) > LARGEST_BODY:
        raise _TooLarge
    body = bytearray()
    async for chunk in incoming.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _TooLarge
    return _decompressed(bytes(body), incoming.headers.get("Content-Encoding", "").strip().lower())


def _decompressed(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "deflate"):
        raise _Refused(_refusal(415, "UNSUPPORTED_MEDIA_TYPE", "A body may be compressed with gzip or deflate"))
    stream = zlib.decompressobj(zlib.MAX_WBITS + (16 if encoding == "gzip" else 0))
    try:
        found = stream.decompress(body, LARGEST_BODY + 1)
    except zlib.error:
        found = None
    if found is not None and len(found) > LARGEST_BODY:
        raise _TooLarge
    if found is None or not stream.eof or stream.unused_data:
        raise _Refused(_refusal(400, "BAD_REQUEST", f"The body is no whole {encoding}, as its Content-Encoding says"))
    return found


def _request(incoming: web.BaseRequest, path: str, query: str, body: bytes | None) -> Request:
    request = Request(
        method=incoming.method,
        path=path,
        params=tuple(parse_qsl(query, keep_blank_values=True)),
        body=body,
        headers=Headers(incoming.raw_headers),
        options=Options(operation=incoming.method),
    )
    name = incoming.headers.get("X-Ecwid-Api-Request-Id")
    return evolve(request, id=name) if name else request


def _sent(response: Response) -> web.Response:
    headers = {name: value for name, value in response.headers.items() if name not in _FRAMING}
    return web.Response(status=response.status, headers=headers, body=response.body)


def _refusal(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"errorMessage": message, "errorCode": code}, status=status, headers=CORS)
