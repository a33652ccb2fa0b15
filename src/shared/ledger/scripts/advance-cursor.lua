--[[
Takes down that the shards from `from` up to, but without, `to` are in the queue. Called after they were put there: a producer
that dies in between puts them there again, under the same job ids.

KEYS[1] run     hash
KEYS[2] shards  bitmap of settled shards: committed or given up
ARGV[1] from    where the producer found the cursor
ARGV[2] to      next shard to enqueue

Replies {'advanced', cursor, backlog}, {'already-advanced', cursor, backlog} when the cursor is at `to` or beyond,
{'cursor-elsewhere', cursor, backlog} when it is neither there nor at `from`, {'not-in-plan'}, {'no-such-run'} or
{'run-not-running', state}. `backlog` is the number of shards before the cursor that are not settled.
]]
-- @include active-run
local refusal, run = activeRun(keys.run)
if refusal then
  return refusal
end
local from, to = tonumber(args.from), tonumber(args.to)
if run.shards and to > run.shards then
  return { 'not-in-plan' }
end
local reply = 'cursor-elsewhere'
if run.cursor == from then
  local settled = 0
  for shard = from, to - 1 do
    settled = settled + redis.call('GETBIT', keys.shards, shard)
  end
  redis.call('HSET', keys.run, 'cursor', args.to)
  redis.call('HINCRBY', keys.run, 'settledBelowCursor', settled)
  run.cursor = to
  reply = 'advanced'
elseif run.cursor >= to then
  reply = 'already-advanced'
end
return { reply, run.cursor, run.cursor - redis.call('HGET', keys.run, 'settledBelowCursor') }
