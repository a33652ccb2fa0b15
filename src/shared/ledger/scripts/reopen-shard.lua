--[[
Takes a settled shard out of the counts, so that it can be done again. The run has to be paused, so that it does not finish
between two of these.

KEYS[1] run       hash
KEYS[2] images    bitmap
KEYS[3] shards    bitmap of settled shards: committed or given up
KEYS[4] givenUp   bitmap
KEYS[5] codes     hash
KEYS[6] failures  list; entries begin with the shard's number and a space
ARGV[1] shard     number
ARGV[2] done      of its stored records; 0 for a shard that was given up, as the next three
ARGV[3] quarantined
ARGV[4] labelled
ARGV[5] correct
ARGV[6...] codes  for each code: code, quarantined images

Replies {'reopened'}, {'already-open'}, {'not-in-plan'} when there is no such shard or its images are not as many,
{'not-paused', state} or {'no-such-run'}.
]]
local fields = redis.call('HMGET', keys.run, 'state', 'shardSize', 'expected', 'shards', 'cursor')
local state = fields[1]
if not state then
  return { 'no-such-run' }
end
if state ~= 'paused' then
  return { 'not-paused', state }
end
local shard, size = tonumber(args.shard), tonumber(fields[2])
if not fields[3] or shard >= tonumber(fields[4]) then
  return { 'not-in-plan' }
end
local images = math.min(size, fields[3] - shard * size)
if redis.call('GETBIT', keys.shards, shard) == 0 then
  return { 'already-open' }
end
if redis.call('GETBIT', keys.givenUp, shard) == 1 then
  redis.call('SETBIT', keys.givenUp, shard, 0)
  redis.call('HINCRBY', keys.run, 'givenUp', -1)
  redis.call('HINCRBY', keys.run, 'missing', -images)
else
  if args.done + args.quarantined ~= images then
    return { 'not-in-plan' }
  end
  redis.call('HINCRBY', keys.run, 'done', 0 - args.done)
  redis.call('HINCRBY', keys.run, 'quarantined', 0 - args.quarantined)
  redis.call('HINCRBY', keys.run, 'labelled', 0 - args.labelled)
  redis.call('HINCRBY', keys.run, 'correct', 0 - args.correct)
  for i = 1, #args.codes, 2 do
    local code, quarantined = args.codes[i], args.codes[i + 1]
    if redis.call('HINCRBY', keys.codes, code, 0 - quarantined) <= 0 then
      redis.call('HDEL', keys.codes, code)
    end
  end
end
for place = 0, images - 1 do
  redis.call('SETBIT', keys.images, shard * size + place, 0)
end
redis.call('SETBIT', keys.shards, shard, 0)
redis.call('HINCRBY', keys.run, 'settled', -1)
if shard < tonumber(fields[5]) then
  redis.call('HINCRBY', keys.run, 'settledBelowCursor', -1)
end
local prefix = args.shard .. ' '
for _, entry in ipairs(redis.call('LRANGE', keys.failures, 0, -1)) do
  if string.sub(entry, 1, #prefix) == prefix then
    redis.call('LREM', keys.failures, 1, entry)
  end
end
return { 'reopened' }
