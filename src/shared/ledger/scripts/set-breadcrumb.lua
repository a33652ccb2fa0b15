--[[
Names the one image of a shard that its worker works on, so that the next attempt knows which image killed the process.

KEYS[1] attempts  hash
ARGV[1] shard     number
ARGV[2] token     of the attempt
ARGV[3] place     of the image in the shard
ARGV[4] key       of the image

Replies {'set'}, or {'superseded'} when the attempt is no longer the shard's: settled, handed back, or taken by another worker.
]]
local text = redis.call('HGET', KEYS[1], ARGV[1])
local attempt = text and cjson.decode(text)
if not attempt or attempt.token ~= ARGV[2] then
  return { 'superseded' }
end
attempt.place, attempt.key = ARGV[3], ARGV[4]
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(attempt))
return { 'set' }
