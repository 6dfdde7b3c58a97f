-- Writes how many streams of one instance watch a flow.
--
-- KEYS  1 watchers of the flow (hash: instance, 'count end-of-life' by Redis's clock in ms)
-- ARGV  1 instance   2 count, 0 to remove   3 life in ms
-- Gives the count.
--
-- The race it closes: the key's own life is renewed by every instance, so each entry carries its
-- own; and an entry without the key's expiry would stay for ever when a process dies in between.

if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return 0
end
local time = redis.call('TIME')
local ends = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[3])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', ends))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return tonumber(ARGV[2])
