"""A transport on httpx2 (extra ``httpx2``), for asyncio and trio: one pool per event loop, one send per request."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Final, NoReturn, cast

import anyio
import anyio.lowlevel

from ecwid_async.primitives.finishing import finish
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
from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse

try:
    import httpcore2  # noqa: F401  httpx2 would load it with the first request, when no more files may be left to open
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
_FAILED: Final = (httpx2.RequestError, TimeoutError, BodyError)


class _Guarded(httpx2.AsyncByteStream):
    """Gives back no connection on which more came than the answer: it would pass for the answer to the next request."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream
        self._kept = False

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        async for chunk in self._stream:
            yield chunk
        self._kept = True

    async def aclose(self) -> None:
        # Nothing public tells. A release that is built in another way shows in the contract suite.
        with suppress(AttributeError):
            parser = self._stream._httpcore_stream._stream._connection._h11_state  # type: ignore[attr-defined]
            if parser.trailing_data[0]:
                parser.send_failed()
                self._kept = False
        if self._kept:
            await self._stream.aclose()  # waits for nothing
        else:
            await finish(self._stream.aclose)  # torn by a cancellation, it would stay in the pool's list for ever


class Httpx2Transport:
    """Sends each request exactly once to `base_url`, follows no redirect, keeps no cookies. Runs under trio too.

    The pool is made on first use, one for each event loop and process. Raises `ConfigError` for a base URL that would
    send a token in the clear, and for authorities that can't be read.
    """

    def __init__(self, base_url: str, settings: Settings | None = None) -> None:
        self._base_url = checked_base_url(base_url)
        self._settings = settings or Settings()
        self._tls = self._settings.tls_context()
        self._pools = PerLoop(self._new_pool, _running_loop)
        timeouts = self._settings.timeouts
        opening = {"connect": timeouts.connect, "pool": timeouts.connect}
        self._whole: _Extensions = {"timeout": {**opening, "read": None, "write": None}}
        # A large file takes as long as it takes, as long as something comes.
        self._piecewise: _Extensions = {"timeout": {**opening, "read": timeouts.read, "write": timeouts.read}}

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return self._base_url

    def __repr__(self) -> str:
        return f"<Httpx2Transport to {self._base_url}>"

    async def send(self, request: Request) -> Response:
        """Send and read the whole answer.

        Raises `NotSent`, `OutcomeUnknown` or `Timeout` where there is none, `ResponseTooLarge` for too large a one.
        """
        body = outgoing(request.body)
        try:
            with anyio.fail_after(self._left(request, self._settings.timeouts.total)):
                status, headers, body_stream = await self._open(request, body, self._whole)
                async with aclosing(body_stream), aclosing(aiter(body_stream)) as chunks:
                    whole = await read_whole(chunks, request, status, headers, self._settings.largest_response)
            return Response(status, headers, whole)
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
            with anyio.fail_after(self._left(request, None)):
                status, headers, body_stream = await self._open(request, None, self._piecewise)
        except Exception as error:
            self._translate(request, error)
        except BaseException as error:
            without_locals(error)
            raise
        async with (
            aclosing(body_stream),
            aclosing(aiter(body_stream)) as raw,
            aclosing(self._chunks(request, decoded(raw, request, status, headers))) as chunks,
        ):
            yield StreamedResponse(status, headers, chunks)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        pool = self._pools.pop()
        if pool is not None:
            await finish(pool.aclose)

    async def _open(
        self, request: Request, body: bytes | Sending | None, timeouts: _Extensions
    ) -> tuple[int, Headers, _Guarded]:
        answer = await self._pools.get().handle_async_request(
            httpx2.Request(
                request.method,
                self._base_url + request.target,
                headers=header_pairs(request, ("Accept-Encoding", ACCEPT_ENCODING)),  # type: ignore[arg-type]  # text and bytes mixed are fine
                content=body,
                extensions=timeouts,
            )
        )
        return answer.status_code, Headers(answer.headers.raw), _Guarded(cast(httpx2.AsyncByteStream, answer.stream))

    async def _chunks(self, request: Request, body: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        try:
            async with aclosing(body) as chunks:
                while True:
                    with anyio.fail_after(self._left(request, None)):
                        try:
                            chunk = await anext(chunks)
                        except StopAsyncIteration:
                            return
                    yield chunk
        except _FAILED as error:
            self._translate(request, error)

    def _new_pool(self) -> httpx2.AsyncHTTPTransport:
        settings = self._settings
        return httpx2.AsyncHTTPTransport(
            verify=self._tls,
            trust_env=False,
            limits=httpx2.Limits(
                max_connections=settings.connections,
                max_keepalive_connections=settings.connections,
                keepalive_expiry=settings.keep_alive,
            ),
            proxy=settings.proxy,
            retries=0,
        )

    def _left(self, request: Request, limit: float | None) -> float | None:
        """The seconds an exchange may take: the caller's deadline or `limit`, whichever is first."""
        deadline = request.options.deadline
        if deadline is None:
            return limit
        left = deadline - anyio.current_time()
        if left <= 0:
            raise past_deadline(request)
        return left if limit is None else min(left, limit)

    def _translate(self, request: Request, error: Exception, body: bytes | Sending | None = None) -> NoReturn:
        """Raise the library's own error for one of httpx2's, told apart by whether the request had left."""
        if isinstance(body, Sending):
            body.raise_failure()
        without_locals(error)
        if not isinstance(error, _FAILED):
            raise error
        sent = not isinstance(error, _NOT_SENT)
        now = anyio.current_time()
        raise unanswered(request, self._base_url, kind_of(error), sent=sent, now=now) from error


def _running_loop() -> object:
    return anyio.lowlevel.current_token().native_token
