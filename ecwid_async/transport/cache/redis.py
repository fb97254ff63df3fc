"""`RedisCache`: responses on Redis (extra ``redis``), for several processes.

Each operation is one script, which Redis runs atomically and by its own clock. Keys contain ids of stores and hashes of
tokens and requests; values are responses without tokens. All keys expire.

While Redis is unavailable, reads go to the API and nothing is kept. Writes and drops that it was not told are told once
it is back; until then this process uses no response of their stores.
"""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from random import getrandbits
from typing import Final, TypeAlias

import anyio
import msgspec

from ecwid_async.errors import ConfigError, Outcome
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.transport.cache.cache import Lookup, ReadKey
from ecwid_async.transport.cache.generations import Generations
from ecwid_async.transport.cache.policy import CachePolicy, check_policy
from ecwid_async.transport.cache.redis_scripts import BEGIN_GENERATION, KEEP, LOOK_UP, RENEW
from ecwid_async.transport.validation import check_count, check_number, check_redis_client, check_store_id
from ecwid_async.wire import Headers, Response

try:
    from redis.asyncio import Redis
    from redis.commands.core import AsyncScript
    from redis.exceptions import RedisError
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: RedisCache needs pip install 'ecwid-async[redis]'") from None

__all__ = ["RedisCache"]

# Requests to Redis at a time: by default, a client opens a connection for each.
_MAX_REQUESTS: Final = 32
# Seconds without a request to Redis after a failure.
_PAUSE: Final = 1.0
# Seconds between two problems that are reported during an outage.
_REPORT_INTERVAL: Final = 60.0
# Subjects whose generation Redis was not told. Beyond, it is told to forget all.
_MAX_UNTOLD: Final = 1000
# The process that sent a write may have died before its end. After this time and the lag, responses are kept again.
_LONGEST_WRITE: Final = 300.0

_Argument: TypeAlias = str | bytes | int | float
# What has generations: a store, a store as one token sees it, or all stores.
_Subject: TypeAlias = int | tuple[int, str] | None


