"""The default transport, on aiohttp: one connection pool per event loop, one send per request."""

import asyncio
import io
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any, ClassVar, Final, NoReturn

import aiohttp
from aiohttp import hdrs
from yarl import URL

from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.transport.http.base_url import validate_base_url
from ecwid_async.transport.http.connection_pools import PoolPerLoop
from ecwid_async.transport.http.content_encoding import ACCEPT_ENCODING, PARTIAL_CONTENT, BodyError
from ecwid_async.transport.http.failures import cause_name, deadline_error, exchange_error
from ecwid_async.transport.http.request_bodies import UploadStream, request_body
from ecwid_async.transport.http.response_bodies import decoded_chunks, read_body
from ecwid_async.transport.http.settings import USER_AGENT, Settings
from ecwid_async.transport.http.time_limits import TimeLimit, TimeLimits
from ecwid_async.transport.http.tracebacks import clear_library_frames
from ecwid_async.wire import (
    Headers,
    Request,
    Response,
    StreamBody,
    StreamedResponse,
    encode_query,
    new_response,
    parse_content_length,
)

__all__ = ["AiohttpTransport"]

# aiohttp recommends file objects for larger bodies, because writing them at once blocks the event loop.
_LARGE_BODY: Final = 1 << 20

# After 101, `ClientResponse.read` keeps the connection.
_SPECIAL_STATUSES: Final = frozenset({101, PARTIAL_CONTENT})

_CONNECTION_ERRORS: Final = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)
# The note of a cancellation before the request was sent.
_CONNECTING: Final = "there was no connection yet"
_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
_FAILURES: Final = (aiohttp.ClientError, TimeoutError, BodyError)


class _BrokenConnection(aiohttp.ClientError):
    """Stands for a connection error after which aiohttp would send PUT and DELETE again."""


async def _send_once(
    headers: tuple[tuple[str | bytes, str | bytes], ...],
    request: aiohttp.ClientRequest,
    handler: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]],
) -> aiohttp.ClientResponse:
    """Middleware of aiohttp that adds headers to a request, and keeps it from sending the request again."""
    request.headers.update(headers)  # type: ignore[arg-type]  # those of requests are text
    try:
        return await handler(request)
    except _CONNECTION_ERRORS as error:
        raise _BrokenConnection from error


class _Connector(aiohttp.TCPConnector):
    """Discards idle connections that received data, which would be taken for the response to the next request."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.time_limits = TimeLimits(asyncio.get_running_loop())

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: "list[aiohttp.tracing.Trace]",
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  aiohttp's own signature
    ) -> aiohttp.connector.Connection:
        try:
            while True:
                connection = await super().connect(req, traces, timeout)
                if connection.protocol is None or not connection.protocol.should_close:
                    return connection
                connection.close()
        except asyncio.CancelledError as error:
            error.add_note(_CONNECTING)
            raise

    def abandon(self) -> None:
        """Close the connections without waiting for it, in place of aiohttp's own warning."""
        self._close(abort_ssl=True)

    def disown(self) -> None:
        """Leave the connections to the parent process. aiohttp would remove them from the epoll of both processes."""
        self._conns.clear()
        self._acquired.clear()
        self._closed = True


def _length_header(request: Request) -> dict[str, str] | None:
    """The header without which aiohttp sends a stream in chunks: it has to be an argument."""
    if not isinstance(request.body, StreamBody):
        return None
    length = request.headers.get("Content-Length") if request.body.length is None else str(request.body.length)
    return None if length is None else {"Content-Length": length}


def _new_session(settings: Settings) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=_Connector(
            limit=settings.connections,
            keepalive_timeout=settings.keep_alive,
            ttl_dns_cache=300,
            ssl=True if settings.tls is None and settings.ca is None else settings.tls_context(),
        ),
        proxy=settings.proxy,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPT_ENCODING},
        auto_decompress=False,
    )


def _abandon(session: aiohttp.ClientSession) -> None:
    connector = session.connector
    session.detach()
    if isinstance(connector, _Connector):
        connector.abandon()


def _disown(session: aiohttp.ClientSession) -> None:
    connector = session.connector
    session.detach()
    if isinstance(connector, _Connector):
        connector.disown()


