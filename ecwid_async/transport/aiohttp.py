"""The default transport, on aiohttp: one connection pool per event loop, one send per request."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final, NoReturn
from weakref import WeakKeyDictionary

import aiohttp
from attrs import frozen
from yarl import URL

from ecwid_async.errors import NotSent, OutcomeUnknown, Timeout
from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse

__all__ = ["AiohttpTransport", "Timeouts"]

_BROKEN: Final = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)
_NOT_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


@frozen(kw_only=True)
class Timeouts:
    """Limits in seconds: for the whole exchange, for a connection to open or to come free, between two reads."""

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


class AiohttpTransport:
    """Sends each request exactly once to `base_url`, follows no redirect, keeps no cookies.

    The session is made on first use, one for each event loop and process. `connections` bounds the pool.
    """

    def __init__(self, base_url: str, *, timeouts: Timeouts | None = None, connections: int = 100) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeouts = timeouts or Timeouts()
        self._connections = connections
        self._sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[int, aiohttp.ClientSession]]
        self._sessions = WeakKeyDictionary()

    def __repr__(self) -> str:
        return f"<AiohttpTransport to {self._base_url}>"

    async def send(self, request: Request) -> Response:
        """Send and read the whole answer. Raises `NotSent`, `OutcomeUnknown` or `Timeout` where there is none."""
        body = _Sending(request.body) if isinstance(request.body, StreamBody) else request.body
        try:
            async with self._exchange(request, body) as answer:
                return Response(answer.status, Headers(answer.raw_headers), await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            if isinstance(body, _Sending) and body.error is not None:
                raise body.error from None
            self._translate(request, error)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Send and hand out the body while it arrives; leaving early closes the connection."""
        try:
            async with self._exchange(request, None) as answer:
                yield StreamedResponse(answer.status, Headers(answer.raw_headers), self._chunks(request, answer))
        except (aiohttp.ClientError, TimeoutError) as error:
            self._translate(request, error)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        _, session = self._sessions.pop(asyncio.get_running_loop(), (0, None))
        if session is not None:
            await session.close()

    def _exchange(self, request: Request, body: "bytes | _Sending | None") -> "aiohttp.client._RequestContextManager":
        return self._session().request(
            request.method,
            URL(self._base_url + request.target, encoded=True),
            data=body,
            headers=self._headers(request),
            timeout=self._timeout(request),
            allow_redirects=False,
        )

    def _session(self) -> aiohttp.ClientSession:
        loop, pid = asyncio.get_running_loop(), os.getpid()
        made_in, session = self._sessions.get(loop, (0, None))
        if session is None or made_in != pid or session.closed:
            session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, limit_per_host=self._connections, ttl_dns_cache=300
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": f"ecwid-async/{version('ecwid-async')}"},
                middlewares=(_send_once,),
                skip_auto_headers=("Content-Type",),
            )
            self._sessions[loop] = (pid, session)
        return session

    @staticmethod
    def _headers(request: Request) -> dict[str, str]:
        headers = dict(request.headers)
        if isinstance(request.body, StreamBody) and request.body.length is not None:
            headers["Content-Length"] = str(request.body.length)
        return headers

    def _timeout(self, request: Request) -> aiohttp.ClientTimeout:
        limits, deadline = self._timeouts, request.options.deadline
        total = limits.total
        if deadline is not None:
            total = max(0.001, min(total, deadline - asyncio.get_running_loop().time()))
        return aiohttp.ClientTimeout(
            total=total, connect=limits.connect, sock_connect=limits.connect, sock_read=limits.read
        )

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
