-- Counts its calls. KEYS[1] counter; ARGV[1] step; answers the new count.
return redis.call('INCRBY', KEYS[1], ARGV[1])
