-- Gives a lock back and tells those who wait. Safe to run twice, and for an acquire whose answer was
-- lost: what the owner does not hold is left alone.
-- KEYS  1 hash of the lock   2 its last fence
-- ARGV  1 owner   2 channel of releases   3 life of the last fence in ms
-- Returns 1 when the lock was given back, 0 when this owner did not hold it.
-- Raises the last fence, so that a renewal that arrives after the release does not revive the lease.
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then
  return 0
end
local fence = tonumber(redis.call('HGET', KEYS[1], 'fence'))
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], string.format('%.0f', fence + 1), 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[2], 'released')
return 1
