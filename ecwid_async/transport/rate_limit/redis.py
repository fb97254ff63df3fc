"""The limiter's state on Redis: processes and machines that share it keep to one quota together.

Each operation is one script, so it happens as a whole or not at all, by the server's clock. That clock is only ever
followed forwards: where it steps back, time goes on from where it was. Keys hold hashes of tokens, store ids, and of
those that can't work the status, code and a short message; all of them expire by themselves.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from random import getrandbits
from typing import Final, Literal, TypeAlias

import anyio
from attrs import evolve

from ecwid_async.errors import ConfigError, LimiterUnavailable
from ecwid_async.primitives.finishing import finish
from ecwid_async.transport.rate_limit.transport import (
    GRACE,
    LONGEST,
    MOST_QUARANTINES,
    SHARE,
    SLACK,
    MemoryLimiter,
    Quarantine,
    Quota,
    Wait,
    check_seconds,
    most_slots,
)
from ecwid_async.wire import Lane

try:
    from redis.asyncio import Redis
    from redis.commands.core import AsyncScript
    from redis.exceptions import RedisError
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: RedisLimiter needs pip install 'ecwid-async[redis]'") from None

__all__ = ["RedisLimiter"]

_log: Final = logging.getLogger("ecwid_async")

# Times inside are in microseconds. `behind` is how far the clock has stepped back since it was first looked at.
_COMMON: Final = """
local function text(number) return string.format('%.17g', number) end

local function keep(key, micros)
  local ms = math.ceil(micros / 1000)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end

local everyone = KEYS[1]
local clock = redis.call('TIME')
local known = redis.call('HMGET', everyone, 'now', 'behind', 'ceiling', 'share')
local last, behind = tonumber(known[1]) or 0, tonumber(known[2]) or 0
local now = clock[1] * 1e6 + clock[2] + tonumber(ARGV[1]) + behind
if now < last then behind, now = behind + last - now, last end
redis.call('HSET', everyone, 'now', text(now), 'behind', text(behind))
local month = 31 * 86400 * 1e6
keep(everyone, month + 86400 * 1e6)
"""

# Slots are members of a sorted set, one for each request that a call counts as, scored with when they are free again:
# a window after the answer, and until that is there, when the exchange must be over and a window has passed. What bulk
# calls are owed is counted as in memory: a request in every `share`, since `start`; `claim` slots are left to them.
_ENTER: Final = (
    _COMMON
    + """
local token, slots = KEYS[2], KEYS[3]
local slot, cost, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local window, exchange, probation = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local interval, ahead, ceiling = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local bulk, requests = ARGV[11] == '1', tonumber(ARGV[12])
local share, grace = tonumber(ARGV[13]) * interval, tonumber(ARGV[14])

if redis.call('ZSCORE', slots, slot .. ':1') then return {'go'} end  -- asked again: the first reply was lost

