-- Takes a free lock, or a place in the queue of those who wait for it. Safe to run twice: the same
-- owner gets the same fence again, and keeps its place.
-- KEYS  1 hash of the lock   2 its last fence   3 waiters by arrival   4 until when each of them counts
-- ARGV  1 owner   2 holder, for people   3 time to live in ms   4 life of the last fence in ms
--       5 how long the owner keeps a place in the queue, in ms; 0 when it does not wait
--       6 a number that the fence must exceed
-- Returns {fence, granted at} in microseconds, or, while another owner holds the lock or is served
-- before, the number of those who wait before this one.
-- Closes the race between looking and taking, and that of somebody who comes just when the lock was
-- given back to those who wait already. The fence cannot go back while Redis keeps its clock, even
-- when the last fence was lost with the data.
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return redis.call('HMGET', KEYS[1], 'fence', 'since')
end
local now = redis.call('TIME')
local micros = tonumber(now[1]) * 1000000 + tonumber(now[2])
local first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
while first and first ~= ARGV[1] and tonumber(redis.call('HGET', KEYS[4], first) or '0') < micros do
  redis.call('ZREM', KEYS[3], first)
  redis.call('HDEL', KEYS[4], first)
  first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
end
if not owner and (not first or first == ARGV[1]) then
  local last = tonumber(redis.call('GET', KEYS[2]) or '0')
  local fence = string.format('%.0f', math.max(last, micros, tonumber(ARGV[6])) + 1)
  local since = string.format('%.0f', micros)
  redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'holder', ARGV[2], 'fence', fence, 'since', since)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[2], fence, 'PX', ARGV[4])
  if first then
    redis.call('ZREM', KEYS[3], first)
    redis.call('HDEL', KEYS[4], first)
  end
  return {fence, since}
end
local patience = tonumber(ARGV[5])
if patience == 0 then
  return redis.call('ZCARD', KEYS[3])
end
redis.call('ZADD', KEYS[3], 'NX', string.format('%.0f', micros), ARGV[1])
redis.call('HSET', KEYS[4], ARGV[1], string.format('%.0f', micros + patience * 1000))
redis.call('PEXPIRE', KEYS[3], patience * 2)
redis.call('PEXPIRE', KEYS[4], patience * 2)
return redis.call('ZRANK', KEYS[3], ARGV[1])
