-- Keeps the latest progress of some agents of one flow and pushes it to the flow's watchers.
--
-- KEYS  1 progress of the flow's agents (hash: agent, JSON)
-- ARGV  1 channel of the flow   2 life of the hash in ms   3… agent, JSON, agent, JSON, …
-- Gives the number of agents that were taken, 0 when the flow has ended: then the hash holds the
-- empty agent only.
--
-- The races it closes: without one call, the hash of a flow that ended could be left without its
-- expiry by a process that dies in between; an update that was waiting while the flow ended would
-- bring its agents back; and of two processes that work on the same phase, or of an attempt that
-- was given up and does not know it, the one that comes late would turn the progress back.

if redis.call('HEXISTS', KEYS[1], '') == 1 then
  return 0
end

-- What was written by something else counts as nothing.
local function read(json)
  local ok, update = pcall(cjson.decode, json)
  if ok and type(update) == 'table' then
    return tonumber(update.attempt) or 1, tonumber(update.percent) or 0
  end
  return 0, 0
end

local taken = 0
for i = 3, #ARGV, 2 do
  local attempt, percent = read(ARGV[i + 1])
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  local known_attempt, known_percent = 0, 0
  if known then
    known_attempt, known_percent = read(known)
  end
  if attempt > known_attempt or (attempt == known_attempt and percent >= known_percent) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    redis.call('SPUBLISH', ARGV[1], 'P' .. ARGV[i + 1])
    taken = taken + 1
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return taken
