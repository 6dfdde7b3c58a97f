-- Prolongs a lease, or takes it over into this store when nobody held the lock since: after FLUSHALL,
-- or when the lease was granted by the other store. Safe to run twice.
-- KEYS  1 hash of the lock   2 its last fence
-- ARGV  1 owner   2 holder, for people   3 time to live in ms   4 life of the last fence in ms
--       5 fence of the lease   6 when it was granted, in microseconds
-- Returns 1, or 0 when the lease is lost.
-- Closes the race with a later owner and with the release: either has left a higher last fence.
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return 1
end
if owner then
  return 0
end
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if last > tonumber(ARGV[5]) then
  return 0
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'holder', ARGV[2], 'fence', ARGV[5], 'since', ARGV[6],
  'life', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[4])
return 1
