-- Raises the version of a flow's cached state, and drops the data if it is older.
--
-- KEYS  1 cached state (hash: epoch, version, data)
-- ARGV  1 epoch   2 version   3 channel of versions   4 flow   5 life of a version without data in ms
-- Gives 1 when the version was raised, else 0.
--
-- The race it closes: events read from PostgreSQL are delivered before the relay has told Redis of
-- them; a client that has seen them must not be answered with an older state.

local known = redis.pcall('HMGET', KEYS[1], 'epoch', 'version')
if known.err then -- of another type: not ours, and one bad key must not hold up those beside it
  redis.call('DEL', KEYS[1])
  known = {}
end
local known_epoch = tonumber(known[1] or '-1') or -1
local known_version = tonumber(known[2] or '-1') or -1
if tonumber(ARGV[1]) < known_epoch or (tonumber(ARGV[1]) == known_epoch and tonumber(ARGV[2]) <= known_version) then
  return 0
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'version', ARGV[2])
redis.call('HDEL', KEYS[1], 'data')
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[5]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
redis.call('PUBLISH', ARGV[3], ARGV[4] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
return 1
