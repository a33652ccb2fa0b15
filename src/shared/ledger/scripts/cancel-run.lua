--[[
Ends a run for good; its counts stay, its bitmaps, breadcrumbs and workers go. A run that is being finished is too late to cancel.

KEYS[1] run       hash
KEYS[2] images    bitmap
KEYS[3] shards    bitmap
KEYS[4] givenUp   bitmap
KEYS[5] attempts  hash
KEYS[6] workers   hash

Replies {'moved', 'cancelled'}, {'already', 'cancelled'}, {'not-allowed', state} or {'no-such-run'}.
]]
-- @include server-time
local state = redis.call('HGET', keys.run, 'state')
if not state then
  return { 'no-such-run' }
end
if state == 'cancelled' then
  return { 'already', state }
end
if state == 'finishing' or state == 'complete' then
  return { 'not-allowed', state }
end
redis.call('HSET', keys.run, 'state', 'cancelled', 'finished', serverTime())
redis.call('UNLINK', keys.images, keys.shards, keys.givenUp, keys.attempts, keys.workers)
return { 'moved', 'cancelled' }
