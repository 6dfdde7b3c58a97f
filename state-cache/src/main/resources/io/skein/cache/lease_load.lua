-- Decides who loads a state: answers the state when it is there, else gives the lease to one caller.
-- Safe to run twice: the same token gets the same lease again.
-- KEYS  1 hash state
-- ARGV  1 token   2 life of the lease in ms   3 lowest epoch   4 lowest version in that epoch
--       5 lowest version in any epoch   6 '1' when a state past its soft expiry is to be loaded anew
-- Returns {epoch, version, data}, or {epoch, version} as they are known (-1 when they are not) when
-- the caller is to load, or 0 while another one loads.
-- Closes the race of many misses at once, over all instances. A fill must show the lease, so the
-- lease also tells whether the key was lost since the load began.
local entry = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'data', 'lease', 'lease_until', 'soft')
local epoch, version = tonumber(entry[1] or '-1'), tonumber(entry[2] or '-1')
local low_epoch, low_version = tonumber(ARGV[3]), tonumber(ARGV[4])
local left = redis.call('PTTL', KEYS[1])
local stale = ARGV[6] == '1' and left < (tonumber(entry[6] or '0') or 0)
if entry[3] and not stale and version >= tonumber(ARGV[5])
    and (epoch > low_epoch or (epoch == low_epoch and version >= low_version)) then
  return {entry[1], entry[2], entry[3]}
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if entry[4] and entry[4] ~= ARGV[1] and (tonumber(entry[5] or '0') or 0) > now then
  return 0
end
local life = tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'lease', ARGV[1], 'lease_until', string.format('%.0f', now + life))
if left < life then
  redis.call('PEXPIRE', KEYS[1], life)
end
return {entry[1] or '-1', entry[2] or '-1'}
