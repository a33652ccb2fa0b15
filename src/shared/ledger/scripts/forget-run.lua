--[[
Deletes all of a run that has ended.

KEYS[1] run  hash
KEYS[2...]   the run's other keys

Replies {'forgotten'}, {'not-allowed', state} or {'no-such-run'}.
]]
local state = redis.call('HGET', KEYS[1], 'state')
if not state then
  return { 'no-such-run' }
end
if state ~= 'complete' and state ~= 'cancelled' and state ~= 'failed' then
  return { 'not-allowed', state }
end
redis.call('UNLINK', unpack(KEYS))
return { 'forgotten' }
