-- Reads how many streams watch a flow on the instances that live, and drops the others.
--
-- KEYS  1 watchers of the flow (hash: instance, 'count end-of-life' by Redis's clock in ms)
-- Gives instance, count, instance, count, …
--
-- The race it closes: an entry that was renewed after it was found dead must not be dropped.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local entries = redis.call('HGETALL', KEYS[1])
local living = {}
for i = 1, #entries, 2 do
  local count, ends = string.match(entries[i + 1], '^(%d+) (%d+)$')
  if ends and tonumber(ends) > now then
    living[#living + 1] = entries[i]
    living[#living + 1] = count
  else
    redis.call('HDEL', KEYS[1], entries[i])
  end
end
return living
