"""The Lua scripts of `RedisLimiter`. Redis runs each atomically, by its own clock. Times are in microseconds."""

from typing import Final

__all__ = ["ACQUIRE", "LIFT_QUARANTINES", "LIST_QUARANTINES", "QUARANTINE", "RELEASE"]

# Time never runs backwards: `behind` is the total by which the clock of Redis has stepped back.
_PRELUDE: Final = """
local function text(number) return string.format('%.17g', number) end

local function keep(key, micros)
  local ms = math.ceil(micros / 1000)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end

local shared = KEYS[1]
local clock = redis.call('TIME')
local known = redis.call('HMGET', shared, 'now', 'behind', 'ceiling', 'share')
local last, behind = tonumber(known[1]) or 0, tonumber(known[2]) or 0
local now = clock[1] * 1e6 + clock[2] + tonumber(ARGV[1]) + behind
if now < last then behind, now = behind + last - now, last end
redis.call('HSET', shared, 'now', text(now), 'behind', text(behind))
local month = 31 * 86400 * 1e6
keep(shared, month + 86400 * 1e6)
"""

# Slots are members of a sorted set, and a call has as many as its cost. The score is the time at which a slot becomes
# free: a window after the response or, before it arrives, a window after the longest exchange. The share of bulk calls
# works as in memory: one request in every `share` since `start` is earned; interactive calls leave `claim` slots free.
ACQUIRE: Final = (
    _PRELUDE
    + """
local token, slots = KEYS[2], KEYS[3]
local slot, cost, limit = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local window, max_exchange, probe_interval = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local interval, ahead, ceiling = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local bulk, requests = ARGV[11] == '1', tonumber(ARGV[12])
local share, grace = tonumber(ARGV[13]) * interval, tonumber(ARGV[14])

if redis.call('ZSCORE', slots, slot .. ':1') then return {'acquired'} end  -- sent again, because the reply was lost

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
  if start + cost * share <= now + 1 then limit = requests end
elseif claimed > now then
  limit = limit - math.min(claim, math.floor((now - start + 1) / share))
end

local wait = 0
redis.call('ZREMRANGEBYSCORE', slots, '-inf', text(now))
if redis.call('ZCARD', slots) + cost > limit then
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

local ceiling_due = tonumber(known[3]) or 0
local ceiling_start = math.max(tonumber(known[4]) or 0, now - ARGV[13] * ceiling)
wait = ceiling_due - ahead * ceiling - now
if bulk then wait = math.min(wait, ceiling_start + ARGV[13] * ceiling - now) end
if wait > 1 then return {'wait', text(wait), '1'} end

redis.call('HSET', shared, 'ceiling', text(math.max(ceiling_due, now) + ceiling))
due = math.max(due, now) + interval
redis.call('HSET', token, 'next', text(due))
if bulk then
  redis.call('HSET', shared, 'share', text(math.min(now, ceiling_start + ARGV[13] * ceiling)))
  start = math.min(now, math.max(start + cost * share, now - share))
  redis.call('HSET', token, 'start', text(start), 'until', '0')
end
keep(token, due - now + window)
for number = 1, cost do
  redis.call('ZADD', slots, text(now + max_exchange + window), slot .. ':' .. number)
end
keep(slots, max_exchange + window)
for _, key in ipairs(probes) do
  redis.call('HSET', key, 'probe', text(now + probe_interval))
  keep(key, month)
end
return {'acquired'}
"""
)

RELEASE: Final = (
    _PRELUDE
    + """
local token, slots = KEYS[2], KEYS[3]
local slot, cost, window = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local close_for, succeeded = tonumber(ARGV[5]), ARGV[6]
for number = 1, cost do
  redis.call('ZADD', slots, text(now + window), slot .. ':' .. number)
end
keep(slots, window)
if close_for > 0 then
  local opens = tonumber(redis.call('HGET', token, 'opens')) or 0
  if opens <= now then redis.call('HSET', token, 'closed', text(now)) end
  opens = math.max(opens, now + close_for)
  redis.call('HSET', token, 'opens', text(opens))
  keep(token, opens - now + window)
end
if succeeded == '1' and redis.call('DEL', KEYS[4], KEYS[5]) > 0 then redis.call('ZREM', KEYS[6], KEYS[4], KEYS[5]) end
"""
)

# Each quarantine is a hash, so that it expires on its own. The sorted set has the keys of all, by time.
QUARANTINE: Final = (
    _PRELUDE
    + """
local key, all, max_count = KEYS[2], KEYS[3], tonumber(ARGV[3])
redis.call('HSETNX', key, 'since', text(now))
redis.call('HSET', key, 'probe', text(now + tonumber(ARGV[2])))
for number = 4, #ARGV, 2 do redis.call('HSET', key, ARGV[number], ARGV[number + 1]) end
keep(key, month)
redis.call('ZREMRANGEBYSCORE', all, '-inf', text(now - month))
redis.call('ZADD', all, text(now), key)
keep(all, month)
while redis.call('ZCARD', all) > max_count do
  redis.call('DEL', redis.call('ZPOPMIN', all)[1])
end
"""
)

LIST_QUARANTINES: Final = (
    _PRELUDE
    + """
local found = {}
for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local fields = redis.call('HGETALL', key)
  if #fields > 0 then found[#found + 1] = fields else redis.call('ZREM', KEYS[2], key) end
end
return found
"""
)

LIFT_QUARANTINES: Final = (
    _PRELUDE
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
