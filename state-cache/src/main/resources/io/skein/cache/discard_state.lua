-- Removes a state that nobody could decode. Safe to run twice.
-- KEYS  1 state, a hash if all is well
-- ARGV  1 the data that could not be decoded, or '' when the whole key makes no sense
-- Returns how many fields or keys were removed.
-- Closes the race with a fill: what has been replaced meanwhile is left alone.
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then
  return redis.call('DEL', KEYS[1])
end
local entry = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'data')
if (entry[1] and not tonumber(entry[1])) or (entry[2] and not tonumber(entry[2])) then
  return redis.call('DEL', KEYS[1])
end
if entry[3] == ARGV[1] then
  return redis.call('HDEL', KEYS[1], 'data', 'meta')
end
return 0
