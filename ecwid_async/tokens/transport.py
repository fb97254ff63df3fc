"""`TokenTransport`: the transport of one store that gets its token from a source."""

import copy
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Final, TypeVar

import anyio
import anyio.lowlevel
from attrs import evolve

from ecwid_async.errors import (
    ConfigError,
    EcwidError,
    InvalidToken,
    MissingToken,
    NotSentInTime,
    TokenUnavailable,
    TransportError,
)
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.tokens.source import TokenSource, as_token
from ecwid_async.transport import Secret, parse_error
from ecwid_async.wire import Request, Response, StreamBody, StreamedResponse, Transport

__all__ = ["TokenTransport"]

T = TypeVar("T")

_SOURCE_TIMEOUT: Final = 30.0
_INVALID_TOKEN_STATUSES: Final = frozenset({401, 403})
# A proxy responds with 401 or 403 too, but not with this code.
_INVALID_TOKEN_CODE: Final = "INVALID_API_TOKEN"  # noqa: S105  the API's error code
# Responses to requests with an earlier token may still arrive.
_KEPT_SECRETS: Final = 4


@frozen(eq=False)
class _Session:
    """A token, and the transport that sends with it."""

    token: Secret
    transport: Transport


class _Load:
    """A call of the source that is in progress. Its result is shared by all requests that wait for it."""

    __slots__ = ("ended", "error", "result", "succeeded")

    def __init__(self) -> None:
        self.ended = anyio.Event()
        self.succeeded = False
        self.result: _Session | None = None
        self.error: EcwidError | None = None


# Loads in progress, by transport and by the session whose token was refused. An event belongs to one event loop.
_Loads = dict[tuple["TokenTransport", _Session | None], _Load]
_loads: Final[anyio.lowlevel.RunVar[_Loads]] = anyio.lowlevel.RunVar("ecwid_async token loads")


