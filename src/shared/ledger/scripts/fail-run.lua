--[[
Stops a run for a reason that other shards would meet too. The first reason stays; `resume-run` takes the run up again.

KEYS[1] run      hash
ARGV[1] code     stable identifier in kebab-case
ARGV[2] message  what happened and what to do

Replies {'moved', 'failed'}, {'already', 'failed'}, {'not-allowed', state} or {'no-such-run'}.
]]
-- @include server-time
local state = redis.call('HGET', keys.run, 'state')
if not state then
  return { 'no-such-run' }
end
if state == 'failed' then
  return { 'already', state }
end
if state == 'cancelled' or state == 'complete' then
  return { 'not-allowed', state }
end
redis.call('HSET', keys.run, 'state', 'failed', 'finished', serverTime(), 'reasonCode', args.code, 'reasonMessage', args.message)
return { 'moved', 'failed' }
