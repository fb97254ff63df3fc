"""Credentials: joined innermost, so that no request, error or recording above ever holds them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ecwid_async.errors import TransportError
from ecwid_async.wire import Request, Response, StreamedResponse, Transport

__all__ = ["Auth", "Secret"]


class Secret(str):
    """Text that shows as ``***`` wherever it is printed by `repr`: logs, tracebacks with locals, debuggers."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Auth:
    """Sends requests to one store, with its token: adds the store's prefix, ``Authorization`` and the request's id."""

    def __init__(self, inner: Transport, store_id: int, token: str) -> None:
        self._inner = inner
        self._prefix = f"/{store_id}"
        self._header = ("Authorization", Secret(f"Bearer {token}"))

    def __repr__(self) -> str:
        return f"<Auth for store {self._prefix[1:]} over {self._inner!r}>"

    async def send(self, request: Request) -> Response:
        """Send with credentials."""
        try:
            return await self._inner.send(self._signed(request))
        except TransportError as error:
            error.request = request
            raise

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Stream with credentials."""
        try:
            async with self._inner.stream(self._signed(request)) as response:
                yield response
        except TransportError as error:
            error.request = request
            raise

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    def _signed(self, request: Request) -> Request:
        # Spelled out, since `evolve` would take longer than everything else here.
        return Request(
            method=request.method,
            path=self._prefix + request.path,
            params=request.params,
            body=request.body,
            headers=request.headers.plus(self._header, ("X-Ecwid-Api-Request-Id", request.id)),
            options=request.options,
            id=request.id,
        )
