--[[
Takes the breadcrumb back: no single image is worked on.

KEYS[1] attempts  hash
ARGV[1] shard     number
ARGV[2] token     of the attempt

Replies {'cleared'} or {'superseded'}, as `set-breadcrumb` does.
]]
local text = redis.call('HGET', KEYS[1], ARGV[1])
local attempt = text and cjson.decode(text)
if not attempt or attempt.token ~= ARGV[2] then
  return { 'superseded' }
end
attempt.place, attempt.key = nil, nil
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(attempt))
return { 'cleared' }
