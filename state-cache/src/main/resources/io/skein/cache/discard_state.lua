-- Removes a state that nobody could decode. Safe to run twice.
-- KEYS  1 state, a hash if all is well
-- ARGV  1 the data that could not be decoded, or '' when the whole key makes no sense
-- Returns how many fields or keys were removed.
-- Closes the race with a fill: data that have been replaced meanwhile are left alone. A whole key that is
-- removed costs a load: nothing old can be written into one that was lost (see put_state.lua).
if ARGV[1] == '' or redis.call('TYPE', KEYS[1]).ok ~= 'hash' then
  return redis.call('DEL', KEYS[1])
end
if redis.call('HGET', KEYS[1], 'data') == ARGV[1] then
  return redis.call('HDEL', KEYS[1], 'data', 'meta')
end
return 0
