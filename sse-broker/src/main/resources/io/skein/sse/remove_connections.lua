-- Removes the connections of a process that stops.
--
-- KEYS  1 connections of the instance (hash: connection, JSON; the empty field names the process)
-- ARGV  1 process
-- Gives 1 when they were removed, else 0.
--
-- The race it closes: a successor of the same name may have written its own already.

if redis.call('HGET', KEYS[1], '') == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
