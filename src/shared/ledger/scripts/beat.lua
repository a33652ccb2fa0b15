--[[
Says that a worker of the run is alive while it has nothing to commit.

KEYS[1] run      hash
KEYS[2] workers  hash
ARGV[1] worker   name
ARGV[2] delay    longest time that its event loop was held up, in milliseconds

Replies {'counted'}, {'no-such-run'} or {'run-not-running', state}.
]]
-- @include server-time
-- @include worker-window
-- @include active-run
local refusal = activeRun(KEYS[1])
if refusal then
  return refusal
end
countForWorker(KEYS[2], ARGV[1], 0, serverTime())
local delay = tonumber(ARGV[2])
if delay > 0 then
  local entry = cjson.decode(redis.call('HGET', KEYS[2], ARGV[1]))
  entry.delay = math.max(entry.delay or 0, delay)
  redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(entry))
end
return { 'counted' }
