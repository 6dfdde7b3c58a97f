-- Keeps the latest progress of some agents of one flow and pushes it to the flow's watchers.
--
-- KEYS  1 progress of the flow's agents (hash: agent, JSON)
-- ARGV  1 channel of the flow   2 life of the hash in ms   3… agent, JSON, agent, JSON, …
-- Gives the number of agents, 0 when the flow has ended: then the hash holds the empty agent only.
--
-- The races it closes: without one call, the hash of a flow that ended could be left without its
-- expiry by a process that dies in between; and an update that was waiting while the flow ended
-- would bring its agents back.

if redis.call('HEXISTS', KEYS[1], '') == 1 then
  return 0
end

for i = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  redis.call('SPUBLISH', ARGV[1], 'P' .. ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return (#ARGV - 2) / 2
