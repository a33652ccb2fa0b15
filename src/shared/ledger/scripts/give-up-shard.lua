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
local refusal, run = activeRun(KEYS[1])
if refusal then
  return refusal
end
local shard, images = tonumber(ARGV[1]), tonumber(ARGV[2])
if not fitsPlan(run, shard, images) then
  return { 'not-in-plan' }
end
if redis.call('GETBIT', KEYS[2], shard) == 1 then
  local before = redis.call('GETBIT', KEYS[3], shard) == 1 and 'already-given-up' or 'already-committed'
  return totals(KEYS[1], { before })
end
redis.call('SETBIT', KEYS[2], shard, 1)
redis.call('SETBIT', KEYS[3], shard, 1)
redis.call('HINCRBY', KEYS[1], 'settled', 1)
if shard < run.cursor then
  redis.call('HINCRBY', KEYS[1], 'settledBelowCursor', 1)
end
redis.call('HINCRBY', KEYS[1], 'givenUp', 1)
redis.call('HINCRBY', KEYS[1], 'missing', images)
redis.call('LPUSH', KEYS[4], ARGV[4])
redis.call('LTRIM', KEYS[4], 0, ARGV[3] - 1)
redis.call('HDEL', KEYS[5], shard)
return totals(KEYS[1], { 'given-up' })
