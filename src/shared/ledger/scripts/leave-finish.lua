--[[
A finisher that has to stop leaves the run to the next caller at once. It has not failed, so its attempt does not count.

KEYS[1] run    hash
ARGV[1] fence  of the finisher

Replies {'left'}, or {'superseded'} when it had left before, another took over, or the run is no longer being finished.
]]
-- @include server-time
local fields = redis.call('HMGET', keys.run, 'state', 'fence', 'finisher')
if fields[1] ~= 'finishing' or fields[2] ~= args.fence or not fields[3] then
  return { 'superseded' }
end
redis.call('HSET', keys.run, 'leaseEnd', serverTime())
redis.call('HDEL', keys.run, 'finisher')
redis.call('HINCRBY', keys.run, 'finishes', -1)
return { 'left' }