local probes = {}
for number = 4, 5 do
  local found = redis.call('HGETALL', KEYS[number])
  if #found > 0 then
    if tonumber(redis.call('HGET', KEYS[number], 'probe')) > now then return {'quarantine', unpack(found)} end
    probes[#probes + 1] = KEYS[number]
  end
end

local state = redis.call('HMGET', token, 'opens', 'next', 'closed', 'start', 'until', 'claim')
local opens, due = tonumber(state[1]) or 0, tonumber(state[2]) or 0
local start, claimed, claim = tonumber(state[4]) or 0, tonumber(state[5]) or 0, tonumber(state[6]) or 0
if opens > now then return {'wait', text(opens - now), '0', text(now - (tonumber(state[3]) or now))} end

if bulk then
  if claimed <= now then start = math.max(start, now - share) end
  if start + cost * share <= now + 1 then most = requests end
elseif claimed > now then
  most = most - math.min(claim, math.floor((now - start + 1) / share))
end

local wait = 0
redis.call('ZREMRANGEBYSCORE', slots, '-inf', text(now))
if redis.call('ZCARD', slots) + cost > most then
  local first = redis.call('ZRANGE', slots, 0, 0, 'WITHSCORES')
  wait = first[2] and math.max(math.min(first[2] - now, window), 1000) or interval
else
  wait = due - ahead * interval - now
  if bulk then wait = math.min(wait, start + share - now) end
end
if wait > 1 then
  if bulk then
    redis.call('HSET', token, 'start', text(start), 'until', text(now + wait + grace), 'claim', cost)
    keep(token, wait + grace + window)
  end
  return {'wait', text(wait), '0'}
end

local shared = tonumber(known[3]) or 0
local owed = math.max(tonumber(known[4]) or 0, now - ARGV[13] * ceiling)
wait = shared - ahead * ceiling - now
if bulk then wait = math.min(wait, owed + ARGV[13] * ceiling - now) end
if wait > 1 then return {'wait', text(wait), '1'} end

redis.call('HSET', everyone, 'ceiling', text(math.max(shared, now) + ceiling))
due = math.max(due, now) + interval
redis.call('HSET', token, 'next', text(due))
if bulk then
  redis.call('HSET', everyone, 'share', text(math.min(now, owed + ARGV[13] * ceiling)))
  start = math.min(now, math.max(start + cost * share, now - share))
  redis.call('HSET', token, 'start', text(start), 'until', '0')
end
keep(token, due - now + window)
for number = 1, cost do
  redis.call('ZADD', slots, text(now + exchange + window), slot .. ':' .. number)
end
keep(slots, exchange + window)
for _, key in ipairs(probes) do
  redis.call('HSET', key, 'probe', text(now + probation))
  keep(key, month)
end
return {'go'}
"""
)

_LEAVE: Final = (
    _COMMON
    + """
local token, slots = KEYS[2], KEYS[3]
local slot, cost, window = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local closed, cleared = tonumber(ARGV[5]), ARGV[6]
for number = 1, cost do
  redis.call('ZADD', slots, text(now + window), slot .. ':' .. number)
end
keep(slots, window)
if closed > 0 then
  local opens = tonumber(redis.call('HGET', token, 'opens')) or 0
  if opens <= now then redis.call('HSET', token, 'closed', text(now)) end
  opens = math.max(opens, now + closed)
  redis.call('HSET', token, 'opens', text(opens))
  keep(token, opens - now + window)
end
if cleared == '1' and redis.call('DEL', KEYS[4], KEYS[5]) > 0 then redis.call('ZREM', KEYS[6], KEYS[4], KEYS[5]) end
"""
)

# Every quarantine is a hash of its own, since each expires by itself; the sorted set has their keys, scored by when
# they were made.
_CONDEMN: Final = (
    _COMMON
    + """
local key, all, most = KEYS[2], KEYS[3], tonumber(ARGV[3])
redis.call('HSETNX', key, 'since', text(now))
redis.call('HSET', key, 'probe', text(now + tonumber(ARGV[2])))
for number = 4, #ARGV, 2 do redis.call('HSET', key, ARGV[number], ARGV[number + 1]) end
keep(key, month)
redis.call('ZREMRANGEBYSCORE', all, '-inf', text(now - month))
redis.call('ZADD', all, text(now), key)
keep(all, month)
while redis.call('ZCARD', all) > most do
  redis.call('DEL', redis.call('ZPOPMIN', all)[1])
end
"""
)

_QUARANTINED: Final = (
    _COMMON
    + """
local found = {}
for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local held = redis.call('HGETALL', key)
  if #held > 0 then found[#found + 1] = held else redis.call('ZREM', KEYS[2], key) end
end
return found
"""
)

_LIFT: Final = (
    _COMMON
    + """
for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  if ARGV[2] == '' or redis.call('HGET', key, 'store') == ARGV[2] then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[2], key)
  end
