-- Writes what one process counted in one minute. A part is the whole of it so far, not an increment.
-- KEYS[1] hash of the minute
-- ARGV[1] life of the hash in milliseconds
-- ARGV[2...] field, value, field, value…; a value is "<flush> <text>", and flushes of a process grow
-- Returns how many of the fields were there before.
-- Closes the race of a flush whose answer was lost with the flush after it: whichever is run last,
-- and however often, the later one stays.
local known = 0
for i = 2, #ARGV, 2 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  if old then
    known = known + 1
  end
  local flush = tonumber(string.match(ARGV[i + 1], '^%d+'))
  if not old or tonumber(string.match(old, '^%d+')) < flush then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return known
