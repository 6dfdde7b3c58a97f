-- Reads what all processes counted under some names in one minute.
-- KEYS[1] hash of the minute
-- ARGV    the names; a field is "<name>|<process>"
-- Returns 1 when the hash has all that was ever written to it, else 0, then field, value, field, value…
-- Closes the race of reading the fields and then their values while a process adds one. A key that
-- is no hash has nothing, until a writer replaces it.
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then
  return { 0 }
end
local wanted = {}
for _, name in ipairs(ARGV) do
  wanted[name] = true
end
local answer = { redis.call('HEXISTS', KEYS[1], 'whole') }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local name = string.match(field, '^(.*)|')
  if name and wanted[name] then
    answer[#answer + 1] = field
    answer[#answer + 1] = redis.call('HGET', KEYS[1], field)
  end
end
return answer
