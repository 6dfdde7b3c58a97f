-- Takes a free lock, or a place in the queue of those who wait for it. Safe to run twice: the same
-- owner gets the same fence again, and keeps its place.
-- KEYS  1 hash of the lock   2 its last fence   3 waiters by arrival   4 until when each of them counts
-- ARGV  1 owner   2 holder, for people   3 time to live in ms   4 life of the last fence in ms
--       5 how long a place in the queue is kept without asking again, in ms   6 1 when the owner waits,
--       else 0   7 a number that the fence must exceed
-- Returns {fence, granted at} in microseconds, or, while another owner holds the lock or is served
-- before, the number of those who wait before this one.
-- Closes the race between looking and taking, and that of somebody who comes just when the lock was
-- given back to those who wait already. The fence cannot go back while Redis keeps its clock, even
-- when the last fence was lost with the data. A clock that goes back makes no lease and no place last
-- longer than it would have, and nobody who comes later is served before.
local owner, life = unpack(redis.call('HMGET', KEYS[1], 'owner', 'life'))
if owner == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return redis.call('HMGET', KEYS[1], 'fence', 'since')
end
if life and redis.call('PTTL', KEYS[1]) > tonumber(life) then
  redis.call('PEXPIRE', KEYS[1], life)
end
local now = redis.call('TIME')
local micros = tonumber(now[1]) * 1000000 + tonumber(now[2])
local patience = tonumber(ARGV[5])

local function counts(waiter)
  local seen_until = tonumber(redis.call('HGET', KEYS[4], waiter) or '0')
  if seen_until > micros + patience * 1000 then
    seen_until = micros + patience * 1000
    redis.call('HSET', KEYS[4], waiter, string.format('%.0f', seen_until))
  end
  return seen_until >= micros
end

local first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
while first and first ~= ARGV[1] and not counts(first) do
  redis.call('ZREM', KEYS[3], first)
  redis.call('HDEL', KEYS[4], first)
  first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
end
if not owner and (not first or first == ARGV[1]) then
  local last = tonumber(redis.call('GET', KEYS[2]) or '0')
  local fence = string.format('%.0f', math.max(last, micros, tonumber(ARGV[7])) + 1)
  local since = string.format('%.0f', micros)
  redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'holder', ARGV[2], 'fence', fence, 'since', since,
    'life', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[2], fence, 'PX', ARGV[4])
  if first then
    redis.call('ZREM', KEYS[3], first)
    redis.call('HDEL', KEYS[4], first)
  end
  return {fence, since}
end
if ARGV[6] == '0' then
  return redis.call('ZCARD', KEYS[3])
end
if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then
  local last = tonumber(redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2] or '0')
  redis.call('ZADD', KEYS[3], string.format('%.0f', math.max(micros, last + 1)), ARGV[1])
end
redis.call('HSET', KEYS[4], ARGV[1], string.format('%.0f', micros + patience * 1000))
redis.call('PEXPIRE', KEYS[3], patience * 2)
redis.call('PEXPIRE', KEYS[4], patience * 2)
return redis.call('ZRANK', KEYS[3], ARGV[1])
