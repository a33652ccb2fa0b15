--[[
Hands a shard back unfinished, for a reason that is no crash. What is known of earlier crashes stays.

KEYS[1] attempts  hash
ARGV[1] shard     number
ARGV[2] token     of the attempt

Replies {'released'} or {'superseded'}, as `set-breadcrumb` does.
]]
local text = redis.call('HGET', keys.attempts, args.shard)
local attempt = text and cjson.decode(text)
if not attempt or attempt.token ~= args.token then
  return { 'superseded' }
end
if attempt.crashes == 0 then
  redis.call('HDEL', keys.attempts, args.shard)
else
  local kept = { crashes = attempt.crashes, suspects = attempt.suspects }
  redis.call('HSET', keys.attempts, args.shard, cjson.encode(kept))
end
return { 'released' }