class AiohttpTransport:
    """Sends each request exactly once to `base_url`, follows no redirect, keeps no cookies.

    There is one session for each event loop and process, created on first use. Raises `ConfigError` for an invalid base
    URL, and for one that would send a token unencrypted.
    """

    enforces_deadlines: ClassVar = True

    def __init__(self, base_url: str, settings: Settings | None = None) -> None:
        self._base_url = validate_base_url(base_url)
        self._origin, self._base_path = URL(self._base_url).origin(), URL(self._base_url).raw_path.rstrip("/")
        self._settings = settings or Settings()
        self._timeouts = self._settings.timeouts
        self._send_timeout = self._client_timeout(None, None)  # `TimeLimits` end the whole exchange
        # A download may take any time, as long as data arrives.
        self._stream_timeout = self._client_timeout(None, self._timeouts.read)
        # No method, or a client that nobody has closed would wait for the garbage collector.
        new_session = partial(_new_session, self._settings)
        self._sessions = PoolPerLoop(new_session, server=self._base_url, abandon=_abandon, disown=_disown)

    @property
    def base_url(self) -> str:
        """The base URL that requests go to."""
        return self._base_url

    def __repr__(self) -> str:
        return f"<AiohttpTransport to {self._base_url}>"

    async def send(self, request: Request) -> Response:
        """Send once and read the whole response.

        Raises `NotSent`, `OutcomeUnknown` or `Timeout` if there is no complete response, `ResponseTooLarge` if it
        exceeds the limit.
        """
        body = request_body(request.body)
        try:
            session = self._sessions.get()
            connector: _Connector = session.connector  # type: ignore[assignment]  # created by `_new_session`
            limits = connector.time_limits
            with TimeLimit(limits, self._end(request, limits.loop.time())):
                response = await self._exchange(session, request, body, self._send_timeout)
                headers = Headers(response.raw_headers)
                return new_response(response.status, headers, await self._read(request, response, headers))
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
            response = await self._exchange(self._sessions.get(), request, None, self._timeout_of_stream(request))
        except Exception as error:
            self._raise_translated(request, error)
        except BaseException as error:
            clear_library_frames(error)
            raise
        headers = Headers(response.raw_headers)
        async with response, aclosing(self._chunks(request, response, headers)) as chunks:
            yield StreamedResponse(response.status, headers, chunks)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        session = self._sessions.pop()
        if session is not None:
            await run_shielded(session.close)

    def _exchange(
        self,
        session: aiohttp.ClientSession,
        request: Request,
        body: bytes | UploadStream | None,
        timeout: aiohttp.ClientTimeout,
    ) -> "aiohttp.client._RequestContextManager":
        return session.request(
            request.method,
            self._url(request),
            data=io.BytesIO(body) if isinstance(body, bytes) and len(body) > _LARGE_BODY else body,
            headers=_length_header(request),
            timeout=timeout,
            allow_redirects=False,
            # As the argument `headers`, which is merged with those of the session, they would take three times as long.
            middlewares=(partial(_send_once, request.headers.pairs),),
        )

    def _url(self, request: Request) -> URL:
        # From parts, since parsing a text takes twice the time.
        origin, path = self._origin, self._base_path + request.path
        if not request.params:
            return origin.with_path(path, encoded=True)
        query = encode_query(request.params)
        return URL.build(
            scheme=origin.scheme, authority=origin.raw_authority, path=path, query_string=query, encoded=True
        )

    def _end(self, request: Request, now: float) -> float:
        """When the exchange has to end: at the caller's deadline, or earlier."""
        deadline, end = request.options.deadline, now + self._timeouts.total
        if deadline is None:
            return end
        if deadline <= now:
            raise deadline_error(request)
        return min(deadline, end)

    def _timeout_of_stream(self, request: Request) -> aiohttp.ClientTimeout:
        """The timeouts of a download: until the caller's deadline, if there is one."""
        deadline = request.options.deadline
        if deadline is None:
            return self._stream_timeout
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise deadline_error(request)
        return self._client_timeout(left, self._timeouts.read)

    def _client_timeout(self, total: float | None, read: float | None) -> aiohttp.ClientTimeout:
        connect = self._timeouts.connect
        return aiohttp.ClientTimeout(total=total, connect=connect, sock_connect=connect, sock_read=read)

    async def _read(self, request: Request, response: aiohttp.ClientResponse, headers: Headers) -> bytes:
        """Read the body, and return the connection to the pool or close it, however that ends."""
        limit, received = self._settings.largest_response, response.headers
        length = parse_content_length(received)
        is_plain = hdrs.CONTENT_ENCODING not in received and response.status not in _SPECIAL_STATUSES
        if length is not None and length <= limit and is_plain and not isinstance(request.body, StreamBody):
            return await response.read()
        async with response:
            return await read_body(response.content.iter_any(), request, response.status, headers, limit)

    async def _chunks(
        self, request: Request, response: aiohttp.ClientResponse, headers: Headers
    ) -> AsyncGenerator[bytes]:
        try:
            async with aclosing(
                decoded_chunks(response.content.iter_any(), request, response.status, headers)
            ) as chunks:
                async for chunk in chunks:
                    yield chunk
        except _FAILURES as error:
            self._raise_translated(request, error)

    def _raise_translated(
        self, request: Request, error: Exception, body: bytes | UploadStream | None = None
    ) -> NoReturn:
        """Raise our error for an error of aiohttp. Its class depends on whether the request was sent."""
        if isinstance(body, UploadStream):
            body.raise_source_error()
        clear_library_frames(error)
        if not isinstance(error, _FAILURES):
            raise error
        cause = error.__cause__ if isinstance(error, _BrokenConnection) and error.__cause__ else error
        # Some messages quote a URL: the proxy's with its password, or the request's with a customer's data.
        quotes_url = isinstance(cause, aiohttp.ClientHttpProxyError) or request.path in str(cause)
        sent = not isinstance(cause, _NOT_SENT) and _CONNECTING not in getattr(cause.__cause__, "__notes__", ())
        now = asyncio.get_running_loop().time()
        raise exchange_error(request, self._base_url, cause_name(cause), sent=sent, now=now) from (
            None if quotes_url else cause
        )
