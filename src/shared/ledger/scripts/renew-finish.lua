--[[
The finisher is alive: its lease begins anew.

KEYS[1] run    hash
ARGV[1] fence  of the finisher
ARGV[2] lease  milliseconds

Replies {'renewed'}, or {'superseded'} when another took over or the run is no longer being finished.
]]
-- @include server-time
local fields = redis.call('HMGET', keys.run, 'state', 'fence')
if fields[1] ~= 'finishing' or fields[2] ~= args.fence then
  return { 'superseded' }
end
redis.call('HSET', keys.run, 'leaseEnd', serverTime() + args.lease)
return { 'renewed' }
