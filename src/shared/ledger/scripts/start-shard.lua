--[[
Takes down that a worker begins a shard. Finding an attempt that was neither committed nor handed back means that its process
died: that counts as a crash of the shard, and of the image in its breadcrumb. Starting twice with one token is starting once.

KEYS[1] run       hash
KEYS[2] shards    bitmap of settled shards: committed or given up
KEYS[3] givenUp   bitmap
KEYS[4] attempts  hash: shard -> JSON {token, worker, since, place, key, crashes, suspects}
ARGV[1] shard     number
ARGV[2] token     unique to this attempt
ARGV[3] worker    name

Replies {'started', crashes, suspects as JSON: {"<place>": {key, crashes}}}, {'already-committed'}, {'given-up'},
{'not-in-plan'}, {'no-such-run'} or {'run-not-running', state}.
]]
-- @include server-time
-- @include active-run
local refusal, run = activeRun(keys.run)
if refusal then
  return refusal
end
local state = redis.call('HGET', keys.run, 'state')
if state == 'paused' then
  return { 'run-not-running', state }
end
if run.shards and tonumber(args.shard) >= run.shards then
  return { 'not-in-plan' }
end
if redis.call('GETBIT', keys.shards, args.shard) == 1 then
  return { redis.call('GETBIT', keys.givenUp, args.shard) == 1 and 'given-up' or 'already-committed' }
end
local text = redis.call('HGET', keys.attempts, args.shard)
local attempt = text and cjson.decode(text) or { crashes = 0, suspects = {} }
if attempt.token ~= args.token then
  if attempt.token then
    attempt.crashes = attempt.crashes + 1
    redis.call('HINCRBY', keys.run, 'crashes', 1)
    if attempt.place then
      local suspect = attempt.suspects[attempt.place] or { crashes = 0 }
      attempt.suspects[attempt.place] = { key = attempt.key, crashes = suspect.crashes + 1 }
    end
  end
  attempt.token, attempt.worker, attempt.since = args.token, args.worker, serverTime()
  attempt.place, attempt.key = nil, nil
  redis.call('HSET', keys.attempts, args.shard, cjson.encode(attempt))
end
return { 'started', attempt.crashes, cjson.encode(attempt.suspects) }
