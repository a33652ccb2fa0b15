--[[
All that is shown of a run, of one moment.

KEYS[1] run       hash
KEYS[2] codes     hash
KEYS[3] failures  list
KEYS[4] attempts  hash
KEYS[5] workers   hash
ARGV[1] latest    how many of the latest failures

Replies {'no-such-run'} or {'run', server's time, fields, codes, failures, number of attempts, workers}, hashes as flat lists.
]]
-- @include server-time
local fields = redis.call('HGETALL', KEYS[1])
if #fields == 0 then
  return { 'no-such-run' }
end
local failures = {}
if tonumber(ARGV[1]) > 0 then
  failures = redis.call('LRANGE', KEYS[3], 0, ARGV[1] - 1)
end
return { 'run', serverTime(), fields, redis.call('HGETALL', KEYS[2]), failures, redis.call('HLEN', KEYS[4]),
  redis.call('HGETALL', KEYS[5]) }
