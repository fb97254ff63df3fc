"""A transport on httpx2 (extra ``httpx2``), for asyncio and trio: one pool per event loop, one send per request."""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from typing import ClassVar, Final, NoReturn, cast

import anyio
import anyio.lowlevel

from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.transport.http.base_url import validate_base_url
from ecwid_async.transport.http.connection_pools import PoolPerLoop
from ecwid_async.transport.http.content_encoding import ACCEPT_ENCODING, BodyError
from ecwid_async.transport.http.failures import cause_name, deadline_error, exchange_error
from ecwid_async.transport.http.request_bodies import UploadStream, request_body, request_headers
from ecwid_async.transport.http.response_bodies import decoded_chunks, read_body
from ecwid_async.transport.http.settings import Settings
from ecwid_async.transport.http.tracebacks import clear_library_frames
from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse

try:
    import httpcore2  # noqa: F401  httpx2 loads it with the first request, when the limit of open files may be reached
    import httpx2
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: Httpx2Transport needs pip install 'ecwid-async[httpx2]'") from None

__all__ = ["Httpx2Transport"]

_Extensions = dict[str, dict[str, float | None]]

_NOT_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
_FAILURES: Final = (httpx2.RequestError, TimeoutError, BodyError)


class _CheckedStream(httpx2.AsyncByteStream):
    """Closes a connection with data after the response, which would be taken for the response to the next request."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream
        self._reusable = False

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        async for chunk in self._stream:
            yield chunk
        self._reusable = True

    async def aclose(self) -> None:
        # httpx2 has no public API for this. `tests/contract` fails if a release changes the private one.
        with suppress(AttributeError):
            parser = self._stream._httpcore_stream._stream._connection._h11_state  # type: ignore[attr-defined]
            if parser.trailing_data[0]:
                parser.send_failed()
                self._reusable = False
        if self._reusable:
            await self._stream.aclose()  # does not wait
        else:
            # If a cancellation interrupted it, the connection would stay in the pool forever.
            await run_shielded(self._stream.aclose)


def _new_pool(settings: Settings, tls: ssl.SSLContext) -> httpx2.AsyncHTTPTransport:
    return httpx2.AsyncHTTPTransport(
        verify=tls,
        trust_env=False,
        limits=httpx2.Limits(
            max_connections=settings.connections,
            max_keepalive_connections=settings.connections,
            keepalive_expiry=settings.keep_alive,
        ),
        proxy=settings.proxy,
        retries=0,
    )


class Httpx2Transport:
    """Sends each request exactly once to `base_url`, follows no redirect, keeps no cookies. Runs under trio too.

    There is one pool for each event loop and process, created on first use. Raises `ConfigError` for an invalid base
    URL, for one that would send a token unencrypted, and for a `Settings.ca` without certificates.
    """

    enforces_deadlines: ClassVar = True

    def __init__(self, base_url: str, settings: Settings | None = None) -> None:
        self._base_url = validate_base_url(base_url)
        self._settings = settings or Settings()
        # No method, or a client that nobody has closed would wait for the garbage collector.
        new_pool = partial(_new_pool, self._settings, self._settings.tls_context())
        self._pools = PoolPerLoop(new_pool, _running_loop, server=self._base_url)
        timeouts = self._settings.timeouts
        opening = {"connect": timeouts.connect, "pool": timeouts.connect}
        self._send_timeouts: _Extensions = {"timeout": {**opening, "read": None, "write": None}}
        # A download may take any time, as long as data arrives.
        self._stream_timeouts: _Extensions = {"timeout": {**opening, "read": timeouts.read, "write": timeouts.read}}

    @property
    def base_url(self) -> str:
        """The base URL that requests go to."""
        return self._base_url

    def __repr__(self) -> str:
        return f"<Httpx2Transport to {self._base_url}>"

    async def send(self, request: Request) -> Response:
        """Send once and read the whole response.

        Raises `NotSent`, `OutcomeUnknown` or `Timeout` if there is no complete response, `ResponseTooLarge` if it
        exceeds the limit.
        """
        body = request_body(request.body)
        try:
            with anyio.fail_after(self._seconds_left(request, self._settings.timeouts.total)):
                status, headers, body_stream = await self._open(request, body, self._send_timeouts)
                async with aclosing(body_stream), aclosing(aiter(body_stream)) as chunks:
                    content = await read_body(chunks, request, status, headers, self._settings.largest_response)
            return Response(status, headers, content)
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
        try:
            with anyio.fail_after(self._seconds_left(request, None)):
                status, headers, body_stream = await self._open(request, None, self._stream_timeouts)
        except Exception as error:
            self._raise_translated(request, error)
        except BaseException as error:
            clear_library_frames(error)
            raise
        async with (
            aclosing(body_stream),
            aclosing(aiter(body_stream)) as raw,
            aclosing(self._chunks(request, decoded_chunks(raw, request, status, headers))) as chunks,
        ):
            yield StreamedResponse(status, headers, chunks)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        pool = self._pools.pop()
        if pool is not None:
            await run_shielded(pool.aclose)

    async def _open(
        self, request: Request, body: bytes | UploadStream | None, timeouts: _Extensions
    ) -> tuple[int, Headers, _CheckedStream]:
        response = await self._pools.get().handle_async_request(
            httpx2.Request(
                request.method,
                self._base_url + request.target,
                headers=request_headers(request, ("Accept-Encoding", ACCEPT_ENCODING)),  # type: ignore[arg-type]  # text and bytes mixed are fine
                content=body,
                extensions=timeouts,
            )
        )
        return (
            response.status_code,
            Headers(response.headers.raw),
            _CheckedStream(cast(httpx2.AsyncByteStream, response.stream)),
        )

    async def _chunks(self, request: Request, body: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        try:
            async with aclosing(body) as chunks:
                while True:
                    with anyio.fail_after(self._seconds_left(request, None)):
                        try:
                            chunk = await anext(chunks)
                        except StopAsyncIteration:
                            return
                    yield chunk
        except _FAILURES as error:
            self._raise_translated(request, error)

    def _seconds_left(self, request: Request, limit: float | None) -> float | None:
        """The seconds an exchange may take: until the caller's deadline, or `limit` if that is sooner."""
        deadline = request.options.deadline
        if deadline is None:
            return limit
        left = deadline - anyio.current_time()
        if left <= 0:
            raise deadline_error(request)
        return left if limit is None else min(left, limit)

    def _raise_translated(
        self, request: Request, error: Exception, body: bytes | UploadStream | None = None
    ) -> NoReturn:
        """Raise our error for an error of httpx2. Its class depends on whether the request was sent."""
        if isinstance(body, UploadStream):
            body.raise_source_error()
        clear_library_frames(error)
        if not isinstance(error, _FAILURES):
            raise error
        sent = not isinstance(error, _NOT_SENT)
        now = anyio.current_time()
        raise exchange_error(request, self._base_url, cause_name(error), sent=sent, now=now) from error


def _running_loop() -> object:
    return anyio.lowlevel.current_token().native_token
