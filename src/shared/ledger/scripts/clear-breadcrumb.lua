--[[
Takes the breadcrumb back: no single image is worked on.

KEYS[1] attempts  hash
ARGV[1] shard     number
ARGV[2] token     of the attempt

Replies {'cleared'} or {'superseded'}, as `set-breadcrumb` does.
]]
local text = redis.call('HGET', keys.attempts, args.shard)
local attempt = text and cjson.decode(text)
if not attempt or attempt.token ~= args.token then
  return { 'superseded' }
end
attempt.place, attempt.key = nil, nil
redis.call('HSET', keys.attempts, args.shard, cjson.encode(attempt))
return { 'cleared' }
