-- Removes a state at an operator's wish, on all instances; its version stays. Safe to run twice.
-- KEYS  1 hash state
-- ARGV  1 channel of versions   2 id
-- Returns 1 when there was a state, else 0.
-- Closes the race with a load under way: its lease goes too, so its fill leaves only a version.
local removed = redis.call('HDEL', KEYS[1], 'data')
redis.call('HDEL', KEYS[1], 'meta', 'lease', 'lease_until')
redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' - -')
return removed
