-- Gives back a lock, or a place in its queue, and tells the one whose turn it is. Safe to run twice,
-- and for an acquire whose answer was lost: what the owner does not have is left alone.
-- KEYS  1 hash of the lock   2 its last fence   3 waiters by arrival   4 until when each of them counts
-- ARGV  1 owner, its process before the first colon   2 channel of a process, without its name
--       3 life of the last fence in ms   4 added to the last fence: 1, or 0 when the lease goes on
--       in the other store and may come back
-- Returns the owner whose turn it is when it belongs to the same process and nobody told it; false
-- when there is none, or it was told on the channel of its process.
-- Raises the last fence, so that a renewal that arrives after the release does not revive the lease.
-- Wakes one waiter only: of many, all but one would ask in vain.
local held = redis.call('HGET', KEYS[1], 'owner') == ARGV[1]
if held then
  local fence = tonumber(redis.call('HGET', KEYS[1], 'fence'))
  redis.call('DEL', KEYS[1])
  redis.call('SET', KEYS[2], string.format('%.0f', fence + tonumber(ARGV[4])), 'PX', ARGV[3])
end
local waited = redis.call('ZREM', KEYS[3], ARGV[1]) == 1
if waited then
  redis.call('HDEL', KEYS[4], ARGV[1])
end
if not held and (not waited or redis.call('EXISTS', KEYS[1]) == 1) then
  return false
end
local first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
if not first then
  return false
end
local now = redis.call('TIME')
local micros = tonumber(now[1]) * 1000000 + tonumber(now[2])
while first and tonumber(redis.call('HGET', KEYS[4], first) or '0') < micros do
  redis.call('ZREM', KEYS[3], first)
  redis.call('HDEL', KEYS[4], first)
  first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
end
if not first then
  return false
end
local process = string.match(first, '^[^:]*')
if process == string.match(ARGV[1], '^[^:]*') then
  return first
end
redis.call('PUBLISH', ARGV[2] .. process, first)
return false
