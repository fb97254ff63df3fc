"""The governor's state on Redis: processes and machines that share it keep to one quota together.

Each operation is one script, so it happens as a whole or not at all, by the server's clock. That clock is only ever
followed forwards: where it steps back, time goes on from where it was. Keys hold hashes of tokens, store ids and what
the API said of those that can't work; all of them expire by themselves.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from random import getrandbits
from typing import Final, Literal

import anyio
from attrs import evolve
from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from ecwid_async.errors import ConfigError, GovernorUnavailable
from ecwid_async.transport.governor import SLACK, MemoryState, Quota, Verdict, Wait, most_slots
from ecwid_async.wire import Lane

__all__ = ["RedisState"]

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
local known = redis.call('HMGET', everyone, 'now', 'behind', 'ceiling')
local last, behind = tonumber(known[1]) or 0, tonumber(known[2]) or 0
local now = clock[1] * 1e6 + clock[2] + tonumber(ARGV[1]) + behind
if now < last then behind, now = behind + last - now, last end
redis.call('HSET', everyone, 'now', text(now), 'behind', text(behind))
local month = 31 * 86400 * 1e6
keep(everyone, month + 86400 * 1e6)
"""

# Slots are members of a sorted set, one for each request that a call counts as, scored with when they are free again:
# a window after the answer, and until that is there, when the exchange must be over and a window has passed.
_ENTER: Final = (
    _COMMON
    + """
local token, slots = KEYS[2], KEYS[3]
local slot, cost, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local window, exchange, probation = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local interval, ahead, ceiling = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])

if redis.call('ZSCORE', slots, slot .. ':1') then return {'go'} end  -- asked again: the first reply was lost

local probes = {}
for number = 4, 5 do
  local found = redis.call('HMGET', KEYS[number], 'probe', 'status', 'body')
  if found[1] then
    if tonumber(found[1]) > now then return {'verdict', found[2], found[3]} end
    probes[#probes + 1] = KEYS[number]
  end
end

local state = redis.call('HMGET', token, 'opens', 'next')
local opens, due = tonumber(state[1]) or 0, tonumber(state[2]) or 0
if opens > now then return {'wait', text(opens - now), '0'} end

redis.call('ZREMRANGEBYSCORE', slots, '-inf', text(now))
if redis.call('ZCARD', slots) + cost > most then
  local first = redis.call('ZRANGE', slots, 0, 0, 'WITHSCORES')
  return {'wait', text(first[2] and math.max(math.min(first[2] - now, window), 1000) or interval), '0'}
end

local early = due - ahead * interval - now
if early > 1 then return {'wait', text(early), '0'} end
local shared = tonumber(known[3]) or 0
early = shared - ahead * ceiling - now
if early > 1 then return {'wait', text(early), '1'} end

redis.call('HSET', everyone, 'ceiling', text(math.max(shared, now) + ceiling))
due = math.max(due, now) + interval
redis.call('HSET', token, 'next', text(due))
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
  local opens = math.max(tonumber(redis.call('HGET', token, 'opens')) or 0, now + closed)
  redis.call('HSET', token, 'opens', text(opens))
  keep(token, opens - now + window)
end
if cleared == '1' then redis.call('DEL', KEYS[4], KEYS[5]) end
"""
)

_CONDEMN: Final = (
    _COMMON
    + """
redis.call('HSET', KEYS[2], 'probe', text(now + tonumber(ARGV[2])), 'status', ARGV[3], 'body', ARGV[4])
keep(KEYS[2], month)
"""
)

# How long to go on alone before one call asks Redis again, and how long it waits for that at most, in seconds: others
# stand behind it.
_ALONE: Final = 5.0
_PROBE: Final = 0.25


