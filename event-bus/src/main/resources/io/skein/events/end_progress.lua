-- Forgets the agents of a flow that has ended, and keeps late updates out.
--
-- KEYS  1 progress of the flow's agents (hash: agent, JSON)
-- ARGV  1 life of the mark in ms
-- Gives 1.
--
-- The race it closes: an update that waits in another process while the flow ends.

redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], '', '')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
