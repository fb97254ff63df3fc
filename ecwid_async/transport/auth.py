"""Credentials: joined innermost, so that no request, error or recording above ever holds them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Final, Self, SupportsIndex, TypeVar

from ecwid_async.errors import EcwidError, TransportError
from ecwid_async.wire import Request, Response, StreamedResponse, Transport, masked

__all__ = ["Auth", "Secret"]

# Of a response that is no success: more than any error has to say, and searched in no time.
_MOST_OF_AN_ERROR: Final = 1024 * 1024

T = TypeVar("T")


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

    A server or proxy that refuses may quote what it was sent: the secret among the credentials is masked in every
    response that is no success, and in every error. Of such a response the first MiB is kept.

    Made by `of_store` or `of_application`; `name` is what its `repr` shows.
    """

    def __init__(
        self, inner: Transport, name: str, prefix: str, credentials: tuple[tuple[str, str], ...], secret: str
    ) -> None:
        self._inner = inner
        self._name = name
        self._prefix = prefix
        self._credentials = tuple((header, Secret(value)) for header, value in credentials)
        self._secrets = (Secret(secret),)

    @classmethod
    def of_store(cls, inner: Transport, store_id: int, token: str) -> Self:
        """The access token of one store."""
        return cls(inner, f"store {store_id}", f"/{store_id}", (("Authorization", f"Bearer {token}"),), token)

    @classmethod
    def of_application(cls, inner: Transport, client_id: str, client_secret: str) -> Self:
        """The credentials of an app, for what it asks about itself in no particular store."""
        credentials = (("X-Ecwid-App-Client-Id", client_id), ("X-Ecwid-App-Secret-Key", client_secret))
        return cls(inner, "an application", "", credentials, client_secret)

    def __repr__(self) -> str:
        return f"<Auth for {self._name} over {self._inner!r}>"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be shown to nobody."""
        return self._secrets

    async def send(self, request: Request) -> Response:
        """Send with credentials."""
        try:
            response = await self._inner.send(self._signed(request))
        except EcwidError as error:
            if isinstance(error, TransportError):
                error.request = request
            self._mask(error)
            raise
        if response.status < 300:
            response.headers.hide(self._secrets)
            return response
        return Response(
            response.status, response.headers.masked(self._secrets), self._masked(response.body), response.attempts
        )

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Stream with credentials."""
        signed = self._signed(request)
        try:
            async with self._inner.stream(signed) as response:
                if response.status < 300:
                    response.headers.hide(self._secrets)
                    yield response
                else:
                    headers = response.headers.masked(self._secrets)
                    async with aclosing(self._error_body(response.chunks)) as chunks:
                        yield StreamedResponse(response.status, headers, chunks)
        except TransportError as error:
            # Another call's error may come out of the reader's block: that one keeps its request.
            if error.request is signed:
                error.request = request
                self._mask(error)
            raise

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    async def _error_body(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """All at once, since a secret may lie across two chunks."""
        body = bytearray()
        async for chunk in chunks:
            body += chunk
            if len(body) >= _MOST_OF_AN_ERROR:
                break
        yield self._masked(bytes(body))

    def _masked(self, body: bytes) -> bytes:
        return masked(body[:_MOST_OF_AN_ERROR].decode("latin-1"), self._secrets).encode("latin-1")

    def _mask(self, error: EcwidError) -> None:
        """Mask the secret in an error, and cut off what quotes it of the errors that led to it: those are not ours."""
        from ecwid_async.transport.http.exchange import without_locals

        # By now those of the transport's own frame too, which holds the answer.
        without_locals(error)
        error.args = tuple(self._clean(value) for value in error.args)
        for name, value in vars(error).items():
            if isinstance(value, str):
                setattr(error, name, self._clean(value))
        links: list[BaseException] = [error]
        for link in links:
            for kind in ("__cause__", "__context__"):
                further = getattr(link, kind)
                if further is not None and self._quotes(f"{further} {further!r}"):
                    setattr(link, kind, None)
                elif further is not None and not any(further is known for known in links):
                    links.append(further)

    def _quotes(self, text: str) -> bool:
        return masked(text, self._secrets) != text

    def _clean(self, value: T) -> T | str:
        return masked(value, self._secrets) if isinstance(value, str) else value

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
