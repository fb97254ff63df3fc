"""Authentication: the innermost wrapper adds the credentials, so that nothing further out ever contains them."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Final, Self, SupportsIndex, TypeVar
from urllib.parse import urlencode

from attrs import evolve

from ecwid_async.errors import EcwidError, TransportError
from ecwid_async.primitives.loop_time import loop_time
from ecwid_async.transport.http.tracebacks import clear_library_frames
from ecwid_async.wire import Headers, Lane, Request, Response, StreamedResponse, Transport, mask_secrets, new_request

__all__ = ["Auth", "FormAuth", "Secret"]

# Bytes kept of an unsuccessful response: longer than any error message, and fast to search.
_MAX_ERROR_BODY: Final = 1024 * 1024

# In Python 3.11, an enum's class looks up a member in a slow function.
_BULK: Final = Lane.BULK

T = TypeVar("T")


class Secret(str):
    """Text whose `repr` is ``'***'``, so that logs, tracebacks with locals and debuggers do not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __getitem__(self, key: SupportsIndex | slice) -> "Secret":
        # Libraries that shorten long values take the `repr` of a slice.
        return Secret(super().__getitem__(key))


class Auth:
    """Adds the credentials, the path prefix of the store and the header with the request's id.

    A server or proxy that refuses a request may quote it, so the secret is masked in every error and in every
    unsuccessful response, whose body is cut to its first MiB.

    Create it with `for_store` or `for_application`. `name` appears in its `repr`.
    """

    def __init__(
        self, inner: Transport, name: str, prefix: str, credentials: tuple[tuple[str, str], ...], secret: str
    ) -> None:
        self._inner = inner
        self._name = name
        self._prefix = prefix
        self._credentials = tuple((header, Secret(value)) for header, value in credentials)
        self._secrets: tuple[Secret, ...] = (Secret(secret),)

    @classmethod
    def for_store(cls, inner: Transport, store_id: int, token: str) -> Self:
        """Authenticate requests to one store with its access token."""
        return cls(inner, f"store {store_id}", f"/{store_id}", (("Authorization", f"Bearer {token}"),), token)

    @classmethod
    def for_application(cls, inner: Transport, client_id: str, client_secret: str) -> Self:
        """Authenticate requests of an app about itself, which belong to no store."""
        credentials = (("X-Ecwid-App-Client-Id", client_id), ("X-Ecwid-App-Secret-Key", client_secret))
        return cls(inner, "an application", "", credentials, client_secret)

    def __repr__(self) -> str:
        return f"<Auth for {self._name} over {self._inner!r}>"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that must never be shown."""
        return self._secrets

    async def send(self, request: Request) -> Response:
        """Send the request with credentials, and measure the duration of a bulk or timed request."""
        # The duration says when a page showed the store. Other calls, whose overhead counts, don't need it.
        sent = loop_time() if request.options.lane is _BULK or request.options.timed else None
        try:
            response = await self._inner.send(self._with_credentials(request))
        except EcwidError as error:
            if isinstance(error, TransportError):
                error.request = request
            self._mask_error(error)
            raise
        if response.status < 300:
            response.headers.hide_secrets(self._secrets)
            if sent is None:
                return response
            headers, body = response.headers, response.body
        else:
            headers, body = response.headers.mask(self._secrets), self._mask_body(response.body)
        duration = 0.0 if sent is None else loop_time() - sent
        return Response(response.status, headers, body, response.attempts, response.in_doubt, duration)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Stream the request with credentials."""
        authenticated = self._with_credentials(request)
        try:
            async with self._inner.stream(authenticated) as response:
                if response.status < 300:
                    response.headers.hide_secrets(self._secrets)
                    yield response
                else:
                    headers = response.headers.mask(self._secrets)
                    async with aclosing(self._masked_error_body(response.chunks)) as chunks:
                        yield StreamedResponse(response.status, headers, chunks)
        except TransportError as error:
            # The caller's block may raise the error of another call, which keeps its own request.
            if error.request is authenticated:
                error.request = request
                self._mask_error(error)
            raise

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    async def _masked_error_body(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """Yield the body as one chunk, since a secret may span two."""
        body = bytearray()
        async for chunk in chunks:
            body += chunk
            if len(body) >= _MAX_ERROR_BODY:
                break
        yield self._mask_body(bytes(body))

    def _mask_body(self, body: bytes) -> bytes:
        return mask_secrets(body[:_MAX_ERROR_BODY].decode("latin-1"), self._secrets).encode("latin-1")

    def _mask_error(self, error: EcwidError) -> None:
        """Mask the secret in an error, and drop foreign causes and contexts that quote it."""
        # The transport has cleared its library's frames. Its own frame holds the response, and has ended only now.
        clear_library_frames(error)
        error.args = tuple(self._mask_text(value) for value in error.args)
        for name, value in vars(error).items():
            if isinstance(value, str):
                setattr(error, name, self._mask_text(value))
        errors: list[BaseException] = [error]
        for link in errors:
            for attribute in ("__cause__", "__context__"):
                linked = getattr(link, attribute)
                if linked is not None and self._contains_secret(f"{linked} {linked!r}"):
                    setattr(link, attribute, None)
                elif linked is not None and not any(linked is known for known in errors):
                    errors.append(linked)

    def _contains_secret(self, text: str) -> bool:
        return mask_secrets(text, self._secrets) != text

    def _mask_text(self, value: T) -> T | str:
        return mask_secrets(value, self._secrets) if isinstance(value, str) else value

    def _with_credentials(self, request: Request) -> Request:
        return new_request(
            request.method,
            self._prefix + request.path,
            request.params,
            request.body,
            Headers((*request.headers.pairs, *self._credentials, ("X-Ecwid-Api-Request-Id", request.id))),
            request.options,
            request.id,
        )


class FormAuth(Auth):
    """Adds a form with credentials as the body, for an endpoint that takes them there, such as that of OAuth.

    The values of `secret_fields` are masked like those of `Auth`; those of `fields` are no secrets.
    """

    def __init__(
        self, inner: Transport, name: str, fields: Mapping[str, str], secret_fields: Mapping[str, Secret]
    ) -> None:
        super().__init__(inner, name, "", (), "")
        self._fields = dict(fields)
        self._secret_fields = dict(secret_fields)
        self._secrets = tuple(secret_fields.values())

    def _with_credentials(self, request: Request) -> Request:
        body = urlencode(self._fields | self._secret_fields).encode()
        with_id = super()._with_credentials(request)
        headers = with_id.headers.with_added(("Content-Type", "application/x-www-form-urlencoded"))
        return evolve(with_id, body=body, headers=headers)
