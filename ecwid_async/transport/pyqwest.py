"""A transport on pyqwest (extra ``pyqwest``), whose HTTP and TLS are written in Rust, under asyncio."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Final, NoReturn

from attrs import frozen

from ecwid_async.errors import ConfigError
from ecwid_async.transport.http.base_url import checked_base_url
from ecwid_async.transport.http.connection_pools import PerLoop
from ecwid_async.transport.http.content_encoding import ACCEPT_ENCODING, BodyError
from ecwid_async.transport.http.exchange import (
    Sending,
    decoded,
    header_pairs,
    kind_of,
    outgoing,
    past_deadline,
    read_whole,
    unanswered,
    without_locals,
)
from ecwid_async.transport.http.settings import Settings
from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse, content_length

try:
    import pyqwest
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: PyqwestTransport needs pip install 'ecwid-async[pyqwest]'") from None

__all__ = ["PyqwestTransport"]

# TimeoutError and ConnectionError are OSErrors.
_FAILED: Final = (OSError, pyqwest.ReadError, pyqwest.WriteError, pyqwest.RemoteProtocolError, RuntimeError, BodyError)
_NO_PROXY: Final = pyqwest.Proxy("http://localhost", no_proxy="*,0.0.0.0/0,::/0")
_WRITES: Final = frozenset({"POST", "PUT", "PATCH"})
_URL: Final = re.compile(r" for url \(\S*\)")


class _PoolTimeout(TimeoutError):
    """No connection came free in time."""


@frozen
class _Pool:
    client: pyqwest.HTTPTransport
    # pyqwest would let a request wait for a connection without an end, and not tell that it had waited.
    free: asyncio.Semaphore


async def _announced(answer: pyqwest.Response, headers: Headers) -> AsyncIterator[bytes | memoryview | bytearray]:
    """The body up to its announced length: to hear of its end as well would cost a third more."""
    left = content_length(headers)
    if left == 0:
        return
    async for chunk in answer.content:
        yield chunk
        if left is not None:
            left -= len(chunk)
            if left <= 0:
                return


class PyqwestTransport:
    """Sends each request exactly once to `base_url` over HTTP/1.1, follows no redirect, keeps no cookies.

    The pool is made on first use, one for each event loop. pyqwest's threads do not survive a fork: a forked worker of
    a process that has used it gets a `ConfigError`, a spawned one works. `Settings.tls` can't be used, `ca` can.
    Raises `ConfigError` for a base URL that would send a token in the clear.
    """

    _started_in: int | None = None

    def __init__(self, base_url: str, settings: Settings | None = None) -> None:
        self._base_url = checked_base_url(base_url)
        self._settings = settings or Settings()
        if self._settings.tls is not None:
            raise ConfigError("pyqwest brings its own TLS and takes no context: set `ca`, or take another transport")
        self._pools = PerLoop(self._new_pool)

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return self._base_url

    def __repr__(self) -> str:
        return f"<PyqwestTransport to {self._base_url}>"

    async def send(self, request: Request) -> Response:
        """Send and read the whole answer.

        Raises `NotSent`, `OutcomeUnknown` or `Timeout` where there is none, `ResponseTooLarge` for too large a one.
        """
        body = outgoing(request.body)
        try:
            async with (
                asyncio.timeout_at(self._until(request, self._settings.timeouts.total)),
                self._exchange(request, body) as answer,
            ):
                headers = Headers(answer.headers.items())
                most = self._settings.largest_response
                return Response(
                    answer.status,
                    headers,
                    await read_whole(_announced(answer, headers), request, answer.status, headers, most),
                )
        except Exception as error:
            self._translate(request, error, body)
        except BaseException as error:
            without_locals(error)
            raise
        finally:
            if isinstance(request.body, StreamBody):
                await request.body.aclose()

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Send and hand out the body while it arrives; leaving early closes the connection."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(self._until(request, self._settings.timeouts.read)):
                    answer = await stack.enter_async_context(self._exchange(request, None))
            except Exception as error:
                self._translate(request, error)
            except BaseException as error:
                without_locals(error)
                raise
            headers = Headers(answer.headers.items())
            chunks = self._chunks(request, decoded(answer.content, request, answer.status, headers))
            yield StreamedResponse(answer.status, headers, await stack.enter_async_context(aclosing(chunks)))

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        pool = self._pools.pop()
        if pool is not None:
            await pool.client.aclose()

    @asynccontextmanager
    async def _exchange(self, request: Request, body: bytes | Sending | None) -> AsyncIterator[pyqwest.Response]:
        free = self._pool().free
        if free.locked():
            try:
                async with asyncio.timeout(self._settings.timeouts.connect):
                    await free.acquire()
            except TimeoutError:
                raise _PoolTimeout from None
        else:
            await free.acquire()
        # Some servers answer 411 to a write that does not say that it is empty.
        empty = (("Content-Length", "0"),) if body is None and request.method in _WRITES else ()
        try:
            answer = await self._pool().client.execute(
                pyqwest.Request(
                    request.method,
                    self._base_url + request.target,
                    pyqwest.Headers(header_pairs(request, ("Accept-Encoding", ACCEPT_ENCODING), *empty)),  # type: ignore[arg-type]  # requests have text only
                    aiter(body) if isinstance(body, Sending) else body,
                )
            )
            async with answer:
                yield answer
        finally:
            free.release()

    async def _chunks(self, request: Request, body: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        try:
            async with aclosing(body):
                while True:
                    async with asyncio.timeout_at(self._until(request, self._settings.timeouts.read)):
                        try:
                            chunk = await anext(body)
                        except StopAsyncIteration:
                            return
                    yield chunk
        except _FAILED as error:
            self._translate(request, error)

    def _pool(self) -> _Pool:
        if PyqwestTransport._started_in not in (None, os.getpid()):
            raise ConfigError(
                "pyqwest can't be used in a forked process after the one it was forked from has used it: "
                "spawn workers instead, or take AiohttpTransport or Httpx2Transport"
            )
        return self._pools.get()

    def _new_pool(self) -> _Pool:
        PyqwestTransport._started_in = os.getpid()
        return _Pool(self._client(), asyncio.Semaphore(self._settings.connections))

    def _client(self) -> pyqwest.HTTPTransport:
        settings = self._settings
        try:
            return pyqwest.HTTPTransport(
                # Over HTTP/2 reqwest repeats what the server refused.
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

    def _until(self, request: Request, limit: float) -> float:
        """When to give up, in the event loop's time: `limit` seconds from now, or at the caller's deadline."""
        now = asyncio.get_running_loop().time()
        deadline = request.options.deadline
        if deadline is None:
            return now + limit
        if deadline <= now:
            raise past_deadline(request)
        return min(now + limit, deadline)

    def _translate(self, request: Request, error: Exception, body: bytes | Sending | None = None) -> NoReturn:
        """Raise the library's own error for one of pyqwest's, told apart by whether the request had left."""
        if isinstance(body, Sending):
            body.raise_failure()
        without_locals(error)
        if not isinstance(error, _FAILED):
            raise error
        # The query may hold what customers typed.
        error.args = tuple(_URL.sub("", told) if isinstance(told, str) else told for told in error.args)
        sent = not isinstance(error, (ConnectionError, _PoolTimeout))
        now = asyncio.get_running_loop().time()
        raise unanswered(request, self._base_url, kind_of(error), sent=sent, now=now) from error
