--[[
`paused` or `failed` becomes `running`, or `planning` when planning has not ended; a failure's reason is dropped, and its ending is tried anew.

KEYS[1] run  hash

Replies {'moved', state}, {'already', state}, {'not-allowed', state} or {'no-such-run'}.
]]
local fields = redis.call('HMGET', keys.run, 'state', 'expected')
local state = fields[1]
if not state then
  return { 'no-such-run' }
end
if state == 'planning' or state == 'running' then
  return { 'already', state }
end
if state ~= 'paused' and state ~= 'failed' then
  return { 'not-allowed', state }
end
local nextState = fields[2] and 'running' or 'planning'
redis.call('HSET', keys.run, 'state', nextState)
redis.call('HDEL', keys.run, 'finished', 'reasonCode', 'reasonMessage', 'finishes')
return { 'moved', nextState }
