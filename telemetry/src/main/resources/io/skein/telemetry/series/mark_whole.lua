-- Says of a minute's hash that it has all that was ever written to it, after it was brought back.
-- KEYS[1] hash of the minute
-- ARGV[1] what tells the hash that was brought back from others
-- Returns 1 when it is marked, 0 when it is another hash.
-- Closes the race with a loss between bringing back and marking.
if redis.call('HGET', KEYS[1], 'made') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'whole', '1')
return 1
