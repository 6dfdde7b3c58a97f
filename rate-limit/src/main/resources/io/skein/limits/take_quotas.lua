-- Takes one unit of each of several quotas, or of none of them, on this server's clock.
-- KEYS  one for each quota: a list of the moments of its admissions (exact), or a string with the
--       moment at which all that was admitted will have been paid for (GCRA); all of one slot
-- ARGV  three for each quota: 1 the limit, or of GCRA how many may come at once   2 window in us
--       3 of GCRA the us from one to the next, 0 for the exact log
-- Returns 1 or 0 (taken or refused), now in us, and for each quota how many more it would admit now
-- and the us until that grows.
-- Closes the race between looking and taking, for any number of callers. Run twice, because an answer
-- was lost, it takes twice: a caller may get less than the limit, never more. Moments of a clock that
-- was set back, as by a failover, block nobody for longer than about two windows: they are forgotten
-- when they are more than one ahead. Less than that counts, or each small step back would admit twice.
-- Every call of Redis costs as much as the rest of the script, so there are few.
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local answer = { 1, now }
local counted = {}
local oldest = {}

-- Drops what has left the window, and answers the oldest that has not. In steps that double and
-- halve, so that a long log costs few calls.
local function drop_expired(key, horizon)
  local step = 1
  call('LPOP', key)
  repeat
    local last = call('LINDEX', key, step - 1)
    if last and tonumber(last) <= horizon then
      call('LPOP', key, step)
      step = step * 2
    else
      step = math.floor(step / 2)
    end
  until step < 1
  return call('LINDEX', key, 0)
end

for i = 1, #KEYS do
  local key = KEYS[i]
  local limit = tonumber(ARGV[3 * i - 2])
  local interval = tonumber(ARGV[3 * i])
  if interval == 0 then
    local head = call('LINDEX', key, 0)
    local used = 0
    if head then
      local horizon = now - ARGV[3 * i - 1]
      if tonumber(head) <= horizon then
        head = drop_expired(key, horizon)
        if head then
          call('PEXPIRE', key, math.ceil(ARGV[3 * i - 1] / 500))
        end
      end
      used = head and call('LLEN', key) or 0
      if used >= limit then
        if head - ARGV[3 * i - 1] > now then
          call('DEL', key)
          used = 0
        elseif used > limit then
          head = call('LINDEX', key, used - limit)
        end
      end
    end
    counted[i] = used
    oldest[i] = used > 0 and head or now
    if used >= limit then
      answer[1] = 0
    end
  else
    local backlog = (call('GET', key) or now) - now
    if backlog < 0 or backlog > 2 * limit * interval then
      backlog = 0
    end
    counted[i] = backlog
    if backlog > (limit - 1) * interval then
      answer[1] = 0
    end
  end
end

-- A log lives for two windows from its first admission and from each time something left it. Until
-- the next time its oldest is younger than a window, so nothing in it is forgotten too early.
for i = 1, #KEYS do
  local key = KEYS[i]
  local limit = tonumber(ARGV[3 * i - 2])
  local interval = tonumber(ARGV[3 * i])
  if interval == 0 then
    local used = counted[i]
    if answer[1] == 1 then
      used = call('RPUSH', key, now)
      if used == 1 then
        call('PEXPIRE', key, math.ceil(ARGV[3 * i - 1] / 500))
      end
    end
    answer[2 * i + 1] = used < limit and limit - used or 0
    answer[2 * i + 2] = used == 0 and 0 or oldest[i] + ARGV[3 * i - 1] - now
  else
    local backlog = counted[i]
    if answer[1] == 1 then
      backlog = backlog + interval
      call('SET', key, now + backlog, 'PX', math.ceil(backlog / 1000))
    end
    local owed = math.min(limit, math.ceil(backlog / interval))
    answer[2 * i + 1] = limit - owed
    answer[2 * i + 2] = owed == 0 and 0 or backlog - (owed - 1) * interval
  end
end
return answer