class _Kept(msgspec.Struct, array_like=True, frozen=True):
    """A response in Redis."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Kept).decode


class RedisCache:
    """A `Cache` for all processes that use the same Redis and `prefix`: ``Ecwid(cache=RedisCache(client))``.

    `client` is a `redis.asyncio.Redis` without ``decode_responses``, which you close yourself. Like it, the cache
    belongs to one event loop and one process, and runs on asyncio. Needs Redis 5 or later, with a ``maxmemory`` that
    limits the size of all responses together.

    - `prefix`: the beginning of all keys. Its braces keep them on one node of a cluster.
    - `max_response`: a response with a longer body is not kept, in bytes.
    - `timeout`: Redis is unavailable if it fails, or does not reply for this long, in seconds. Reads go to the API
      then, and another one tries Redis a second later.
    - `clock_offset`: returns seconds that are added to the clock of Redis, for tests.
    - `clock`: the clock of this process.

    Raises `ConfigError` for a client that decodes responses, and for any other setting that is not valid.
    """

    def __init__(
        self,
        client: Redis,
        policy: CachePolicy | None = None,
        *,
        prefix: str = "{ecwid}",
        max_response: int = 1024 * 1024,
        timeout: float = 0.25,
        clock_offset: Callable[[], float] = lambda: 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_redis_client(client)
        pool = getattr(client, "connection_pool", None)
        if getattr(pool, "connection_kwargs", {}).get("decode_responses"):
            raise ConfigError("the Redis client decodes responses, and a cache keeps bytes: leave decode_responses out")
        if not isinstance(prefix, str) or not prefix:
            raise ConfigError("give `prefix` the text that all keys begin with; it must not be empty")
        check_count("max_response", max_response)
        check_number("timeout", timeout, exclusive=True)
        self._policy = check_policy(policy)
        self._prefix = prefix
        self._max_response = max_response
        self._timeout = timeout
        self._clock_offset = clock_offset
        self._clock = clock
        self._generations = Generations(self._policy.lag)
        self._look_up_script = client.register_script(LOOK_UP)
        self._keep_script = client.register_script(KEEP)
        self._begin_script = client.register_script(BEGIN_GENERATION)
        self._renew_script = client.register_script(RENEW)
        self._slots = anyio.Semaphore(_MAX_REQUESTS, fast_acquire=True)
        # Subjects whose last generation Redis was not told, or is being told, with the number of the attempt. Those
        # whose attempt has failed are told again.
        self._untold: dict[_Subject, int] = {}
        self._failed_tells: set[_Subject] = set()
        self._tells = 0
        # Writes whose begin (True) or end (False) Redis was not told.
        self._untold_writes: dict[tuple[int, str], bool] = {}
        self._failed = False
        self._next_try = float("-inf")
        self._problem: Exception | None = None
        self._next_report = float("-inf")

    def __repr__(self) -> str:
        return f"<RedisCache {self._prefix}>"

    @property
    def policy(self) -> CachePolicy:
        """Which responses are kept, and for how long."""
        return self._policy

    async def drop(self, store_id: int) -> None:
        """See `Cache.drop`. While Redis is unavailable, other processes are told once it is back."""
        check_store_id(store_id)
        self._generations.drop(store_id, self._clock())
        await self._tell_despite_cancellation(store_id)

    async def clear(self) -> None:
        """See `Cache.clear`. While Redis is unavailable, other processes are told once it is back."""
        self._generations.clear()
        await self._tell_despite_cancellation(None)

    async def look_up(self, key: ReadKey, max_age: float) -> Lookup:
        """See `Cache.look_up`."""
        local = self._generations.get(key.store_id, key.token)
        if self._failed_tells:
            await self._catch_up()
        if self._is_untold(key):
            return Lookup((local, None), problem=self._take_problem())
        reply = await self._run(self._look_up_script, self._keys(key)[:4], [_millis(max_age)])
        if not isinstance(reply, list):
            return Lookup((local, None), problem=self._take_problem())
        generation = local, reply[0]
        return Lookup(generation, _parse(reply[2], float(reply[1]) / 1000) if len(reply) > 1 else None)

    async def keep(
        self, key: ReadKey, generation: Hashable, response: Response, *, age: float, seconds: float, is_search: bool
    ) -> None:
        """See `Cache.keep`."""
        local, shared = generation if isinstance(generation, tuple) else (None, None)
        if shared is None or age >= seconds or len(response.body) > self._max_response:
            return
        read_at = self._clock() - age
        if local != self._generations.get(key.store_id, key.token) or self._is_untold(key):
            return
        if not self._generations.may_keep(key.store_id, read_at=read_at, is_search=is_search):
            return
        value = _encode(_Kept(response.status, tuple(response.headers.masked().items()), response.body))
        arguments: list[_Argument] = [shared, _millis(age), _millis(seconds), int(is_search), value]
        await self._run(self._keep_script, self._keys(key), arguments)

    async def begin_write(self, store_id: int) -> str:
        """See `Cache.begin_write`."""
        write = f"{getrandbits(64):x}"
        self._generations.begin_write(store_id)
        try:
            await self._tell(store_id, begun=write)
        except BaseException:
            # Cancelled: the write is not sent.
            await run_shielded(partial(self.end_write, store_id, write, "not_sent"))
            raise
        return write

    async def end_write(self, store_id: int, write: str, outcome: Outcome) -> None:
        """See `Cache.end_write`."""
        self._generations.end_write(store_id, outcome, self._clock())
        self._untold_writes.pop((store_id, write), None)
        await self._tell_despite_cancellation(store_id, ended=write)

    async def refuse(self, store_id: int, token: str) -> None:
        """See `Cache.refuse`."""
        self._generations.refuse(store_id, token)
        await self._tell_despite_cancellation((store_id, token))

    async def _tell_despite_cancellation(self, subject: _Subject, *, ended: str = "") -> None:
        try:
            await self._tell(subject, ended=ended)
        except BaseException:
            await run_shielded(partial(self._tell, subject, ended=ended))
            raise

    async def _tell(self, subject: _Subject, *, begun: str = "", ended: str = "") -> None:
        """Tell Redis that a subject has a new generation. It is harmless to do so twice."""
        with self._telling(subject) as told:
            if isinstance(subject, int):
                told(await self._tell_of_store(subject, begun=begun, ended=ended))
            elif subject is None:
                told(await self._run(self._renew_script, [self._all_key], []))
            else:
                told(await self._run(self._renew_script, [self._token_key(*subject)], []))

    async def _tell_of_store(self, store_id: int, *, begun: str, ended: str) -> object:
        """Tell Redis that a store has a new generation, and all that this process knows and Redis was not told."""
        now = self._clock()
        nothing, no_search = (_millis(max(0.0, until - now)) for until in self._generations.times(store_id))
        writes = {key: is_begun for key, is_begun in self._untold_writes.items() if key[0] == store_id}
        own = {(store_id, write): bool(begun) for write in (begun, ended) if write}
        all_begun = [write for (_, write), is_begun in (writes | own).items() if is_begun]
        all_ended = [write for (_, write), is_begun in (writes | own).items() if not is_begun]
        longest = _millis(_LONGEST_WRITE + self._policy.lag)
        arguments: list[_Argument] = [longest, nothing, no_search, len(all_begun), *all_begun, *all_ended]
        keys = [self._store_key(store_id), self._writes_key(store_id)]
        reply = await self._run(self._begin_script, keys, arguments)
        if reply:
            for key, is_begun in writes.items():
                # Unless it has ended meanwhile.
                if self._untold_writes.get(key) == is_begun:
                    del self._untold_writes[key]
        else:
            self._untold_writes |= own
            while len(self._untold_writes) > _MAX_UNTOLD:
                # After ten minutes, Redis forgets it too.
                del self._untold_writes[next(iter(self._untold_writes))]
        return reply

    @contextmanager
    def _telling(self, subject: _Subject) -> Iterator[Callable[[object], None]]:
        """Use nothing that Redis has of the subject until it was told. Yields a function that takes its reply."""
        if len(self._untold) >= _MAX_UNTOLD:
            self._untold = {None: 0}
            self._failed_tells = {None}
        self._tells += 1
        number = self._untold[subject] = self._tells
        replies: list[object] = []
        try:
            yield replies.append
        finally:
            # Unless another attempt has begun in the meantime.
            if self._untold.get(subject) == number:
                if any(replies):
                    del self._untold[subject]
                    self._failed_tells.discard(subject)
                else:
                    self._failed_tells.add(subject)

    def _is_untold(self, key: ReadKey) -> bool:
        untold = self._untold
        return bool(untold) and (None in untold or key.store_id in untold or (key.store_id, key.token) in untold)

    async def _catch_up(self) -> None:
        """Tell Redis what it was not told while it was unavailable. The next reads tell what takes too long for one."""
        ends_at = self._clock() + self._timeout
        for subject in list(self._failed_tells):
            now = self._clock()
            if self._next_try > now or now >= ends_at:
                return
            if subject in self._failed_tells:  # or another read tells it
                self._failed_tells.discard(subject)
                await self._tell(subject)

    async def _run(self, script: AsyncScript, keys: list[str], arguments: list[_Argument]) -> object:
        """Run a script. Returns its reply, or None while Redis is unavailable."""
        async with self._slots:
            now = self._clock()
            if self._next_try > now:
                return None
            if self._failed:
                # One call at a time tries it again.
                self._next_try = now + self._timeout + _PAUSE
            try:
                with anyio.fail_after(self._timeout):
                    reply: object = await script(
                        keys=keys, args=[_millis(self._clock_offset()), f"{getrandbits(64):016x}", *arguments]
                    )
            except (RedisError, OSError) as error:
                self._failed, self._problem = True, error
                self._next_try = self._clock() + _PAUSE
                return None
        if self._failed:
            self._failed, self._problem = False, None
            self._next_try = float("-inf")
        return reply

    def _take_problem(self) -> Exception | None:
        """The error of the outage, if it was not reported for a while."""
        now = self._clock()
        if self._problem is None or now < self._next_report:
            return None
        self._next_report = now + _REPORT_INTERVAL
        return self._problem

    @property
    def _all_key(self) -> str:
        return f"{self._prefix}:cache:all"

    def _store_key(self, store_id: int) -> str:
        return f"{self._prefix}:cache:store:{store_id}"

    def _writes_key(self, store_id: int) -> str:
        return f"{self._prefix}:cache:writes:{store_id}"

    def _token_key(self, store_id: int, token: str) -> str:
        return f"{self._prefix}:cache:token:{store_id}:{token}"

    def _keys(self, key: ReadKey) -> list[str]:
        return [
            self._all_key,
            self._store_key(key.store_id),
            self._token_key(key.store_id, key.token),
            f"{self._prefix}:cache:response:{key.store_id}:{key.token}:{key.request}",
            self._writes_key(key.store_id),
        ]


def _parse(value: bytes, age: float) -> Response | None:
    try:
        kept = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # of another version, or damaged
    return Response(kept.status, Headers(kept.headers), kept.body, age=age)


def _millis(seconds: float) -> float:
    return round(seconds * 1000, 3)
