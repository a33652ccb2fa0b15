--[[
Fixes how many images and shards the run has; `planning` becomes `running`, a paused run stays paused.

KEYS[1] run       hash
ARGV[1] expected  images
ARGV[2] shards    shards: expected / shardSize, rounded up

Replies {'planned'}, {'already-planned'}, {'differs', expected, shards} when other numbers were fixed before,
{'too-few', images} when more images are settled already, {'no-such-run'} or {'run-not-running', state}.
]]
-- @include active-run
local refusal, run = activeRun(keys.run)
if refusal then
  return refusal
end
local expected, shards = tonumber(args.expected), tonumber(args.shards)
if run.expected then
  if run.expected == expected and run.shards == shards then
    return { 'already-planned' }
  end
  return { 'differs', run.expected, run.shards }
end
if shards ~= math.ceil(expected / run.shardSize) then
  return redis.error_reply('ERR ' .. expected .. ' images are not ' .. shards .. ' shards of ' .. run.shardSize)
end
local counts = redis.call('HMGET', keys.run, 'done', 'quarantined', 'missing')
local settled = counts[1] + counts[2] + counts[3]
if settled > expected then
  return { 'too-few', settled }
end
redis.call('HSET', keys.run, 'expected', args.expected, 'shards', args.shards)
if redis.call('HGET', keys.run, 'state') == 'planning' then
  redis.call('HSET', keys.run, 'state', 'running')
end
return { 'planned' }
