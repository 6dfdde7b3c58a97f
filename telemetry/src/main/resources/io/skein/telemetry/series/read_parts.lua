-- Reads what all processes counted under some names in one minute.
-- KEYS[1] hash of the minute
-- ARGV    the names; a field is "<name>|<process>"
-- Returns how many fields the hash has in all, then field, value, field, value…
-- Closes the race of reading the fields and then their values while a process adds one.
local wanted = {}
for _, name in ipairs(ARGV) do
  wanted[name] = true
end
local fields = redis.call('HKEYS', KEYS[1])
local answer = { #fields }
for _, field in ipairs(fields) do
  if wanted[string.match(field, '^[^|]*')] then
    answer[#answer + 1] = field
    answer[#answer + 1] = redis.call('HGET', KEYS[1], field)
  end
end
return answer
