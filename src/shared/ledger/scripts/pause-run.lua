--[[
`planning` or `running` becomes `paused`: no shard is started any more, what is under way is still committed.

KEYS[1] run  hash

Replies {'moved', 'paused'}, {'already', 'paused'}, {'not-allowed', state} or {'no-such-run'}.
]]
local state = redis.call('HGET', keys.run, 'state')
if not state then
  return { 'no-such-run' }
end
if state == 'paused' then
  return { 'already', state }
end
if state ~= 'planning' and state ~= 'running' then
  return { 'not-allowed', state }
end
redis.call('HSET', keys.run, 'state', 'paused')
return { 'moved', 'paused' }
