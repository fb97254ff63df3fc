"""The limiter on Redis (extra ``redis``), for processes and machines that share one quota.

Each operation is one script, which Redis runs atomically and by its own clock. If that clock steps back, the limiter's
time continues from its last value. Keys contain hashes of tokens and ids of stores; quarantines contain a status, a
code and a short message. All keys expire.
"""

import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from random import getrandbits
from typing import Final, Literal, TypeAlias

import anyio
from attrs import evolve

from ecwid_async.errors import ConfigError, LimiterUnavailable
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.transport.rate_limit.limiter import Wait
from ecwid_async.transport.rate_limit.memory import MemoryLimiter
from ecwid_async.transport.rate_limit.pacing import BULK_SHARE, CLAIM_GRACE, PACE_SLACK
from ecwid_async.transport.rate_limit.quarantine import MAX_QUARANTINES, Quarantine
from ecwid_async.transport.rate_limit.quota import MAX_SECONDS, Quota, check_seconds, slot_limit
from ecwid_async.transport.rate_limit.redis_scripts import (
    ACQUIRE,
    LIFT_QUARANTINES,
    LIST_QUARANTINES,
    QUARANTINE,
    RELEASE,
)
from ecwid_async.transport.validation import check_redis_client
from ecwid_async.wire import Lane

try:
    from redis.asyncio import Redis
    from redis.commands.core import AsyncScript
    from redis.exceptions import RedisError
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: RedisLimiter needs pip install 'ecwid-async[redis]'") from None

__all__ = ["RedisLimiter", "redis_limiter"]

_log: Final = logging.getLogger("ecwid_async")

# Seconds without a request to Redis after a failure. Without a fallback, calls fail meanwhile, so the pause is not
# longer than the failure took.
_MAX_PAUSE: Final = 1.0
_FALLBACK_PAUSE: Final = 5.0
# The timeout, in seconds, of the first call after a pause: short, because others wait for it. Each failure doubles it.
_PROBE_TIMEOUT: Final = 0.25

_Argument: TypeAlias = str | int


