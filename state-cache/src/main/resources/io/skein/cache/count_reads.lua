-- Adds reads to the decaying counts that all instances share. Not exact when run twice: then reads
-- of a few seconds count double, which decays like all else.
-- KEYS  1 sorted set id -> log2(count) + time / half-life, one for each half-life
-- ARGV  1 half-life in ms   2 most ids kept   3 added to the clock in ms, 0 outside tests
--       4… id and number of reads, in pairs
-- Returns the counts as they are now, as text, in the order of the ids.
-- Counts that all decay alike keep their order, so a score that holds the time needs no rewriting
-- as time passes, and the set is sorted by heat at every moment. Closes the race of two instances
-- that read, add and write one count. A clock that was set back makes old scores those of more reads
-- than there can be; their counts begin anew, or they would be infinite for ever.
local half_life = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = (tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000 + tonumber(ARGV[3])) / half_life
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('%.17g', now + 40), '+inf') -- over 10^12 reads
local counts = {}
for i = 4, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  local count = tonumber(ARGV[i + 1])
  if score then
    count = count + 2 ^ (tonumber(score) - now)
  end
  redis.call('ZADD', KEYS[1], string.format('%.17g', math.log(count) / math.log(2) + now), ARGV[i])
  counts[#counts + 1] = string.format('%.6f', count)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.17g', now - 1)) -- under half a read
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -tonumber(ARGV[2]) - 1)
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', half_life * 24))
return counts
