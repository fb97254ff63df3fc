"""Credentials: joined innermost, so that no request, error or recording above ever holds them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self, SupportsIndex

from ecwid_async.errors import TransportError
from ecwid_async.wire import Request, Response, StreamedResponse, Transport

__all__ = ["Auth", "Secret"]


class Secret(str):
    """Text that shows as ``***`` wherever it is printed by `repr`: logs, tracebacks with locals, debuggers."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __getitem__(self, key: SupportsIndex | slice) -> "Secret":
        # Printers that shorten what is long take a part first, and then its `repr`.
        return Secret(super().__getitem__(key))


class Auth:
    """Sends requests with credentials, which it adds together with their prefix of the path and the request's id.

    Made by `of_store` or `of_application`; `name` is what its `repr` shows.
    """

    def __init__(self, inner: Transport, name: str, prefix: str, credentials: tuple[tuple[str, str], ...]) -> None:
        self._inner = inner
        self._name = name
        self._prefix = prefix
        self._credentials = tuple((header, Secret(value)) for header, value in credentials)

    @classmethod
    def of_store(cls, inner: Transport, store_id: int, token: str) -> Self:
        """The access token of one store."""
        return cls(inner, f"store {store_id}", f"/{store_id}", (("Authorization", f"Bearer {token}"),))

    @classmethod
    def of_application(cls, inner: Transport, client_id: str, client_secret: str) -> Self:
        """The credentials of an app, for what it asks about itself in no particular store."""
        credentials = (("X-Ecwid-App-Client-Id", client_id), ("X-Ecwid-App-Secret-Key", client_secret))
        return cls(inner, "an application", "", credentials)

    def __repr__(self) -> str:
        return f"<Auth for {self._name} over {self._inner!r}>"

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
        signed = self._signed(request)
        try:
            async with self._inner.stream(signed) as response:
                yield response
        except TransportError as error:
            # Another call's error may come out of the reader's block: that one keeps its request.
            if error.request is signed:
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
            headers=request.headers.plus(*self._credentials, ("X-Ecwid-Api-Request-Id", request.id)),
            options=request.options,
            id=request.id,
        )
