"""`CachedReads`: the transport wrapper that shares identical reads and keeps responses."""

import hashlib
from collections.abc import AsyncIterator, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final

import anyio
from attrs import evolve

from ecwid_async.errors import EcwidError, InvalidToken, Outcome, StoreSuspended, outcome_of
from ecwid_async.transport.auth import Secret
from ecwid_async.transport.cache.cache import Cache, ReadKey, TokenHolder
from ecwid_async.transport.cache.policy import is_search
from ecwid_async.transport.cache.shared_reads import SharedReads
from ecwid_async.transport.events import EventEmitter
from ecwid_async.transport.http.failures import deadline_error
from ecwid_async.transport.rate_limit import token_key
from ecwid_async.transport.responses import parse_error
from ecwid_async.wire import EventKind, EventSink, Lane, Request, Response, StreamBody, StreamedResponse, Transport

__all__ = ["CachedReads"]

_REFUSAL_STATUSES: Final = frozenset({401, 402, 403})
# POSTs that compute something and change nothing.
_READING_POSTS: Final = frozenset(
    {
        "POST /images/main-colors",
        "POST /order/calculate",
        "POST /orders/tax-invoice-preview",
        "POST /products/filters",
    }
)
# The store executes a batch later than it responds, at some time until its status says that it is complete.
_BATCHES: Final = frozenset({"POST /batch", "GET /batch"})


class CachedReads:
    """Shares identical reads in progress, and gives out kept responses, for one store and token.

    A read is identical to another one if the store, the token, and all of the request but its id, deadline and other
    options are the same. Reads that are in progress are sent once, with their retries: in a task of its own, which
    takes over neither deadline nor context variables from its callers, and is cancelled when the last of them leaves.
    Each caller gets its own error. A write begins a new generation, when it is sent and when it has ended: later
    reads are neither shared with earlier ones nor taken from what those left in the cache.

    Bulk requests, requests with `Options.fresh`, streams and uploads go past it. Writes are recognized in any case.
    """

    def __init__(
        self,
        inner: Transport,
        cache: Cache,
        reads: SharedReads,
        *,
        store_id: int,
        token: Secret | TokenHolder,
        server: str = "",
        events: EventSink | None = None,
        host_and_port: str | None = None,
    ) -> None:
        self._inner = inner
        self._cache = cache
        self._reads = reads
        self._store_id = store_id
        self._token = token
        self._server = server
        self._emit = EventEmitter(events, store_id, host_and_port)
        self._hashed: tuple[Secret | None, str] = (None, "")

    def __repr__(self) -> str:
        return f"<CachedReads over {self._inner!r}>"

    async def send(self, request: Request) -> Response:
        """Return a kept response, or share a read in progress, or send the request.

        Raises `Timeout` at the deadline of a shared read, even if it was not sent yet.
        """
        options = request.options
        if request.method != "GET" or options.operation in _BATCHES:
            return await self._write(request)
        if options.fresh or options.lane is Lane.BULK or isinstance(request.body, StreamBody):
            return await self._send(request)
        token = self._token if isinstance(self._token, Secret) else await self._token.load_token(request)
        key = ReadKey(self._store_id, self._hash(token), _hash_request(self._server, request))
        seconds = self._cache.policy.seconds_for(options.operation)
        while True:
            found = await self._cache.look_up(key, seconds)
            if found.problem is not None:
                self._emit(EventKind.CACHE_UNAVAILABLE, request, error=found.problem)
            if (response := found.response) is not None:
                self._emit(EventKind.CACHE_HIT, request, status=response.status, seconds=response.age)
                return response
            # No other task runs until this one waits for the read.
            shared = self._reads.get(key, found.generation)
            if shared is not None:
                self._emit(EventKind.COALESCED, request)
            else:
                if options.deadline is not None and anyio.current_time() >= options.deadline:
                    raise deadline_error(request)
                if seconds:
                    self._emit(EventKind.CACHE_MISS, request)
                read = partial(self._read, request, key, found.generation, seconds, token)
                shared = self._reads.begin(key, found.generation, read)
            read_response = await shared.wait(request)
            if read_response is not None:
                return read_response

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Stream the response, past the cache."""
        async with AsyncExitStack() as stack:
            if request.method != "GET":
                write = await self._cache.begin_write(self._store_id)
                stack.push_async_callback(self._cache.end_write, self._store_id, write, "unknown")
            yield await stack.enter_async_context(self._inner.stream(request))

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()

    async def _read(
        self, request: Request, key: ReadKey, generation: Hashable, seconds: float, token: Secret
    ) -> Response:
        """Send a read for all its callers, and keep its response."""
        # The deadline is that of one caller.
        options = evolve(request.options, deadline=None, timed=True)
        response = await self._send(evolve(request, options=options))
        # Otherwise the request may have been sent with another token. A response that quotes it is not kept.
        if seconds and response.status == 200 and self._known_token() == token and token.encode() not in response.body:
            await self._cache.keep(
                key,
                generation,
                response,
                age=response.duration,
                seconds=seconds,
                is_search=is_search(options.operation),
            )
        return response

    async def _write(self, request: Request) -> Response:
        operation = request.options.operation
        if operation in _READING_POSTS:
            return await self._send(request)
        outcome: Outcome = "unknown"
        write = await self._cache.begin_write(self._store_id)
        try:
            response = await self._send(request)
            if operation not in _BATCHES and (response.status < 300 or not response.in_doubt):
                outcome = outcome_of(request, response.status)
        except EcwidError as error:
            if operation not in _BATCHES:
                outcome = error.outcome or "unknown"
            raise
        finally:
            await self._cache.end_write(self._store_id, write, outcome)
        return response

    async def _send(self, request: Request) -> Response:
        """Send, and forget the responses to a token that the API refuses."""
        token = self._known_token()
        refused = False
        try:
            response = await self._inner.send(request)
            refused = response.status in _REFUSAL_STATUSES and _is_refusal(parse_error(request, response))
        except EcwidError as error:
            refused = _is_refusal(error)  # by the quarantine: nothing was sent
            raise
        finally:
            if token is not None and (refused or self._known_token() != token):
                await self._cache.refuse(self._store_id, self._hash(token))
        return response

    def _known_token(self) -> Secret | None:
        return self._token if isinstance(self._token, Secret) else self._token.token

    def _hash(self, token: Secret) -> str:
        if self._hashed[0] is not token:
            self._hashed = token, token_key(token)
        return self._hashed[1]


def _is_refusal(error: EcwidError) -> bool:
    return isinstance(error, InvalidToken | StoreSuspended)


def _hash_request(server: str, request: Request) -> str:
    parts = (server, request.path, request.params, request.headers.pairs, request.body)
    # The `repr` of text and bytes is unambiguous, and has no lone surrogates.
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