class RedisState:
    """The state that all who use the same Redis and `prefix` share; give each of them the same `quota`.

    ``Ecwid(quota=quota, governor=RedisState(client, quota))``, with a `redis.asyncio.Redis` that stays the caller's to
    close. It lives on asyncio, in one event loop and one process, as the client does: make one of each per loop, after
    a fork. Redis 5 or later. All keys begin with `prefix`, whose braces keep them on one node of a cluster.

    Times are in seconds. A slot whose process died is free again after `exchange` and a window: no exchange may take
    longer than `exchange`. Redis is away when it has not answered after `patience`, or refuses. Then `when_away` says
    what happens: "fail" raises `GovernorUnavailable`, nothing having been sent; a number N goes on in memory with 1/N
    of the quota until Redis is back, for N processes that share it. Pace and quota are kept there and here, but
    neither knows what the other counted: in the window of the change, calls of `burst` may be given out once more.
    What was answered is never lost for Redis being away. `skew`, in tests, is added to the server's clock.

    Raises `ConfigError` for a `when_away` that is neither.
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
        self._alone = None if when_away == "fail" else MemoryState(_share(self.quota, when_away), clock=clock)
        self._away = False
        self._ask_again = float("-inf")
        # Slots of calls under way, by what they were taken for. Which of them a call gives back does not matter. None
        # is one that was taken in memory.
        self._under_way: dict[tuple[str, int], deque[str | None]] = {}
        # Gates that Redis could not be told of.
        self._closed: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"<RedisState {self._prefix}>"

    async def enter(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Verdict | None:
        """See `GovernorState.enter`. Raises `ValueError` for a cost that never fits."""
        quota = self.quota
        most = most_slots(quota, lane, cost)
        now = self._clock()
        if (closed := self._closed.get(key)) is not None:
            if closed > now:
                return Wait(closed - now)
            del self._closed[key]
        if self._alone is not None and self._ask_again > now:
            return await self._enter_alone(self._alone, key, store, lane, cost)
        patience = self._patience
        if self._away:
            patience = min(patience, _PROBE)
            self._ask_again = now + patience + _ALONE
        slot = f"{getrandbits(64):x}"
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
                        self._micros(quota.window / (quota.requests - quota.reserve)),
                        SLACK if lane is Lane.BULK else quota.burst,
                        self._micros(1 / quota.ceiling),
                    ],
                )
        except (RedisError, OSError) as error:
            if self._alone is None:
                raise GovernorUnavailable(type(error).__name__) from error
            self._go_alone(error)
            return await self._enter_alone(self._alone, key, store, lane, cost)
        except BaseException:
            # Cancelled: nobody knows whether the slot was taken.
            with anyio.move_on_after(self._patience, shield=True), suppress(RedisError, OSError):
                await self._client.zrem(self._keys(key, store)[2], *(f"{slot}:{n}" for n in range(1, cost + 1)))
            raise
        self._back()
        kind, *details = (part.decode() if isinstance(part, bytes) else str(part) for part in found)
        if kind == "wait":
            return Wait(float(details[0]) / 1e6, at_ceiling=details[1] == "1")
        if kind == "verdict":
            return Verdict(int(details[0]), details[1].encode("latin-1"))
        self._under_way.setdefault((key, cost), deque()).append(slot)
        return None

    async def leave(self, key: str, store: str, cost: int, *, closed_for: float = 0.0, cleared: bool = False) -> None:
        """See `GovernorState.leave`. Never raises for Redis being away: the slot is free after a while by itself."""
        slots = self._under_way[key, cost]
        slot = slots.popleft()
        if not slots:
            del self._under_way[key, cost]
        if slot is None:
            assert self._alone is not None  # noqa: S101  who took it there
            await self._alone.leave(key, store, cost, cleared=cleared)
            told = False
        else:
            told = await self._told(
                self._leave,
                self._keys(key, store),
                [slot, cost, self._micros(self.quota.window), self._micros(closed_for), int(cleared)],
            )
        if closed_for and not told:
            self._closed[key] = max(self._closed.get(key, 0.0), self._clock() + closed_for)

    async def condemn(self, key: str, verdict: Verdict) -> None:
        """See `GovernorState.condemn`. While Redis is away, this process alone knows of it, or nobody."""
        keys = [f"{self._prefix}:everyone", f"{self._prefix}:quarantine:{key}"]
        # As text that any client reads back, whether or not it decodes replies.
        body = verdict.body.decode("latin-1")
        told = await self._told(self._condemn, keys, [self._micros(self.quota.probation), verdict.status, body])
        if not told and self._alone is not None:
            await self._alone.condemn(key, verdict)

    async def _told(self, script: AsyncScript, keys: list[str], args: list[str | int]) -> bool:
        """Run a script whose reply does not matter. Returns whether it has run, and in no more than `patience`."""
        if self._alone is not None and self._ask_again > self._clock():
            return False
        try:
            with anyio.move_on_after(self._patience, shield=True):
                await script(keys=keys, args=[self._micros(self._skew()), *args])
                return True
        except (RedisError, OSError) as error:
            if self._alone is not None:
                self._go_alone(error)
        return False

    async def _enter_alone(
        self, alone: MemoryState, key: str, store: str, lane: Lane, cost: int
    ) -> Wait | Verdict | None:
        try:
            found = await alone.enter(key, store, lane, cost)
        except ValueError as error:
            raise GovernorUnavailable(str(error)) from None
        if found is None:
            self._under_way.setdefault((key, cost), deque()).append(None)
        return found

    def _go_alone(self, error: Exception) -> None:
        self._ask_again = self._clock() + _ALONE
        if not self._away:
            self._away = True
            _log.warning("Redis is away (%s): this process keeps to its share of the rate limit", type(error).__name__)

    def _back(self) -> None:
        if self._away:
            self._away = False
            self._ask_again = float("-inf")
            _log.warning("Redis is back: the rate limit is shared again")

    def _keys(self, key: str, store: str) -> list[str]:
        return [
            f"{self._prefix}:everyone",
            f"{self._prefix}:token:{key}",
            f"{self._prefix}:slots:{key}",
            f"{self._prefix}:quarantine:{key}",
            f"{self._prefix}:quarantine:{store}",
        ]

    @staticmethod
    def _micros(seconds: float) -> str:
        return repr(seconds * 1e6)


def _share(quota: Quota, processes: int) -> Quota:
    requests = max(1, quota.requests // processes)
    return evolve(
        quota,
        requests=requests,
        reserve=min(quota.reserve // processes, requests - 1),
        burst=max(int(SLACK), quota.burst // processes),
        ceiling=quota.ceiling / processes,
    )
