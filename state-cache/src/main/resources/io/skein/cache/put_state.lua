-- Writes a committed state, or only tells of its version. Safe to run twice.
-- KEYS  1 hash state
-- ARGV  1 epoch   2 version   3 data, or '' for the version alone   4 metadata
--       5 time to live in ms   6 with less than so many ms of life left it is loaded anew
--       7 channel of versions   8 id   9 life of a version without data in ms
-- Returns 2 when the state was written, 1 when only its version, 0 when a newer one is known.
-- Closes the race of a write that was delayed over FLUSHALL: newer ones were told before it and are
-- forgotten. Onto a key into which nothing was loaded since ('whole' is not set) a write leaves only
-- its version; what is found in a whole key is at least what was committed before it was lost.
local entry = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'whole')
local known_epoch, known_version = tonumber(entry[1] or '-1'), tonumber(entry[2] or '-1')
local epoch, version = tonumber(ARGV[1]), tonumber(ARGV[2])
if epoch < known_epoch or (epoch == known_epoch and version < known_version) then
  return 0
end
local newer = epoch > known_epoch or version > known_version
local result = 1
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'version', ARGV[2])
if ARGV[3] ~= '' and entry[3] then
  redis.call('HSET', KEYS[1], 'data', ARGV[3], 'meta', ARGV[4], 'soft', ARGV[6])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  result = 2
else
  if newer then
    redis.call('HDEL', KEYS[1], 'data')
  end
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[9]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[9])
  end
end
if newer then
  redis.call('PUBLISH', ARGV[7], ARGV[8] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
end
return result