end
return {}
"""
)

# How long nobody asks Redis after it was away, in seconds: at most where calls fail meanwhile, and never for longer
# than it took to find out; and where they go on alone.
_PAUSE: Final = 1.0
_ALONE: Final = 5.0
# How long the one that asks then waits at first: others stand behind it.
_PROBE: Final = 0.25

_Argument: TypeAlias = str | int


class RedisLimiter:
    """The state that all who use the same Redis and `prefix` share; give each of them the same `quota`.

    ``Ecwid(quota=quota, limiter=RedisLimiter(client, quota))``, with a `redis.asyncio.Redis` that stays the caller's to
    close. It lives on asyncio, in one event loop and one process, as the client does: make one of each per loop, after
    a fork. Redis 5 or later. All keys begin with `prefix`, whose braces keep them on one node of a cluster.

    Times are in seconds. A slot whose process died is free again after `exchange` and a window: no exchange may take
    longer than `exchange`. Redis is away when it has not answered after `patience`, or refuses; for a while nobody
    asks it then, and after that one call at a time does, so that no more than one waits for it. Then `when_away` says
    what happens: "fail" raises `LimiterUnavailable` at once, nothing having been sent; a number N goes on in memory
    with 1/N of the quota until Redis is back, for N processes that share it. Pace and quota are kept there and here,
    but neither knows what the other counted: in the window of the change, calls of `burst` may be given out once more.
    What was answered is never lost for Redis being away. `skew`, in tests, is added to the server's clock.

    Raises `ConfigError` for a `when_away` that is neither, for times that are not above zero and finite, and for an
    empty `prefix`.
    """

    def __init__(
        self,
        client: Redis,
        quota: Quota | None = None,
        *,
        when_away: Literal["fail"] | int = "fail",
        prefix: str = "{ecwid}",
        exchange: float = 120.0,
        patience: float = 2.0,
        skew: Callable[[], float] = lambda: 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if when_away != "fail" and (isinstance(when_away, bool) or not isinstance(when_away, int) or when_away < 1):
            raise ConfigError(
                '`when_away` is "fail", or the number of processes that share the quota while Redis is away'
            )
        check_seconds("exchange", exchange)
        check_seconds("patience", patience)
        if not isinstance(prefix, str) or not prefix:
            raise ConfigError("`prefix` is what all keys begin with: a text that is not empty")
        self.quota = quota or Quota()
        self._client = client
        self._prefix = prefix
        self._exchange = exchange
        self._patience = patience
        self._skew = skew
        self._clock = clock
        self._enter = client.register_script(_ENTER)
        self._leave = client.register_script(_LEAVE)
        self._condemn = client.register_script(_CONDEMN)
        self._list = client.register_script(_QUARANTINED)
        self._lift = client.register_script(_LIFT)
        self._alone = None if when_away == "fail" else MemoryLimiter(_share(self.quota, when_away), clock=clock)
        # Why Redis is away, until when nobody asks it, and how patient the one is who does then.
        self._away: str | None = None
        self._ask_again = float("-inf")
        self._probe = _PROBE
        # Slots of calls under way, by what they were taken for. Which of them a call gives back does not matter. None
        # is one that was taken in memory.
        self._under_way: dict[tuple[str, int], deque[str | None]] = {}
        # Gates that Redis could not be told of: since when and until when they are closed.
        self._closed: dict[str, tuple[float, float]] = {}

    def __repr__(self) -> str:
        return f"<RedisLimiter {self._prefix}>"

    async def enter(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        """See `Limiter.enter`. Raises `ValueError` for a cost that never fits."""
        quota = self.quota
        most = most_slots(quota, lane, cost)
        now = self._clock()
        if (closed := self._closed.get(key)) is not None:
            since, until = closed
            if until > now:
                return Wait(until - now, closed_for=now - since)
            del self._closed[key]
        if self._ask_again > now:
            return await self._without(key, store, lane, cost)
        patience = self._patience
        if self._away is not None:
            patience = min(patience, self._probe)
            self._probe *= 2
            self._ask_again = now + patience + _ALONE
        slot = f"{getrandbits(64):x}"
        bulk = lane is Lane.BULK
        try:
            with anyio.fail_after(patience):
                found = await self._enter(
                    keys=self._keys(key, store),
                    args=[
                        self._micros(self._skew()),
                        slot,
                        cost,
                        most,
                        self._micros(quota.window),
                        self._micros(self._exchange),
                        self._micros(quota.probation),
                        self._micros(quota.interval),
                        SLACK if bulk else quota.burst,
                        self._micros(1 / quota.ceiling),
                        int(bulk),
                        quota.requests,
                        SHARE,
                        self._micros(GRACE * quota.window),
                    ],
                )
        except (RedisError, OSError) as error:
            self._lost(error, now)
            return await self._without(key, store, lane, cost)
        except BaseException:
            # Cancelled: nobody knows whether the slot was taken.
            await finish(partial(self._let_go, key, store, slot, cost))
            raise
        self._back()
        kind, *details = (_decoded(part) for part in found)
        if kind == "wait":
            closed_for = float(details[2]) / 1e6 if len(details) > 2 else None
            return Wait(float(details[0]) / 1e6, at_ceiling=details[1] == "1", closed_for=closed_for)
        if kind == "quarantine":
            return self._quarantine(details)
        self._under_way.setdefault((key, cost), deque()).append(slot)
        return None

    async def leave(self, key: str, store: str, cost: int, *, closed_for: float = 0.0, cleared: bool = False) -> None:
        """See `Limiter.leave`. Never raises for Redis being away: the slot is free after a while by itself."""
        slots = self._under_way[key, cost]
        slot = slots.popleft()
        if not slots:
            del self._under_way[key, cost]
        told = False
        try:
            if slot is None:
                assert self._alone is not None  # noqa: S101  who took it there
                await self._alone.leave(key, store, cost, cleared=cleared)
            else:
                told = await self._told(
                    self._leave,
                    self._keys(key, store),
                    [slot, cost, self._micros(self.quota.window), self._micros(closed_for), int(cleared)],
                )
        finally:
            if closed_for and not told:
                self._close(key, closed_for)

    async def quarantine(self, key: str | None, store: str, quarantine: Quarantine) -> None:
        """See `Limiter.quarantine`. While Redis is away, this process alone knows of it, or nobody."""
        fields: dict[str, _Argument] = {
            "store": store,
            "status": quarantine.status,
            "code": quarantine.code or "",
            "message": quarantine.message or "",
            "request": quarantine.request_id,
        }
        pairs = [part for pair in fields.items() for part in pair]
        told = await self._told(
            self._condemn,
            [f"{self._prefix}:everyone", self._place(key, store), f"{self._prefix}:quarantines"],
            [self._micros(self.quota.probation), MOST_QUARANTINES, *pairs],
        )
        if not told and self._alone is not None:
            await self._alone.quarantine(key, store, quarantine)

    async def quarantined(self) -> list[Quarantine]:
        """See `Limiter.quarantined`. Raises `LimiterUnavailable` where Redis is away and nobody goes on."""
        found = await self._asked(self._list)
        if found is None:
            return await self._going_on().quarantined()
        return [self._quarantine([_decoded(part) for part in held]) for held in found]

    async def lift(self, store: str | None) -> None:
        """See `Limiter.lift`. Raises `LimiterUnavailable` where Redis is away."""
        if self._alone is not None:
            await self._alone.lift(store)
        if await self._asked(self._lift, store or "") is None:
            raise LimiterUnavailable(self._away or "unknown")

    async def _asked(self, script: AsyncScript, *args: str) -> "list[list[bytes | str]] | None":
        """What a script about all quarantines replies; None while Redis is away."""
        began = self._clock()
        if self._ask_again > began:
            return None
        keys = [f"{self._prefix}:everyone", f"{self._prefix}:quarantines"]
        try:
            with anyio.fail_after(self._patience):
                reply: list[list[bytes | str]] = await script(keys=keys, args=[self._micros(self._skew()), *args])
        except (RedisError, OSError) as error:
            self._lost(error, began)
            return None
        self._back()
        return reply

    def _close(self, key: str, seconds: float) -> None:
        """Keep in mind a gate that Redis could not be told of, and forget those that are open again."""
        now = self._clock()
        self._closed = {name: gate for name, gate in self._closed.items() if gate[1] > now}
        since, until = self._closed.get(key, (now, now))
        self._closed[key] = (since, max(until, now + seconds))

    async def _told(self, script: AsyncScript, keys: list[str], args: list[_Argument]) -> bool:
        """Run a script whose reply does not matter, whatever is cancelled meanwhile: running it twice does no harm.

        Returns whether it has run, and in no more than `patience`.
        """
        if self._ask_again > self._clock():
            return False
        try:
            return await self._run(script, keys, args)
        except BaseException:
            # Cancelled natively, which no shield holds off.
            await finish(partial(self._run, script, keys, args))
            raise

    async def _run(self, script: AsyncScript, keys: list[str], args: list[_Argument]) -> bool:
        began = self._clock()
        try:
            with anyio.CancelScope(shield=True), anyio.fail_after(self._patience):
                await script(keys=keys, args=[self._micros(self._skew()), *args])
        except (RedisError, OSError) as error:
            self._lost(error, began)
            return False
        return True

    async def _let_go(self, key: str, store: str, slot: str, cost: int) -> None:
        """Give slots back that were never used."""
        with suppress(RedisError, OSError), anyio.fail_after(self._patience):
            await self._client.zrem(self._keys(key, store)[2], *(f"{slot}:{n}" for n in range(1, cost + 1)))

    async def _without(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        alone = self._going_on()
        try:
            found = await alone.enter(key, store, lane, cost)
        except ValueError as error:
            raise LimiterUnavailable(str(error)) from None
        if found is None:
            self._under_way.setdefault((key, cost), deque()).append(None)
        return found

    def _going_on(self) -> MemoryLimiter:
        """What counts while Redis is away. Raises `LimiterUnavailable` where nothing does."""
        if self._alone is None:
            raise LimiterUnavailable(self._away or "unknown")
        return self._alone

    def _lost(self, error: Exception, began: float) -> None:
        now = self._clock()
        self._ask_again = now + (min(_PAUSE, now - began) if self._alone is None else _ALONE)
        if self._away is None:
            then = "calls fail" if self._alone is None else "this process keeps to its share of the rate limit"
            _log.warning("Redis is away (%s): %s until it is back", type(error).__name__, then)
        self._away = type(error).__name__

    def _back(self) -> None:
        if self._away is not None:
            self._away = None
            self._ask_again = float("-inf")
            self._probe = _PROBE
            _log.warning("Redis is back: the rate limit is shared again")

    def _keys(self, key: str, store: str) -> list[str]:
        return [
            f"{self._prefix}:everyone",
            f"{self._prefix}:token:{key}",
            f"{self._prefix}:slots:{key}",
            self._place(key, store),
            self._place(None, store),
            f"{self._prefix}:quarantines",
        ]

    def _place(self, key: str | None, store: str) -> str:
        return f"{self._prefix}:quarantine:{store}" + (f":{key}" if key else "")

    @staticmethod
    def _quarantine(flat: list[str]) -> Quarantine:
        """A quarantine from the names and values of its hash, one after the other."""
        held = dict(zip(flat[::2], flat[1::2], strict=True))
        store_id = held["store"].removeprefix("store ")
        return Quarantine(
            store_id=int(store_id) if store_id.isdigit() else None,
            status=int(held["status"]),
            code=held["code"] or None,
            message=held["message"] or None,
            request_id=held["request"],
            since=_moment(held["since"]),
            until=_moment(held["probe"]),
        )

    @staticmethod
    def _micros(seconds: float) -> str:
        return repr(seconds * 1e6)


def _decoded(part: bytes | str) -> str:
    return part.decode() if isinstance(part, bytes) else str(part)


def _moment(micros: str) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=float(micros))


def _share(quota: Quota, processes: int) -> Quota:
    requests = max(1, quota.requests // processes)
    return evolve(
        quota,
        requests=requests,
        reserve=min(quota.reserve // processes, requests - 1),
        burst=max(int(SLACK), quota.burst // processes),
        ceiling=max(quota.ceiling / processes, 1 / LONGEST),
    )
