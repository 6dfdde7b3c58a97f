-- Gives the lease of a load back without a state: the load failed, or its state is too large.
-- Safe to run twice.
-- KEYS  1 hash state
-- ARGV  1 token of the lease
-- Returns 1 when the lease was given back, else 0.
-- Closes the race with a later owner of the lease: what is not this token's is left alone.
if redis.call('HGET', KEYS[1], 'lease') ~= ARGV[1] then
  return 0
end
redis.call('HDEL', KEYS[1], 'lease', 'lease_until')
return 1
