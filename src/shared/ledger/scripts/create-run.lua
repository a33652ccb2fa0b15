--[[
Creates a run in state `planning`. A producer that starts again finds its run and goes on with it.

KEYS[1] run        hash
ARGV[1] shardSize  images in a full shard
ARGV[2] output     where the run writes
ARGV[3] created    milliseconds since 1970, or '' for the server's time

Replies {'created'}, {'exists', state}, or {'differs', shardSize, output} when the run has other ones.
]]
-- @include server-time
local found = redis.call('HMGET', keys.run, 'state', 'shardSize', 'output')
if found[1] then
  if found[2] == args.shardSize and found[3] == args.output then
    return { 'exists', found[1] }
  end
  return { 'differs', found[2], found[3] }
end
local created = args.created
if created == '' then
  created = serverTime()
end
redis.call('HSET', keys.run, 'state', 'planning', 'shardSize', args.shardSize, 'output', args.output, 'created', created,
  'cursor', 0, 'settled', 0, 'settledBelowCursor', 0, 'givenUp', 0, 'crashes', 0, 'fence', 0,
  'done', 0, 'quarantined', 0, 'labelled', 0, 'correct', 0, 'missing', 0)
return { 'created' }
