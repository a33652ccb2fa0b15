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
local fields = redis.call('HGETALL', keys.run)
if #fields == 0 then
  return { 'no-such-run' }
end
local failures = {}
if tonumber(args.latest) > 0 then
  failures = redis.call('LRANGE', keys.failures, 0, args.latest - 1)
end
return { 'run', serverTime(), fields, redis.call('HGETALL', keys.codes), failures, redis.call('HLEN', keys.attempts),
  redis.call('HGETALL', keys.workers) }
