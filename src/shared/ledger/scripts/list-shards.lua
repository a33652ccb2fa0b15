--[[
Shards from `from` up to, but without, `to` that are not settled, or that were given up. Only reads.

KEYS[1] run      hash
KEYS[2] shards   bitmap of settled shards: committed or given up
KEYS[3] givenUp  bitmap
ARGV[1] which    `unsettled` or `given-up`
ARGV[2] from     number
ARGV[3] to       number

Replies {'shards', numbers...}, {'no-such-run'} or {'run-not-running', 'cancelled'}, which has no bitmaps any more.
]]
local state = redis.call('HGET', keys.run, 'state')
if not state then
  return { 'no-such-run' }
end
if state == 'cancelled' then
  return { 'run-not-running', state }
end
local reply = { 'shards' }
if state == 'complete' and args.which == 'unsettled' then
  return reply
end
local key, wanted = keys.shards, 0
if args.which == 'given-up' then
  key, wanted = keys.givenUp, 1
end
for shard = args.from, args.to - 1 do
  if redis.call('GETBIT', key, shard) == wanted then
    reply[#reply + 1] = shard
  end
end
return reply
