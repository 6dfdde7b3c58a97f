-- Writes one instance's connections and renews their one life.
--
-- KEYS  1 connections of the instance (hash: connection, JSON; the empty field names the process)
-- ARGV  1 process   2 life in ms   3 '1' to begin anew   4 number of those that are gone, n
--       5… n connections, then connection, JSON, connection, JSON, …
-- Gives 1; 0, with nothing written, when the hash is not there or another process's.
--
-- The race it closes: an expiry set on a key that was flushed a moment ago would do nothing, and
-- what is written after it would be a hash without the other connections, or without an end.

if ARGV[3] == '1' then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], '', ARGV[1])
elseif redis.call('HGET', KEYS[1], '') ~= ARGV[1] then
  return 0
end

local added = 5 + tonumber(ARGV[4])
for i = 5, added - 1 do
  redis.call('HDEL', KEYS[1], ARGV[i])
end
for i = added, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
