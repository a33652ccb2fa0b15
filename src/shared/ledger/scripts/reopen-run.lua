--[[
Makes a run ready for `reopen-shard`: it becomes `paused`, and stays so until `resume-run`. A complete run gets its bitmaps back.

KEYS[1] run      hash
KEYS[2] images   bitmap
KEYS[3] shards   bitmap of settled shards: committed or given up
KEYS[4] givenUp  bitmap

Replies {'moved', 'paused'}, {'already', 'paused'}, {'not-allowed', state} or {'no-such-run'}. A run whose planning has not
ended, or that is being finished or was cancelled, cannot be reopened.
]]
local fields = redis.call('HMGET', keys.run, 'state', 'expected', 'shards', 'shardSize')
local state = fields[1]
if not state then
  return { 'no-such-run' }
end
if not fields[2] or state == 'finishing' or state == 'cancelled' then
  return { 'not-allowed', state }
end
if state == 'paused' then
  return { 'already', state }
end
if state == 'complete' then
  -- Every shard of a complete run is settled. Bits beyond the last one are never read.
  redis.call('SET', keys.images, string.rep('\255', math.ceil(fields[2] / 8)))
  redis.call('SET', keys.shards, string.rep('\255', math.ceil(fields[3] / 8)))
  -- The images of given up shards are not finished.
  local givenUp = redis.call('GET', keys.givenUp) or ''
  for byte = 1, #givenUp do
    if string.byte(givenUp, byte) ~= 0 then
      for shard = 8 * (byte - 1), 8 * byte - 1 do
        if redis.call('GETBIT', keys.givenUp, shard) == 1 then
          for image = shard * fields[4], (shard + 1) * fields[4] - 1 do
            redis.call('SETBIT', keys.images, image, 0)
          end
        end
      end
    end
  end
  redis.call('HSET', keys.run, 'cursor', fields[3], 'settledBelowCursor', fields[3])
end
redis.call('HSET', keys.run, 'state', 'paused')
redis.call('HDEL', keys.run, 'finished', 'reasonCode', 'reasonMessage', 'finishes')
return { 'moved', 'paused' }
