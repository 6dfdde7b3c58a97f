-- Takes a free lock. Safe to run twice: the same owner gets the same fence again.
-- KEYS  1 hash of the lock   2 its last fence
-- ARGV  1 owner   2 holder, for people   3 time to live in ms   4 life of the last fence in ms
-- Returns the fence, or false while another owner holds the lock.
-- Closes the race between looking and taking; the fence cannot go back while Redis keeps its clock,
-- even when the last fence was lost with the data.
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return redis.call('HGET', KEYS[1], 'fence')
end
if owner then
  return false
end
local now = redis.call('TIME')
local micros = tonumber(now[1]) * 1000000 + tonumber(now[2])
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local fence = string.format('%.0f', math.max(last, micros) + 1)
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'holder', ARGV[2], 'fence', fence)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], fence, 'PX', ARGV[4])
return fence
