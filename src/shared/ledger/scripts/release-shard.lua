--[[
Hands a shard back unfinished, for a reason that is no crash. What is known of earlier crashes stays.

KEYS[1] attempts  hash
ARGV[1] shard     number
ARGV[2] token     of the attempt

Replies {'released'} or {'superseded'}, as `set-breadcrumb` does.
]]
local text = redis.call('HGET', KEYS[1], ARGV[1])
local attempt = text and cjson.decode(text)
if not attempt or attempt.token ~= ARGV[2] then
  return { 'superseded' }
end
if attempt.crashes == 0 then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  local kept = { crashes = attempt.crashes, suspects = attempt.suspects }
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(kept))
end
return { 'released' }
