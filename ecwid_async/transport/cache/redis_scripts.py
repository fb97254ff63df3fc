"""The Lua scripts of `RedisCache`. Redis runs each atomically, by its own clock. Times are in milliseconds."""

from typing import Final

__all__ = ["BEGIN_GENERATION", "KEEP", "LOOK_UP", "RENEW"]

# ARGV[1] is added to the clock, ARGV[2] is a random number that is used once. A generation is made of such numbers,
# so that one whose key has expired or was evicted never comes back.
_PRELUDE: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000) + tonumber(ARGV[1])
local new = ARGV[2]
local two_days = 2 * 86400 * 1000

local function number(key)
  local found = redis.call('GET', key)
  if found then return found end
  redis.call('SET', key, new, 'PX', two_days)
  return new
end

local function number_of_store(key)
  local found = redis.call('HGET', key, 'generation')
  if found then return found end
  redis.call('HSET', key, 'generation', new)
  redis.call('PEXPIRE', key, two_days)
  return new
end
"""

# KEYS: all stores, store, token, response. ARGV[3]: the greatest age.
LOOK_UP: Final = (
    _PRELUDE
    + """
local generation = number(KEYS[1]) .. number_of_store(KEYS[2]) .. number(KEYS[3])
if tonumber(ARGV[3]) <= 0 then return {generation} end
local kept = redis.call('HMGET', KEYS[4], 'generation', 'read_at', 'until', 'response')
if kept[1] ~= generation or now >= tonumber(kept[3]) then return {generation} end
local age = math.max(0, now - tonumber(kept[2]))
if age >= tonumber(ARGV[3]) then return {generation} end
return {generation, age, kept[4]}
"""
)

# KEYS: all stores, store, token, response, writes. ARGV[3]: generation, [4]: age, [5]: the greatest age, [6]: whether
# it is a search, [7]: response.
KEEP: Final = (
    _PRELUDE
    + """
if number(KEYS[1]) .. number_of_store(KEYS[2]) .. number(KEYS[3]) ~= ARGV[3] then return 0 end
local read_at, left = now - tonumber(ARGV[4]), tonumber(ARGV[5]) - tonumber(ARGV[4])
if left <= 0 then return 0 end
local times = redis.call('HMGET', KEYS[2], 'nothing_until', 'no_search_until')
if read_at < (tonumber(times[1]) or 0) then return 0 end
if ARGV[6] == '1' and read_at < (tonumber(times[2]) or 0) then return 0 end
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now)
if redis.call('ZCARD', KEYS[5]) > 0 then return 0 end
redis.call('HSET', KEYS[4], 'generation', ARGV[3], 'read_at', read_at, 'until', now + left, 'response', ARGV[7])
redis.call('PEXPIRE', KEYS[4], math.ceil(left))
return 1
"""
)

# KEYS: store, writes. ARGV[3]: how long a write is in progress at most; [4] and [5]: for how long nothing, and no
# search, is kept; [6]: how many writes begin; then these, and those that have ended.
BEGIN_GENERATION: Final = (
    _PRELUDE
    + """
local function extend(field, duration)
  if duration <= 0 then return end
  local earlier = tonumber(redis.call('HGET', KEYS[1], field)) or 0
  redis.call('HSET', KEYS[1], field, math.max(earlier, now + duration))
end

redis.call('HSET', KEYS[1], 'generation', new)
extend('nothing_until', tonumber(ARGV[4]))
extend('no_search_until', tonumber(ARGV[5]))
redis.call('PEXPIRE', KEYS[1], two_days)
local begun = tonumber(ARGV[6])
for position = 7, #ARGV do
  if position <= 6 + begun then
    redis.call('ZADD', KEYS[2], now + tonumber(ARGV[3]), ARGV[position])
  else
    redis.call('ZREM', KEYS[2], ARGV[position])
  end
end
if begun > 0 then redis.call('PEXPIRE', KEYS[2], two_days) end
return 1
"""
)

# KEYS: token, or all stores.
RENEW: Final = (
    _PRELUDE
    + """
redis.call('SET', KEYS[1], new, 'PX', two_days)
return 1
"""
)