class RedisLimiter:
    """A `Limiter` for all processes that use the same Redis and `prefix`. Give each of them the same `quota`.

    ``Ecwid(quota=quota, limiter=RedisLimiter(client, quota))``, with a `redis.asyncio.Redis` that you close yourself.
    Like the Redis client, it belongs to one event loop and one process, and runs on asyncio: create one of each per
    event loop, and again after a fork. Needs Redis 5 or later. Times are in seconds.

    - `when_unavailable`: the behavior while Redis is unavailable. "fail" raises `LimiterUnavailable` at once, without
      sending anything. With a number N, each of N processes counts in memory, with 1/N of the quota. Pace and quota
      hold before and after the change, but the counts are not passed on: in the window of the change, another `burst`
      of calls may be admitted.
    - `prefix`: the beginning of all keys. Its braces keep them on one node of a cluster.
    - `max_exchange`: the longest time an exchange may take. The slots of a dead process become free after this time and
      a window.
    - `timeout`: Redis is unavailable if it fails, or does not reply for this long. After a pause, one call at a time
      tries it again.
    - `clock_offset`: returns seconds that are added to the clock of Redis, for tests.
    - `clock`: the clock of this process, for pauses and gates during an outage.

    No response is lost to an outage of Redis. Raises `ConfigError` for any other `when_unavailable`, for times that are
    not finite and greater than zero or are over a month, and for an empty `prefix`.
    """

    def __init__(
        self,
        client: Redis,
        quota: Quota | None = None,
        *,
        when_unavailable: Literal["fail"] | int = "fail",
        prefix: str = "{ecwid}",
        max_exchange: float = 120.0,
        timeout: float = 2.0,
        clock_offset: Callable[[], float] = lambda: 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if when_unavailable != "fail" and (
            isinstance(when_unavailable, bool) or not isinstance(when_unavailable, int) or when_unavailable < 1
        ):
            raise ConfigError(
                'give `when_unavailable` "fail", or the number of processes that share the quota while Redis is '
                "unavailable"
            )
        check_seconds("max_exchange", max_exchange)
        check_seconds("timeout", timeout)
        if not isinstance(prefix, str) or not prefix:
            raise ConfigError("give `prefix` the text that all keys begin with; it must not be empty")
        self.quota = quota or Quota()
        self._client = client
        self._prefix = prefix
        self._max_exchange = max_exchange
        self._timeout = timeout
        self._clock_offset = clock_offset
        self._clock = clock
        check_redis_client(client)
        self._acquire_script = client.register_script(ACQUIRE)
        self._release_script = client.register_script(RELEASE)
        self._quarantine_script = client.register_script(QUARANTINE)
        self._list_script = client.register_script(LIST_QUARANTINES)
        self._lift_script = client.register_script(LIFT_QUARANTINES)
        self._fallback = (
            None if when_unavailable == "fail" else MemoryLimiter(_divide(self.quota, when_unavailable), clock=clock)
        )
        # The error that made Redis unavailable, the time of the next try, and its timeout.
        self._outage: str | None = None
        self._next_try = float("-inf")
        self._probe_timeout = _PROBE_TIMEOUT
        # Slots of exchanges in progress, by key and cost, within which they are interchangeable. None: of the fallback.
        self._in_progress: dict[tuple[str, int], deque[str | None]] = {}
        # Gates that could not be closed in Redis: the times at which they closed and at which they open.
        self._local_gates: dict[str, tuple[float, float]] = {}

    def __repr__(self) -> str:
        return f"<RedisLimiter {self._prefix}>"

    async def acquire(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        """See `Limiter.acquire`. Raises `ValueError` for a cost beyond the quota."""
        quota = self.quota
        limit = slot_limit(quota, lane, cost)
        now = self._clock()
        if (gate := self._local_gates.get(key)) is not None:
            since, until = gate
            if until > now:
                return Wait(until - now, closed_for=now - since)
            del self._local_gates[key]
        if self._next_try > now:
            return await self._acquire_from_fallback(key, store, lane, cost)
        timeout = self._timeout
        if self._outage is not None:
            timeout = min(timeout, self._probe_timeout)
            self._probe_timeout *= 2
            self._next_try = now + timeout + _FALLBACK_PAUSE
        slot = f"{getrandbits(64):x}"
        bulk = lane is Lane.BULK
        try:
            with anyio.fail_after(timeout):
                reply = await self._acquire_script(
                    keys=self._keys(key, store),
                    args=[
                        _micros(self._clock_offset()),
                        slot,
                        cost,
                        limit,
                        _micros(quota.window),
                        _micros(self._max_exchange),
                        _micros(quota.probe_interval),
                        _micros(quota.interval),
                        PACE_SLACK if bulk else quota.burst,
                        _micros(1 / quota.ceiling),
                        int(bulk),
                        quota.requests,
                        BULK_SHARE,
                        _micros(CLAIM_GRACE * quota.window),
                    ],
                )
        except (RedisError, OSError) as error:
            self._note_failure(error, now)
            return await self._acquire_from_fallback(key, store, lane, cost)
        except BaseException:
            # Cancelled: the slots may have been taken.
            await run_shielded(partial(self._remove_slots, key, store, slot, cost))
            raise
        self._note_success()
        kind, *details = (_decode(part) for part in reply)
        if kind == "wait":
            closed_for = float(details[2]) / 1e6 if len(details) > 2 else None
            return Wait(float(details[0]) / 1e6, at_ceiling=details[1] == "1", closed_for=closed_for)
        if kind == "quarantine":
            return _parse_quarantine(details)
        self._in_progress.setdefault((key, cost), deque()).append(slot)
        return None

    async def release(
        self, key: str, store: str, cost: int, *, close_gate_for: float = 0.0, succeeded: bool = False
    ) -> None:
        """See `Limiter.release`. Does not raise while Redis is unavailable: the slots expire there."""
        slots = self._in_progress[key, cost]
        slot = slots.popleft()
        if not slots:
            del self._in_progress[key, cost]
        done = False
        try:
            if slot is None:
                assert self._fallback is not None  # noqa: S101  the slot was taken there
                await self._fallback.release(key, store, cost, succeeded=succeeded)
            else:
                done = await self._run_uncancelled(
                    self._release_script,
                    self._keys(key, store),
                    [slot, cost, _micros(self.quota.window), _micros(close_gate_for), int(succeeded)],
                )
        finally:
            if close_gate_for and not done:
                self._close_gate_locally(key, close_gate_for)

    async def quarantine(self, key: str | None, store: str, quarantine: Quarantine) -> None:
        """See `Limiter.quarantine`. While Redis is unavailable, it is added to the fallback only, if there is one."""
        fields: dict[str, _Argument] = {
            "store": store,
            "status": quarantine.status,
            "code": quarantine.code or "",
            "message": quarantine.message or "",
            "request": quarantine.request_id,
        }
        pairs = [part for pair in fields.items() for part in pair]
        done = await self._run_uncancelled(
            self._quarantine_script,
            [self._shared_key, self._quarantine_key(key, store), self._quarantines_key],
            [_micros(self.quota.probe_interval), MAX_QUARANTINES, *pairs],
        )
        if not done and self._fallback is not None:
            await self._fallback.quarantine(key, store, quarantine)

    async def quarantines(self) -> list[Quarantine]:
        """See `Limiter.quarantines`. Raises `LimiterUnavailable` if Redis is unavailable and there is no fallback."""
        found = await self._run_on_quarantines(self._list_script)
        if found is None:
            return await self._fallback_or_raise().quarantines()
        return [_parse_quarantine([_decode(part) for part in fields]) for fields in found]

    async def lift_quarantines(self, store: str | None) -> None:
        """See `Limiter.lift_quarantines`. Raises `LimiterUnavailable` if Redis is unavailable."""
        if self._fallback is not None:
            await self._fallback.lift_quarantines(store)
        if await self._run_on_quarantines(self._lift_script, store or "") is None:
            raise LimiterUnavailable(self._outage or "unknown")

    async def _run_on_quarantines(self, script: AsyncScript, *args: str) -> "list[list[bytes | str]] | None":
        """Run a script on all quarantines. Returns its reply, or None while Redis is unavailable."""
        start = self._clock()
        if self._next_try > start:
            return None
        try:
            with anyio.fail_after(self._timeout):
                reply: list[list[bytes | str]] = await script(
                    keys=[self._shared_key, self._quarantines_key], args=[_micros(self._clock_offset()), *args]
                )
        except (RedisError, OSError) as error:
            self._note_failure(error, start)
            return None
        self._note_success()
        return reply

    def _close_gate_locally(self, key: str, seconds: float) -> None:
        """Close a gate for this process only, and forget those that have opened."""
        now = self._clock()
        self._local_gates = {name: gate for name, gate in self._local_gates.items() if gate[1] > now}
        since, until = self._local_gates.get(key, (now, now))
        self._local_gates[key] = (since, max(until, now + seconds))

    async def _run_uncancelled(self, script: AsyncScript, keys: list[str], args: list[_Argument]) -> bool:
        """Run a script despite cancellation, for at most `timeout` seconds. It must be harmless to run twice.

        Returns whether Redis confirmed it.
        """
        if self._next_try > self._clock():
            return False
        try:
            return await self._run(script, keys, args)
        except BaseException:
            # asyncio's own cancellation is not stopped by the shield.
            await run_shielded(partial(self._run, script, keys, args))
            raise

    async def _run(self, script: AsyncScript, keys: list[str], args: list[_Argument]) -> bool:
        start = self._clock()
        try:
            with anyio.CancelScope(shield=True), anyio.fail_after(self._timeout):
                await script(keys=keys, args=[_micros(self._clock_offset()), *args])
        except (RedisError, OSError) as error:
            self._note_failure(error, start)
            return False
        return True

    async def _remove_slots(self, key: str, store: str, slot: str, cost: int) -> None:
        """Remove slots that were not used."""
        with suppress(RedisError, OSError), anyio.fail_after(self._timeout):
            await self._client.zrem(self._keys(key, store)[2], *(f"{slot}:{n}" for n in range(1, cost + 1)))

    async def _acquire_from_fallback(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        fallback = self._fallback_or_raise()
        try:
            found = await fallback.acquire(key, store, lane, cost)
        except ValueError as error:
            raise LimiterUnavailable(str(error)) from None
        if found is None:
            self._in_progress.setdefault((key, cost), deque()).append(None)
        return found

    def _fallback_or_raise(self) -> MemoryLimiter:
        if self._fallback is None:
            raise LimiterUnavailable(self._outage or "unknown")
        return self._fallback

    def _note_failure(self, error: Exception, start: float) -> None:
        now = self._clock()
        self._next_try = now + (min(_MAX_PAUSE, now - start) if self._fallback is None else _FALLBACK_PAUSE)
        if self._outage is None:
            effect = "calls fail" if self._fallback is None else "this process keeps to its share of the rate limit"
            _log.warning("Redis is unavailable (%s): %s until it is back", type(error).__name__, effect)
        self._outage = type(error).__name__

    def _note_success(self) -> None:
        if self._outage is not None:
            self._outage = None
            self._next_try = float("-inf")
            self._probe_timeout = _PROBE_TIMEOUT
            _log.warning("Redis is back: the rate limit is shared again")

    @property
    def _shared_key(self) -> str:
        return f"{self._prefix}:shared"

    @property
    def _quarantines_key(self) -> str:
        return f"{self._prefix}:quarantines"

    def _quarantine_key(self, key: str | None, store: str) -> str:
        return f"{self._prefix}:quarantine:{store}" + (f":{key}" if key else "")

    def _keys(self, key: str, store: str) -> list[str]:
        return [
            self._shared_key,
            f"{self._prefix}:token:{key}",
            f"{self._prefix}:slots:{key}",
            self._quarantine_key(key, store),
            self._quarantine_key(None, store),
            self._quarantines_key,
        ]


def _parse_quarantine(flat: list[str]) -> Quarantine:
    """Parse the alternating names and values of a hash in Redis."""
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    store_id = fields["store"].removeprefix("store ")
    return Quarantine(
        store_id=int(store_id) if store_id.isdigit() else None,
        status=int(fields["status"]),
        code=fields["code"] or None,
        message=fields["message"] or None,
        request_id=fields["request"],
        since=_parse_time(fields["since"]),
        until=_parse_time(fields["probe"]),
    )


@asynccontextmanager
async def redis_limiter(url: str, quota: Quota) -> AsyncIterator[RedisLimiter]:
    """Yield a limiter on the Redis server of a URL, such as ``redis://host:6379/0``, and close it at the end.

    Raises `ConfigError` for an invalid URL. Whether the server can be reached is not checked.
    """
    try:
        client = Redis.from_url(url)
    except ValueError:
        # The message of the original error may contain the password.
        raise ConfigError("not a valid URL of Redis: pass redis://host:6379/0, or rediss:// for TLS") from None
    try:
        yield RedisLimiter(client, quota)
    finally:
        await client.aclose()


def _micros(seconds: float) -> str:
    return repr(seconds * 1e6)


def _decode(part: bytes | str) -> str:
    return part.decode() if isinstance(part, bytes) else str(part)


def _parse_time(micros: str) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=float(micros))


def _divide(quota: Quota, processes: int) -> Quota:
    """The share of each of several processes in a quota."""
    requests = max(1, quota.requests // processes)
    return evolve(
        quota,
        requests=requests,
        reserve=min(quota.reserve // processes, requests - 1),
        burst=max(int(PACE_SLACK), quota.burst // processes),
        ceiling=max(quota.ceiling / processes, 1 / MAX_SECONDS),
    )
