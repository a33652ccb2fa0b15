--[[
Says that a worker of the run is alive while it has nothing to commit.

KEYS[1] run      hash
KEYS[2] workers  hash
ARGV[1] worker   name
ARGV[2] delay    longest time that its event loop was held up, in milliseconds
ARGV[3] provider  execution provider with which it explains, or ''

Replies {'counted'}, {'no-such-run'} or {'run-not-running', state}.
]]
-- @include server-time
-- @include worker-window
-- @include active-run
local refusal = activeRun(keys.run)
if refusal then
  return refusal
end
countForWorker(keys.workers, args.worker, 0, serverTime())
local delay = tonumber(args.delay)
if delay > 0 or args.provider ~= '' then
  local entry = cjson.decode(redis.call('HGET', keys.workers, args.worker))
  if delay > 0 then
    entry.delay = math.max(entry.delay or 0, delay)
  end
  if args.provider ~= '' then
    entry.provider = args.provider
  end
  redis.call('HSET', keys.workers, args.worker, cjson.encode(entry))
end
return { 'counted' }
