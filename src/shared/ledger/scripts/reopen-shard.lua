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
ARGV[2...5]       done, quarantined, labelled, correct of its stored records; zeros for a shard that was given up
ARGV[6...]        for each code: code, quarantined images

Replies {'reopened'}, {'already-open'}, {'not-in-plan'} when there is no such shard or its images are not as many,
{'not-paused', state} or {'no-such-run'}.
]]
local fields = redis.call('HMGET', KEYS[1], 'state', 'shardSize', 'expected', 'shards', 'cursor')
local state = fields[1]
if not state then
  return { 'no-such-run' }
end
if state ~= 'paused' then
  return { 'not-paused', state }
end
local shard, size = tonumber(ARGV[1]), tonumber(fields[2])
if not fields[3] or shard >= tonumber(fields[4]) then
  return { 'not-in-plan' }
end
local images = math.min(size, fields[3] - shard * size)
if redis.call('GETBIT', KEYS[3], shard) == 0 then
  return { 'already-open' }
end
if redis.call('GETBIT', KEYS[4], shard) == 1 then
  redis.call('SETBIT', KEYS[4], shard, 0)
  redis.call('HINCRBY', KEYS[1], 'givenUp', -1)
  redis.call('HINCRBY', KEYS[1], 'missing', -images)
else
  if ARGV[2] + ARGV[3] ~= images then
    return { 'not-in-plan' }
  end
  redis.call('HINCRBY', KEYS[1], 'done', 0 - ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'quarantined', 0 - ARGV[3])
  redis.call('HINCRBY', KEYS[1], 'labelled', 0 - ARGV[4])
  redis.call('HINCRBY', KEYS[1], 'correct', 0 - ARGV[5])
  for i = 6, #ARGV, 2 do
    if redis.call('HINCRBY', KEYS[5], ARGV[i], 0 - ARGV[i + 1]) <= 0 then
      redis.call('HDEL', KEYS[5], ARGV[i])
    end
  end
end
for place = 0, images - 1 do
  redis.call('SETBIT', KEYS[2], shard * size + place, 0)
end
redis.call('SETBIT', KEYS[3], shard, 0)
redis.call('HINCRBY', KEYS[1], 'settled', -1)
if shard < tonumber(fields[5]) then
  redis.call('HINCRBY', KEYS[1], 'settledBelowCursor', -1)
end
local prefix = ARGV[1] .. ' '
for _, entry in ipairs(redis.call('LRANGE', KEYS[6], 0, -1)) do
  if string.sub(entry, 1, #prefix) == prefix then
    redis.call('LREM', KEYS[6], 1, entry)
  end
end
return { 'reopened' }
