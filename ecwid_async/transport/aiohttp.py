"""The default transport, on aiohttp: one connection pool per event loop, one send per request."""

import asyncio
import io
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Final, NoReturn, cast

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ecwid_async.primitives.finishing import finish
from ecwid_async.transport.http.base_url import checked_base_url
from ecwid_async.transport.http.connection_pools import PerLoop
from ecwid_async.transport.http.content_encoding import ACCEPT_ENCODING, PARTIAL, BodyError
from ecwid_async.transport.http.exchange import (
    Sending,
    decoded,
    kind_of,
    outgoing,
    past_deadline,
    read_whole,
    unanswered,
    without_locals,
)
from ecwid_async.transport.http.settings import USER_AGENT, Settings
from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse, content_length

__all__ = ["AiohttpTransport"]

# aiohttp wants a larger body as a file, lest it holds up the event loop.
_LARGE: Final = 1 << 20

_BROKEN: Final = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)
_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
_FAILED: Final = (aiohttp.ClientError, TimeoutError, BodyError)


class _BrokenConnection(aiohttp.ClientError):
    """A connection error in a form that aiohttp does not answer by sending PUT and DELETE once more."""


async def _send_once(
    request: aiohttp.ClientRequest,
    handler: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]],
) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except _BROKEN as error:
        raise _BrokenConnection from error


class _Connector(aiohttp.TCPConnector):
    """Takes no kept connection on which something came unasked: it would pass for the answer to the next request."""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: "list[aiohttp.tracing.Trace]",
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  aiohttp's own signature
    ) -> aiohttp.connector.Connection:
        while True:
            connection = await super().connect(req, traces, timeout)
            if connection.protocol is None or not connection.protocol.should_close:
                return connection
            connection.close()


def _headers(request: Request) -> CIMultiDict[str]:
    headers = CIMultiDict(cast(tuple[tuple[str, str], ...], request.headers.pairs))
    if isinstance(request.body, StreamBody) and request.body.length is not None:
        headers["Content-Length"] = str(request.body.length)
    return headers


class AiohttpTransport:
    """Sends each request exactly once to `base_url`, follows no redirect, keeps no cookies.

    The session is made on first use, one for each event loop and process. Raises `ConfigError` for a base URL that
    would send a token in the clear.
    """

    def __init__(self, base_url: str, settings: Settings | None = None) -> None:
        self._base_url = checked_base_url(base_url)
        self._origin, self._base_path = URL(self._base_url).origin(), URL(self._base_url).raw_path.rstrip("/")
        self._settings = settings or Settings()
        self._timeouts = self._settings.timeouts
        self._whole = self._limited(self._timeouts.total, None)
        # A large file takes as long as it takes, as long as something comes.
        self._piecewise = self._limited(None, self._timeouts.read)
        self._sessions = PerLoop(self._new_session)

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return self._base_url

    def __repr__(self) -> str:
        return f"<AiohttpTransport to {self._base_url}>"

    async def send(self, request: Request) -> Response:
        """Send and read the whole answer.

        Raises `NotSent`, `OutcomeUnknown` or `Timeout` where there is none, `ResponseTooLarge` for too large a one.
        """
        body = outgoing(request.body)
        try:
            async with self._exchange(request, body, self._until(request, self._whole)) as answer:
                headers = Headers(answer.raw_headers)
                return Response(answer.status, headers, await self._read(request, answer, headers))
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
        try:
            answer = await self._exchange(request, None, self._until(request, self._piecewise))
        except Exception as error:
            self._translate(request, error)
        except BaseException as error:
            without_locals(error)
            raise
        headers = Headers(answer.raw_headers)
        async with answer, aclosing(self._chunks(request, answer, headers)) as chunks:
            yield StreamedResponse(answer.status, headers, chunks)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        session = self._sessions.pop()
        if session is not None:
            await finish(session.close)

    def _exchange(
        self, request: Request, body: bytes | Sending | None, timeout: aiohttp.ClientTimeout
    ) -> "aiohttp.client._RequestContextManager":
        return self._session().request(
            request.method,
            self._url(request),
            data=io.BytesIO(body) if isinstance(body, bytes) and len(body) > _LARGE else body,
            headers=_headers(request),
            timeout=timeout,
            allow_redirects=False,
        )

    def _url(self, request: Request) -> URL:
        if request.params:
            return URL(self._base_url + request.target, encoded=True)
        # Saves parsing the host anew: a third of the time.
        return self._origin.with_path(self._base_path + request.path, encoded=True)

    def _session(self) -> aiohttp.ClientSession:
        session = self._sessions.get()
        if session.closed:
            self._sessions.pop()
            session = self._sessions.get()
        return session

    def _new_session(self) -> aiohttp.ClientSession:
        settings = self._settings
        return aiohttp.ClientSession(
            connector=_Connector(
                limit=settings.connections,
                limit_per_host=settings.connections,
                keepalive_timeout=settings.keep_alive,
                ttl_dns_cache=300,
                ssl=True if settings.tls is None and settings.ca is None else settings.tls_context(),
            ),
            proxy=settings.proxy,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPT_ENCODING},
            auto_decompress=False,
            middlewares=(_send_once,),
        )

    def _until(self, request: Request, timeout: aiohttp.ClientTimeout) -> aiohttp.ClientTimeout:
        """The timeout of one exchange, cut to the caller's deadline."""
        deadline = request.options.deadline
        if deadline is None:
            return timeout
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise past_deadline(request)
        return self._limited(left if timeout.total is None else min(left, timeout.total), timeout.sock_read)

    def _limited(self, total: float | None, read: float | None) -> aiohttp.ClientTimeout:
        connect = self._timeouts.connect
        return aiohttp.ClientTimeout(total=total, connect=connect, sock_connect=connect, sock_read=read)

    async def _read(self, request: Request, answer: aiohttp.ClientResponse, headers: Headers) -> bytes:
        most = self._settings.largest_response
        length = content_length(answer.headers)
        plain = "Content-Encoding" not in answer.headers and answer.status != PARTIAL
        if length is not None and length <= most and plain:
            return await answer.read()
        return await read_whole(answer.content.iter_any(), request, answer.status, headers, most)

    async def _chunks(
        self, request: Request, answer: aiohttp.ClientResponse, headers: Headers
    ) -> AsyncGenerator[bytes]:
        try:
            async with aclosing(decoded(answer.content.iter_any(), request, answer.status, headers)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except _FAILED as error:
            self._translate(request, error)

    def _translate(self, request: Request, error: Exception, body: bytes | Sending | None = None) -> NoReturn:
        """Raise the library's own error for one of aiohttp's, told apart by whether the request had left."""
        if isinstance(body, Sending):
            body.raise_failure()
        without_locals(error)
        if not isinstance(error, _FAILED):
            raise error
        cause = error.__cause__ if isinstance(error, _BrokenConnection) and error.__cause__ else error
        # Some texts quote a URL: a proxy's refusal that with the password, others the call's with a customer's data.
        quotes = isinstance(cause, aiohttp.ClientHttpProxyError) or request.path in str(cause)
        told = None if quotes else cause
        sent = not isinstance(cause, _NOT_SENT)
        now = asyncio.get_running_loop().time()
        raise unanswered(request, self._base_url, kind_of(cause), sent=sent, now=now) from told
