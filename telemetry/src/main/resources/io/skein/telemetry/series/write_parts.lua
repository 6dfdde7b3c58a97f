-- Writes what one process counted in one minute. A part is the whole of it so far, not an increment.
-- KEYS[1] hash of the minute
-- ARGV[1] life of the hash in milliseconds
-- ARGV[2] what tells the hash, if it is made now, from one that was there before and was lost
-- ARGV[3] 1 when the minute has not begun
-- ARGV[4] the process that writes its own parts, or empty
-- ARGV[5] the number of its flush, which grows
-- ARGV[6] the last flush of which it had an answer, 0 for none
-- ARGV[7] what that answer told the hash by
-- ARGV[8...] field, value, field, value…; a value is "<flush> <text>", and flushes of a process grow
-- Returns what tells the hash from others.
-- Closes the race of a flush whose answer was lost with the flush after it: whichever is run last,
-- and however often, the later one stays. And the race of a loss with a write: a hash that was made
-- before its minute began has all that was ever written to it ("whole"), one made later may not.
-- A hash that has forgotten a flush of the process has gone back, as by a restart from a snapshot:
-- it is taken for one made now. A key that is no hash is nobody's of us and gives way.
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' and kind ~= 'none' then
  redis.call('DEL', KEYS[1])
end
local made = redis.call('HSETNX', KEYS[1], 'made', ARGV[2]) == 1
if made and ARGV[3] == '1' then
  redis.call('HSET', KEYS[1], 'whole', '1')
end
if ARGV[4] ~= '' then
  local flushed = tonumber(redis.call('HGET', KEYS[1], ARGV[4]) or 0)
  if flushed < tonumber(ARGV[6]) and redis.call('HGET', KEYS[1], 'made') == ARGV[7] then
    redis.call('HSET', KEYS[1], 'made', ARGV[2])
    redis.call('HDEL', KEYS[1], 'whole')
  end
  redis.call('HSET', KEYS[1], ARGV[4], ARGV[5])
end
for i = 8, #ARGV, 2 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  local flush = tonumber(string.match(ARGV[i + 1], '^%d+'))
  if not old or tonumber(string.match(old, '^%d+')) < flush then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HGET', KEYS[1], 'made')