class TokenTransport:
    """Sends the requests of one store with the token that `source` returns.

    The token is read with the first request, and kept. If the API refuses it, it is read again: if the source has
    another one, the request is sent once more with that one, since a refused request did nothing. If it is still the
    same, the source is told to invalidate it.

    `connect` returns the transport for a token, with a rate limit and quarantine of its own. Requests that wait for a
    token share one call of the source.

    Raises `MissingToken` if the source has no token, `TokenUnavailable` if it fails or does not respond, and
    `NotSentInTime` if the request's deadline passes meanwhile.
    """

    def __init__(self, source: TokenSource, store_id: int, connect: Callable[[Secret], Transport]) -> None:
        self._source = source
        self._store_id = store_id
        self._connect = connect
        self._session: _Session | None = None
        self._reloads = 0
        self._secrets: list[Secret] = []

    def __repr__(self) -> str:
        # Not the `repr` of the source, which may show tokens.
        return f"<TokenTransport for store {self._store_id} from {type(self._source).__name__}>"

    @property
    def secrets(self) -> Collection[str]:
        """The tokens that were used last, which must never be shown. Grows with the first request."""
        return self._secrets

    @property
    def token(self) -> Secret | None:
        """The token, None before it is loaded and once the API has refused it."""
        return None if self._session is None else self._session.token

    async def load_token(self, request: Request) -> Secret:
        """Return the token, which is read from the source if needed, within the deadline of `request`."""
        return (self._session or await self._first_session(request)).token

    async def send(self, request: Request) -> Response:
        """Send the request with the store's token."""
        session = self._session or await self._first_session(request)
        response: Response | None = None
        try:
            response = await session.transport.send(request)
        except InvalidToken as error:  # the token is in quarantine, and nothing was sent
            refusal = error
        else:
            if response.status not in _INVALID_TOKEN_STATUSES:
                return response
            found = parse_error(request, response, self._secrets)
            if not isinstance(found, InvalidToken):
                return response
            refusal = found
        replacement = await self._replace(session, request, refusal)
        if response is None:
            if replacement is None:
                raise refusal
            return await replacement.transport.send(request)
        if replacement is None or isinstance(request.body, StreamBody):
            return response  # a stream can't be read again
        second = await replacement.transport.send(request)
        return evolve(second, attempts=response.attempts + second.attempts)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Stream the response to the request with the store's token."""
        session = self._session or await self._first_session(request)
        async with AsyncExitStack() as stack:
            quarantined, refusal = False, None
            try:
                response = await stack.enter_async_context(session.transport.stream(request))
            except InvalidToken as error:
                quarantined, refusal = True, error
            else:
                if response.status in _INVALID_TOKEN_STATUSES:
                    response, refusal = await self._read_refusal(request, response)
            if refusal is not None:
                replacement = await self._replace(session, request, refusal)
                if replacement is not None and (quarantined or not isinstance(request.body, StreamBody)):
                    await stack.aclose()
                    response = await stack.enter_async_context(replacement.transport.stream(request))
                elif quarantined:
                    raise refusal
            yield response

    def reload(self) -> None:
        """Read the token again with the next request. Requests in progress end with the one that they have."""
        self._session = None
        self._reloads += 1

    async def aclose(self) -> None:
        """Close the transport that sends with the token."""
        if self._session is not None:
            await self._session.transport.aclose()

    async def _read_refusal(
        self, request: Request, response: StreamedResponse
    ) -> tuple[StreamedResponse, InvalidToken | None]:
        """Read the body of a refusal. Returns the response with that body, and the error if the token is refused."""
        body = b""
        # The status is enough if the body is interrupted. Its length is limited where the secrets are masked.
        with suppress(TransportError):
            async for chunk in response.chunks:
                body += chunk
        error = parse_error(request, Response(response.status, response.headers, body), self._secrets)
        read = StreamedResponse(response.status, response.headers, _as_chunks(body))
        return read, error if isinstance(error, InvalidToken) else None

    async def _first_session(self, request: Request) -> _Session:
        session = await self._load(request, None, invalid=False)
        if session is None:
            raise MissingToken(self._store_id, type(self._source).__name__)
        return session

    async def _replace(self, session: _Session, request: Request, refusal: InvalidToken) -> _Session | None:
        """The session with another token than the refused one; None if there is no other token."""
        current = self._session
        if current is not None and current is not session:
            return current
        try:
            return await self._load(request, session, invalid=refusal.code == _INVALID_TOKEN_CODE)
        except EcwidError as error:
            error.outcome = refusal.outcome
            raise

    async def _load(self, request: Request, refused: _Session | None, *, invalid: bool) -> _Session | None:
        deadline = request.options.deadline
        with anyio.CancelScope(deadline=math.inf if deadline is None else deadline):
            return await self._share_load(refused, invalid=invalid)
        raise NotSentInTime(f"the token of store {self._store_id} was not read before the deadline", request=request)

    async def _share_load(self, refused: _Session | None, *, invalid: bool) -> _Session | None:
        """Load, or wait for the load that another request has begun."""
        loads = _loads.get(None)
        if loads is None:
            loads = {}
            _loads.set(loads)
        key = self, refused
        while (load := loads.get(key)) is not None:
            await load.ended.wait()
            if load.error is not None:
                # Each request raises an error of its own: a traceback belongs to one task.
                raise copy.copy(load.error) from load.error.__cause__
            if load.succeeded:
                return load.result
            # The request that had begun it was cancelled. One of those that waited begins the next load.
        loads[key] = load = _Load()
        try:
            load.result = await self._read_source(refused, invalid=invalid)
            load.succeeded = True
        except EcwidError as error:
            load.error = error
            raise
        finally:
            del loads[key]
            load.ended.set()
        return load.result

    async def _read_source(self, refused: _Session | None, *, invalid: bool) -> _Session | None:
        """Read the token. Returns None if there is none, or if it is still the refused one."""
        while True:
            reloads = self._reloads
            token = await self._run(self._get_token)
            if reloads == self._reloads:  # or the token was replaced, perhaps after it was read
                break
        if token is None or (refused is not None and token == refused.token):
            if token is not None and invalid:
                await self._run(partial(self._source.invalidate, self._store_id, token))
            if self._session is refused:
                self._session = None
            return None
        session = self._session
        if session is None or session.token != token:
            self._remember(token)
            session = self._session = _Session(token, self._connect(token))
        return session

    async def _get_token(self) -> Secret | None:
        token = _hide(await self._source.get(self._store_id))
        return None if token is None else as_token(token, self._store_id)

    async def _run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Call the source, within a time limit."""
        try:
            with anyio.fail_after(_SOURCE_TIMEOUT):
                return await work()
        except (ConfigError, TokenUnavailable) as error:
            error.outcome = "not_sent"
            raise
        except TimeoutError:
            reason = f"no response within {_SOURCE_TIMEOUT:g} seconds"
            raise TokenUnavailable(reason, store_id=self._store_id) from None
        except Exception as error:
            raise TokenUnavailable(type(error).__name__, store_id=self._store_id) from error

    def _remember(self, token: Secret) -> None:
        if token not in self._secrets:
            self._secrets.insert(0, token)
            del self._secrets[_KEPT_SECRETS:]


def _hide(token: object) -> object:
    # Some tracebacks show local variables. `str` would return the name of an enum's member.
    return Secret(str.__str__(token)) if isinstance(token, str) else token


async def _as_chunks(body: bytes) -> AsyncIterator[bytes]:
    yield body
