-- Removes a state on all instances, at an operator's wish or because it may be old; its version
-- stays. Safe to run twice.
-- KEYS  1 hash state
-- ARGV  1 channel of versions   2 id
-- Returns 1 when there was a state, else 0.
-- Closes the races with a load under way, whose lease goes too, and with a write that was delayed
-- while changes were not told: into a key that is not 'whole' both leave only their version.
local removed = redis.pcall('HDEL', KEYS[1], 'data')
if type(removed) == 'table' then -- of another type: not ours, and one bad key must not hold up the others
  removed = redis.call('DEL', KEYS[1])
else
  redis.call('HDEL', KEYS[1], 'meta', 'lease', 'lease_until', 'whole')
end
redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' - -')
return removed
