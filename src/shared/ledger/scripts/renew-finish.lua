--[[
The finisher is alive: its lease begins anew.

KEYS[1] run    hash
ARGV[1] fence  of the finisher
ARGV[2] lease  milliseconds

Replies {'renewed'}, or {'superseded'} when another took over or the run is no longer being finished.
]]
-- @include server-time
local fields = redis.call('HMGET', KEYS[1], 'state', 'fence')
if fields[1] ~= 'finishing' or fields[2] ~= ARGV[1] then
  return { 'superseded' }
end
redis.call('HSET', KEYS[1], 'leaseEnd', serverTime() + ARGV[2])
return { 'renewed' }
