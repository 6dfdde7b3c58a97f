-- Takes one unit of each of several quotas, or of none of them, on this server's clock.
-- KEYS  one for each quota: a list of the moments of its admissions (exact), or a string with the
--       moment at which all that was admitted will have been paid for (GCRA); all of one slot
-- ARGV  three for each quota: 1 the limit, or of GCRA how many may come at once   2 window in us
--       3 of GCRA the us from one to the next, 0 for the exact log
-- Returns 1 or 0 (taken or refused), now in us, and for each quota how many more it would admit now
-- and the us until that grows.
-- Closes the race between looking and taking, for any number of callers. Run twice, because an answer
-- was lost, it takes twice: a caller may get less than the limit, never more. Moments of a clock that
-- was set back, as by a failover, block nobody for longer than about two windows.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local moment = string.format('%.0f', now)

-- How long the log is without what has left the window, and the oldest that has to leave before it
-- admits more. Finds the expired ones in steps that double and halve: a long log costs few calls.
local function read_log(key, limit, window)
  local horizon = now - window
  local oldest = redis.call('LINDEX', key, 0)
  if not oldest then
    return 0, now
  end
  if tonumber(oldest) <= horizon then
    local step = 1
    redis.call('LPOP', key)
    repeat
      local last = redis.call('LINDEX', key, step - 1)
      if last and tonumber(last) <= horizon then
        redis.call('LPOP', key, step)
        step = step * 2
      else
        step = math.floor(step / 2)
      end
    until step < 1
    oldest = redis.call('LINDEX', key, 0)
    if not oldest then
      return 0, now
    end
  end
  local used = redis.call('LLEN', key)
  if used >= limit and tonumber(oldest) > now then
    redis.call('DEL', key)
    return 0, now
  end
  if used > limit then
    oldest = redis.call('LINDEX', key, used - limit)
  end
  return used, tonumber(oldest)
end

-- For how long all that was admitted will not have been paid for yet.
local function read_schedule(key, burst, interval)
  local backlog = tonumber(redis.call('GET', key) or now) - now
  if backlog < 0 or backlog > 2 * burst * interval then
    return 0
  end
  return backlog
end

local taken = 1
local first = {}
local second = {}
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[3 * i - 2])
  local window = tonumber(ARGV[3 * i - 1])
  local interval = tonumber(ARGV[3 * i])
  if interval == 0 then
    first[i], second[i] = read_log(key, limit, window)
    if first[i] >= limit then
      taken = 0
    end
  else
    first[i] = read_schedule(key, limit, interval)
    if first[i] > (limit - 1) * interval then
      taken = 0
    end
  end
end

local answer = { taken, now }
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[3 * i - 2])
  local window = tonumber(ARGV[3 * i - 1])
  local interval = tonumber(ARGV[3 * i])
  local remaining, reset
  if interval == 0 then
    local used = first[i]
    if taken == 1 then
      used = redis.call('RPUSH', key, moment)
      redis.call('PEXPIRE', key, math.ceil(window / 1000))
    end
    remaining = math.max(0, limit - used)
    reset = used == 0 and 0 or second[i] + window - now
  else
    local backlog = first[i]
    if taken == 1 then
      backlog = backlog + interval
      redis.call('SET', key, string.format('%.0f', now + backlog), 'PX', math.ceil(backlog / 1000))
    end
    local owed = math.min(limit, math.ceil(backlog / interval))
    remaining = limit - owed
    reset = owed == 0 and 0 or backlog - (owed - 1) * interval
  end
  answer[#answer + 1] = remaining
  answer[#answer + 1] = reset
end
return answer
