-- Appends committed events of one flow to its tail, invalidates its cached state and tells everybody.
--
-- KEYS  1 tail (stream, entry ids seq-0, and seq-1 as the marker that nothing follows)
--       2 cached state (hash: epoch, version, data)
--       3 progress of the flow's agents, replaced by the empty agent with the end of the flow
-- ARGV  1 epoch   2 state version after these events   3 sequence of the first event
--       4 channel of the flow   5 channel of versions   6 flow
--       7 length of the tail   8 life of the tail in ms   9 life of a version without data in ms
--       10 most bytes of a message   11 '1' if the stream is closed after these events
--       12… the events as frames, without gap; an empty one is too large to be kept here
-- Gives {0, last} when something was added, {1, last} when all of it was known, {2, last} when
-- events between last and the first are missing: nothing was added.
--
-- The race it closes: two relays, or one that repeats itself after a time-out, write the same
-- stream. Only last + 1 is accepted, or anything onto an empty tail, so the tail never has a hole
-- and never a repetition. XADD's own refusal cannot tell a duplicate from a hole.
-- Since the same call raises the version, whoever has seen an event finds no older state in Redis.

local epoch, version, first = ARGV[1], ARGV[2], tonumber(ARGV[3])

-- Committed is committed: the version holds whatever becomes of the events below.
local known = redis.pcall('HMGET', KEYS[2], 'epoch', 'version')
if known.err then -- of another type: not ours, and the events must not wait for it
  redis.call('DEL', KEYS[2])
  known = {}
end
local known_epoch = tonumber(known[1] or '-1') or -1
local known_version = tonumber(known[2] or '-1') or -1
if tonumber(epoch) > known_epoch or (tonumber(epoch) == known_epoch and tonumber(version) > known_version) then
  redis.call('HSET', KEYS[2], 'epoch', epoch, 'version', version)
  redis.call('HDEL', KEYS[2], 'data')
  if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[9]) then
    redis.call('PEXPIRE', KEYS[2], ARGV[9])
  end
  redis.call('PUBLISH', ARGV[5], ARGV[6] .. ' ' .. epoch .. ' ' .. version)
end

local last, marked = first - 1, false
local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if tail[1] then
  local dash = string.find(tail[1][1], '-', 1, true)
  last = tonumber(string.sub(tail[1][1], 1, dash - 1))
  marked = string.sub(tail[1][1], dash + 1) == '1'
  if last > 9007199254740992 then -- foreign: no number here is exact beyond 2^53
    redis.call('DEL', KEYS[1])
    last, marked = first - 1, false
  end
end
if last < first - 1 then
  return {2, last}
end

-- A tail that lost its last entries still refuses their ids: it begins anew.
local function add(id, frame)
  local answer = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[7], id, 'e', frame)
  if type(answer) == 'table' and answer.err then
    redis.call('DEL', KEYS[1])
    redis.call('XADD', KEYS[1], id, 'e', frame)
  end
end

local frames, bytes, added = {}, 1, false
for i = 12, #ARGV do
  local seq = first + i - 12
  if seq > last then
    add(string.format('%.0f-0', seq), ARGV[i])
    last, added = seq, true
    if #ARGV[i] == 0 then
      bytes = math.huge
    end
    bytes = bytes + #ARGV[i]
    frames[#frames + 1] = ARGV[i]
  end
end

if added then
  if bytes <= tonumber(ARGV[10]) then
    redis.call('SPUBLISH', ARGV[4], 'E' .. table.concat(frames))
  else
    redis.call('SPUBLISH', ARGV[4], 'W')
  end
end
if ARGV[11] == '1' and not marked and last == first + #ARGV - 12 then
  add(string.format('%.0f-1', last), '')
  redis.call('DEL', KEYS[3])
  redis.call('HSET', KEYS[3], '', '')
  redis.call('PEXPIRE', KEYS[3], ARGV[8])
  redis.call('SPUBLISH', ARGV[4], 'C' .. epoch .. ' ' .. string.format('%.0f', last) .. ' ' .. version)
  added = true
end
if added then
  redis.call('PEXPIRE', KEYS[1], ARGV[8])
end
return {added and 0 or 1, last}
