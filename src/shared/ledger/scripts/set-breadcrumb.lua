--[[
Names the one image of a shard that its worker works on, so that the next attempt knows which image killed the process.

KEYS[1] attempts  hash
ARGV[1] shard     number
ARGV[2] token     of the attempt
ARGV[3] place     of the image in the shard
ARGV[4] key       of the image

Replies {'set'}, or {'superseded'} when the attempt is no longer the shard's: settled, handed back, or taken by another worker.
]]
local text = redis.call('HGET', keys.attempts, args.shard)
local attempt = text and cjson.decode(text)
if not attempt or attempt.token ~= args.token then
  return { 'superseded' }
end
attempt.place, attempt.key = args.place, args.key
redis.call('HSET', keys.attempts, args.shard, cjson.encode(attempt))
return { 'set' }
