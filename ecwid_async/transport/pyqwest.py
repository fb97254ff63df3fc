"""A transport on pyqwest (extra ``pyqwest``), for asyncio: HTTP and TLS are written in Rust."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import ClassVar, Final, NoReturn

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport.http.base_url import validate_base_url
from ecwid_async.transport.http.connection_pools import PoolPerLoop
from ecwid_async.transport.http.content_encoding import ACCEPT_ENCODING, BodyError
from ecwid_async.transport.http.failures import cause_name, deadline_error, exchange_error
from ecwid_async.transport.http.request_bodies import UploadStream, request_body, request_headers
from ecwid_async.transport.http.response_bodies import decoded_chunks, read_body
from ecwid_async.transport.http.settings import Settings
from ecwid_async.transport.http.tracebacks import clear_library_frames
from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse, parse_content_length

try:
    import pyqwest
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: PyqwestTransport needs pip install 'ecwid-async[pyqwest]'") from None

__all__ = ["PyqwestTransport"]

# TimeoutError and ConnectionError are OSErrors.
_FAILURES: Final = (
    OSError,
    pyqwest.ReadError,
    pyqwest.WriteError,
    pyqwest.RemoteProtocolError,
    RuntimeError,
    BodyError,
)
_NO_PROXY: Final = pyqwest.Proxy("http://localhost", no_proxy="*,0.0.0.0/0,::/0")
_WRITES: Final = frozenset({"POST", "PUT", "PATCH"})
_QUOTED_URL: Final = re.compile(r" for url \(\S*\)")


class _PoolTimeout(TimeoutError):
    """No connection became free in time."""


@frozen
class _Pool:
    client: pyqwest.HTTPTransport
    # Limits the connections. pyqwest itself would let a request wait forever, and not report it.
    slots: asyncio.Semaphore


async def _body_up_to_length(
    response: pyqwest.Response, headers: Headers
) -> AsyncIterator[bytes | memoryview | bytearray]:
    """Yield the body up to its announced length. Waiting for the end of the stream too would take a third longer."""
    left = parse_content_length(headers)
    if left == 0:
        return
    async for chunk in response.content:
        yield chunk
        if left is not None:
            left -= len(chunk)
            if left <= 0:
                return


def _new_pool(settings: Settings) -> _Pool:
    PyqwestTransport._used_in_process = os.getpid()
    return _Pool(_new_client(settings), asyncio.Semaphore(settings.connections))


def _new_client(settings: Settings) -> pyqwest.HTTPTransport:
    try:
        return pyqwest.HTTPTransport(
            # Over HTTP/2, reqwest repeats requests that the server refused.
            http_version=pyqwest.HTTPVersion.HTTP1,
            follow_redirects=False,
            enable_cookie_store=False,
            enable_gzip=False,
            enable_brotli=False,
            enable_zstd=False,
            enable_otel=False,
            connect_timeout=settings.timeouts.connect,
            pool_idle_timeout=settings.keep_alive,
            pool_max_idle_per_host=settings.connections,
            proxy=_NO_PROXY if settings.proxy is None else pyqwest.Proxy(settings.proxy),
            tls_ca_cert=None if settings.ca is None else Path(settings.ca).read_bytes(),
            tls_include_system_certs=settings.ca is None,
            use_system_dns=True,
        )
    except ValueError as error:
        raise ConfigError(f"pyqwest can't use these settings: {error}") from error


class PyqwestTransport:
    """Sends each request exactly once to `base_url` over HTTP/1.1, follows no redirect, keeps no cookies.

    There is one pool for each event loop, created on first use. pyqwest's threads do not survive a fork: a worker
    forked from a process that has used it gets a `ConfigError`, a spawned one works. `Settings.ca` is supported, `tls`
    is not.
    Raises `ConfigError` for an invalid base URL, and for one that would send a token unencrypted.
    """

    enforces_deadlines: ClassVar = True

    _used_in_process: int | None = None

    def __init__(self, base_url: str, settings: Settings | None = None) -> None:
        self._base_url = validate_base_url(base_url)
        self._settings = settings or Settings()
        if self._settings.tls is not None:
            raise ConfigError("pyqwest brings its own TLS and takes no context: set `ca`, or use another transport")
        # No method, or a client that nobody has closed would wait for the garbage collector.
        self._pools = PoolPerLoop(partial(_new_pool, self._settings), server=self._base_url)

    @property
    def base_url(self) -> str:
        """The base URL that requests go to."""
        return self._base_url

    def __repr__(self) -> str:
        return f"<PyqwestTransport to {self._base_url}>"

    async def send(self, request: Request) -> Response:
        """Send once and read the whole response.

        Raises `NotSent`, `OutcomeUnknown` or `Timeout` if there is no complete response, `ResponseTooLarge` if it
        exceeds the limit.
        """
        body = request_body(request.body)
        try:
            async with (
                asyncio.timeout_at(self._deadline_of(request, self._settings.timeouts.total)),
                self._exchange(request, body) as response,
            ):
                headers = Headers(response.headers.items())
                limit = self._settings.largest_response
                return Response(
                    response.status,
                    headers,
                    await read_body(_body_up_to_length(response, headers), request, response.status, headers, limit),
                )
        except Exception as error:
            self._raise_translated(request, error, body)
        except BaseException as error:
            clear_library_frames(error)
            raise
        finally:
            if isinstance(request.body, StreamBody):
                await request.body.aclose()

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Send once, and yield the body while it arrives. Leaving the block early closes the connection."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(self._deadline_of(request, self._settings.timeouts.read)):
                    response = await stack.enter_async_context(self._exchange(request, None))
            except Exception as error:
                self._raise_translated(request, error)
            except BaseException as error:
                clear_library_frames(error)
                raise
            headers = Headers(response.headers.items())
            chunks = self._chunks(request, decoded_chunks(response.content, request, response.status, headers))
            yield StreamedResponse(response.status, headers, await stack.enter_async_context(aclosing(chunks)))

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        pool = self._pools.pop()
        if pool is not None:
            await pool.client.aclose()

    @asynccontextmanager
    async def _exchange(self, request: Request, body: bytes | UploadStream | None) -> AsyncIterator[pyqwest.Response]:
        slots = self._pool().slots
        if slots.locked():
            try:
                async with asyncio.timeout(self._settings.timeouts.connect):
                    await slots.acquire()
            except TimeoutError:
                raise _PoolTimeout from None
        else:
            await slots.acquire()
        # Some servers respond with 411 to an empty write without a length.
        empty = (("Content-Length", "0"),) if body is None and request.method in _WRITES else ()
        try:
            response = await self._pool().client.execute(
                pyqwest.Request(
                    request.method,
                    self._base_url + request.target,
                    pyqwest.Headers(request_headers(request, ("Accept-Encoding", ACCEPT_ENCODING), *empty)),  # type: ignore[arg-type]  # requests have text only
                    aiter(body) if isinstance(body, UploadStream) else body,
                )
            )
            async with response:
                yield response
        finally:
            slots.release()

    async def _chunks(self, request: Request, body: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        try:
            async with aclosing(body):
                while True:
                    async with asyncio.timeout_at(self._deadline_of(request, self._settings.timeouts.read)):
                        try:
                            chunk = await anext(body)
                        except StopAsyncIteration:
                            return
                    yield chunk
        except _FAILURES as error:
            self._raise_translated(request, error)

    def _pool(self) -> _Pool:
        if PyqwestTransport._used_in_process not in (None, os.getpid()):
            raise ConfigError(
                "pyqwest can't be used in a process forked from one that has used it: spawn workers instead, or use "
                "AiohttpTransport or Httpx2Transport"
            )
        return self._pools.get()

    def _deadline_of(self, request: Request, limit: float) -> float:
        """When to time out, in the event loop's time: `limit` seconds from now, or at the caller's deadline."""
        now = asyncio.get_running_loop().time()
        deadline = request.options.deadline
        if deadline is None:
            return now + limit
        if deadline <= now:
            raise deadline_error(request)
        return min(now + limit, deadline)

    def _raise_translated(
        self, request: Request, error: Exception, body: bytes | UploadStream | None = None
    ) -> NoReturn:
        """Raise our error for an error of pyqwest. Its class depends on whether the request was sent."""
        if isinstance(body, UploadStream):
            body.raise_source_error()
        clear_library_frames(error)
        if not isinstance(error, _FAILURES):
            raise error
        # The query may contain customers' data.
        error.args = tuple(_QUOTED_URL.sub("", text) if isinstance(text, str) else text for text in error.args)
        sent = not isinstance(error, (ConnectionError, _PoolTimeout))
        now = asyncio.get_running_loop().time()
        raise exchange_error(request, self._base_url, cause_name(error), sent=sent, now=now) from error
