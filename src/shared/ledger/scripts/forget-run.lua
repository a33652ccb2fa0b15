--[[
Deletes all of a run that has ended.

KEYS[1] run       hash
KEYS[2] images    bitmap
KEYS[3] shards    bitmap
KEYS[4] givenUp   bitmap
KEYS[5] codes     hash
KEYS[6] failures  list
KEYS[7] attempts  hash
KEYS[8] workers   hash

Replies {'forgotten'}, {'not-allowed', state} or {'no-such-run'}.
]]
local state = redis.call('HGET', keys.run, 'state')
if not state then
  return { 'no-such-run' }
end
if state ~= 'complete' and state ~= 'cancelled' and state ~= 'failed' then
  return { 'not-allowed', state }
end
redis.call('UNLINK', keys.run, keys.images, keys.shards, keys.givenUp, keys.codes, keys.failures, keys.attempts,
  keys.workers)
return { 'forgotten' }
