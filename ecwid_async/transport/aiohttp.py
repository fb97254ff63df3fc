"""The default transport, on aiohttp: one connection pool per event loop, one send per request."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final, NoReturn, cast

import aiohttp
from attrs import frozen
from multidict import CIMultiDict
from yarl import URL

from ecwid_async.errors import NotSent, OutcomeUnknown, Timeout
from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse

__all__ = ["AiohttpTransport", "Timeouts"]

_BROKEN: Final = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)
_NOT_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


@frozen(kw_only=True)
class Timeouts:
    """Limits in seconds: for a whole exchange, for a connection to open or come free, between chunks of a download."""

    total: float = 60.0
    connect: float = 10.0
    read: float = 30.0


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


class _Sending:
    """A streamed body under way, which remembers why it broke off: aiohttp would only tell of the connection."""

    def __init__(self, body: StreamBody) -> None:
        self.error: Exception | None = None
        self._chunks = body.chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks:
                yield chunk
        except Exception as error:
            self.error = error
            raise


def _headers(request: Request) -> CIMultiDict[str]:
    headers = CIMultiDict(cast(tuple[tuple[str, str], ...], request.headers.pairs))
    if isinstance(request.body, StreamBody) and request.body.length is not None:
        headers["Content-Length"] = str(request.body.length)
    return headers


class AiohttpTransport:
    """Sends each request exactly once to `base_url`, follows no redirect, keeps no cookies.

    The session is made on first use, one for each event loop and process. `connections` bounds the pool.
    """

    def __init__(self, base_url: str, *, timeouts: Timeouts | None = None, connections: int = 100) -> None:
        self._base_url = base_url.rstrip("/")
        self._origin, self._base_path = URL(self._base_url).origin(), URL(self._base_url).raw_path.rstrip("/")
        self._timeouts = timeouts or Timeouts()
        self._whole = self._limited(self._timeouts.total, None)
        # A large file takes as long as it takes, as long as something comes.
        self._piecewise = self._limited(None, self._timeouts.read)
        self._connections = connections
        self._sessions: dict[tuple[asyncio.AbstractEventLoop, int], aiohttp.ClientSession] = {}

    def __repr__(self) -> str:
        return f"<AiohttpTransport to {self._base_url}>"

    async def send(self, request: Request) -> Response:
        """Send and read the whole answer. Raises `NotSent`, `OutcomeUnknown` or `Timeout` where there is none."""
        body = _Sending(request.body) if isinstance(request.body, StreamBody) else request.body
        try:
            async with self._exchange(request, body, self._until(request, self._whole)) as answer:
                return Response(answer.status, Headers(answer.raw_headers), await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            if isinstance(body, _Sending) and body.error is not None:
                raise body.error from None
            self._translate(request, error)
        finally:
            if isinstance(request.body, StreamBody):
                await request.body.aclose()

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Send and hand out the body while it arrives; leaving early closes the connection."""
        try:
            async with self._exchange(request, None, self._until(request, self._piecewise)) as answer:
                yield StreamedResponse(answer.status, Headers(answer.raw_headers), self._chunks(request, answer))
        except (aiohttp.ClientError, TimeoutError) as error:
            self._translate(request, error)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        session = self._sessions.pop((asyncio.get_running_loop(), os.getpid()), None)
        if session is not None:
            await session.close()

    def _exchange(
        self, request: Request, body: "bytes | _Sending | None", timeout: aiohttp.ClientTimeout
    ) -> "aiohttp.client._RequestContextManager":
        return self._session().request(
            request.method,
            self._url(request),
            data=body,
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
        home = (asyncio.get_running_loop(), os.getpid())
        session = self._sessions.get(home)
        if session is None or session.closed:
            self._sessions = {where: kept for where, kept in self._sessions.items() if not where[0].is_closed()}
            session = self._sessions[home] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, limit_per_host=self._connections, ttl_dns_cache=300
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": f"ecwid-async/{version('ecwid-async')}"},
                middlewares=(_send_once,),
            )
        return session

    def _until(self, request: Request, timeout: aiohttp.ClientTimeout) -> aiohttp.ClientTimeout:
        """The timeout of one exchange, cut to the caller's deadline."""
        deadline = request.options.deadline
        if deadline is None:
            return timeout
        left = max(0.001, deadline - asyncio.get_running_loop().time())
        return self._limited(left if timeout.total is None else min(left, timeout.total), timeout.sock_read)

    def _limited(self, total: float | None, read: float | None) -> aiohttp.ClientTimeout:
        connect = self._timeouts.connect
        return aiohttp.ClientTimeout(total=total, connect=connect, sock_connect=connect, sock_read=read)

    async def _chunks(self, request: Request, answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        try:
            async for chunk in answer.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, TimeoutError) as error:
            self._translate(request, error)

    def _translate(self, request: Request, error: Exception) -> NoReturn:
        """Raise the library's own error for one of aiohttp's, told apart by whether the request had left."""
        cause = error.__cause__ if isinstance(error, _BrokenConnection) and error.__cause__ else error
        kind = type(cause).__name__
        if isinstance(cause, _NOT_SENT):
            raise NotSent(f"no connection to {self._base_url} ({kind})", request=request) from cause
        deadline = request.options.deadline
        if deadline is not None and asyncio.get_running_loop().time() >= deadline:
            raise Timeout("the deadline passed before the answer was there", request=request) from cause
        raise OutcomeUnknown(f"no whole answer came ({kind})", request=request) from cause
