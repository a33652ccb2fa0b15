--[[
Creates a run in state `planning`. A producer that starts again finds its run and goes on with it.

KEYS[1] run        hash
ARGV[1] shardSize  images in a full shard
ARGV[2] output     where the run writes
ARGV[3] created    milliseconds since 1970, or '' for the server's time

Replies {'created'}, {'exists', state}, or {'differs', shardSize, output} when the run has other ones.
]]
-- @include server-time
local found = redis.call('HMGET', KEYS[1], 'state', 'shardSize', 'output')
if found[1] then
  if found[2] == ARGV[1] and found[3] == ARGV[2] then
    return { 'exists', found[1] }
  end
  return { 'differs', found[2], found[3] }
end
local created = ARGV[3]
if created == '' then
  created = serverTime()
end
redis.call('HSET', KEYS[1], 'state', 'planning', 'shardSize', ARGV[1], 'output', ARGV[2], 'created', created,
  'cursor', 0, 'settled', 0, 'settledBelowCursor', 0, 'givenUp', 0, 'crashes', 0, 'fence', 0,
  'done', 0, 'quarantined', 0, 'labelled', 0, 'correct', 0, 'missing', 0)
return { 'created' }
