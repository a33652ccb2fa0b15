--[[
Settles a shard without results after its last attempt: its images count as missing, so that the run can end. A commit that
comes after all still counts.

KEYS[1] run       hash
KEYS[2] shards    bitmap of settled shards: committed or given up
KEYS[3] givenUp   bitmap
KEYS[4] failures  list, newest first
KEYS[5] attempts  hash
ARGV[1] shard     number
ARGV[2] images    how many it holds
ARGV[3] kept      length of the list of failures
ARGV[4] entry     for the list: why it was given up

Replies {'given-up', totals...}, {'already-given-up', totals...}, {'already-committed', totals...}, {'not-in-plan'},
{'no-such-run'} or {'run-not-running', state}.
]]
-- @include active-run
local refusal, run = activeRun(keys.run)
if refusal then
  return refusal
end
local shard, images = tonumber(args.shard), tonumber(args.images)
if not fitsPlan(run, shard, images) then
  return { 'not-in-plan' }
end
if redis.call('GETBIT', keys.shards, shard) == 1 then
  local before = redis.call('GETBIT', keys.givenUp, shard) == 1 and 'already-given-up' or 'already-committed'
  return totals(keys.run, { before })
end
redis.call('SETBIT', keys.shards, shard, 1)
redis.call('SETBIT', keys.givenUp, shard, 1)
redis.call('HINCRBY', keys.run, 'settled', 1)
if shard < run.cursor then
  redis.call('HINCRBY', keys.run, 'settledBelowCursor', 1)
end
redis.call('HINCRBY', keys.run, 'givenUp', 1)
redis.call('HINCRBY', keys.run, 'missing', images)
redis.call('LPUSH', keys.failures, args.entry)
redis.call('LTRIM', keys.failures, 0, args.kept - 1)
redis.call('HDEL', keys.attempts, shard)
return totals(keys.run, { 'given-up' })
