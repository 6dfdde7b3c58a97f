-- Writes a loaded state, if its load is still the one that counts. Safe to run twice.
-- KEYS  1 hash state
-- ARGV  1 token of the lease   2 epoch   3 version   4 data   5 metadata, with their own version
--       6 time to live in ms   7 soft expiry: less than so many ms of that left
-- Returns 1 when the state was written, else 0.
-- Closes the races of a slow load: with the relay, which has told of a newer version meanwhile, and
-- with FLUSHALL, after which the lease is gone and with it the proof that nothing newer was told. A
-- version without its lease is still true, so it stays as a tombstone, without data. 'whole' says
-- that the key has not been lost since a state was loaded into it: see put_state.lua.
local entry = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'lease')
local known_epoch, known_version = tonumber(entry[1] or '-1'), tonumber(entry[2] or '-1')
local epoch, version = tonumber(ARGV[2]), tonumber(ARGV[3])
local mine = entry[3] == ARGV[1]
if mine then
  redis.call('HDEL', KEYS[1], 'lease', 'lease_until')
end
local older = epoch < known_epoch or (epoch == known_epoch and version < known_version)
local equal = epoch == known_epoch and version == known_version
if older or (equal and not mine) then
  return 0
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'version', ARGV[3])
if mine then
  redis.call('HSET', KEYS[1], 'data', ARGV[4], 'meta', ARGV[5], 'soft', ARGV[7], 'whole', '1')
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  return 1
end
redis.call('HDEL', KEYS[1], 'data')
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[6]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
end
return 0
