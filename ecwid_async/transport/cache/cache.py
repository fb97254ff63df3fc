"""The protocol of a cache, which keeps responses and knows which of them may still be used."""

from collections.abc import Hashable
from typing import Protocol

from attrs import frozen

from ecwid_async.errors import Outcome
from ecwid_async.transport.auth import Secret
from ecwid_async.transport.cache.policy import CachePolicy
from ecwid_async.wire import Request, Response

__all__ = ["Cache", "Lookup", "NoCache", "ReadKey", "TokenHolder", "with_age"]


@frozen(cache_hash=True)
class ReadKey:
    """What identical reads share: the store, the token and the request. `token` and `request` are hashes."""

    store_id: int
    token: str
    request: str


@frozen
class Lookup:
    """What a cache has for a read.

    `response` is the kept response, with its `age`, or None. `generation` identifies the state of the store: a read
    that begins now may be shared with, and kept for, reads of the same generation only. `problem` is the error
    if the cache is unavailable, in some lookups only.
    """

    generation: Hashable
    response: Response | None = None
    problem: Exception | None = None


def with_age(response: Response, age: float) -> Response:
    """A copy of a kept response, with its age in seconds."""
    # `evolve` would take longer than everything else of a cached read.
    return Response(
        response.status,
        response.headers,
        response.body,
        response.attempts,
        response.in_doubt,
        response.duration,
        age,
    )


class TokenHolder(Protocol):
    """Has the token that a store is read with, which may change."""

    @property
    def token(self) -> Secret | None:
        """The token, None before it is loaded and once the API has refused it."""

    async def load_token(self, request: Request) -> Secret:
        """Load the token, within the deadline of `request`."""


class Cache(Protocol):
    """Keeps responses, in memory or shared between processes. A client takes one: ``Ecwid(cache=MemoryCache())``.

    `drop` and `clear` are for programs, the other methods for the client. None of them raises if the cache is
    unavailable. Each write and each drop begins a new *generation* of the store.
    """

    @property
    def policy(self) -> CachePolicy:
        """Which responses are kept, and for how long."""

    async def drop(self, store_id: int) -> None:
        """Forget all responses of a store, because it has changed: call it for its webhooks.

        Reads in progress are neither kept nor given to later callers. For `CachePolicy.lag` seconds no search is kept.
        Raises `TypeError` for an id that is not an int, since nothing would be dropped.
        """

    async def clear(self) -> None:
        """Forget the responses of all stores."""

    async def look_up(self, key: ReadKey, max_age: float) -> Lookup:
        """Look for a response that is at most `max_age` seconds old. With 0, only the generation is looked up."""

    async def keep(
        self, key: ReadKey, generation: Hashable, response: Response, *, age: float, seconds: float, is_search: bool
    ) -> None:
        """Keep a response until it is `seconds` old, if the store still has this generation.

        `age` is its age now, in seconds. A search is not kept within the lag after a write or drop.
        """

    async def begin_write(self, store_id: int) -> str:
        """Begin a generation, since a write is about to be sent. Nothing is kept until it has ended. Returns its id."""

    async def end_write(self, store_id: int, write: str, outcome: Outcome) -> None:
        """Begin a generation, since a write has ended. Called once for each write, also for a cancelled one."""

    async def refuse(self, store_id: int, token: str) -> None:
        """Forget the responses to a token, which is a hash, because the API has refused it."""


class NoCache:
    """The cache of a client without one: `drop` and `clear` do nothing."""

    def __repr__(self) -> str:
        return "<NoCache>"

    async def drop(self, store_id: int) -> None:
        """Do nothing."""

    async def clear(self) -> None:
        """Do nothing."""
