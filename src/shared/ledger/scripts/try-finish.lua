--[[
`running` becomes `finishing` when every shard is settled and every image accounted for, and one caller becomes the finisher.
If it does not renew its lease, the next caller takes its place with a higher fence. Calling twice with one token is calling once. What
fails each time ends: after so many finishers there is none any more, until the run is taken up again.

KEYS[1] run       hash
ARGV[1] token     unique to this call
ARGV[2] lease     milliseconds
ARGV[3] attempts  how many finishers there may be

Replies {'finisher', fence, attempt}, {'too-often', attempts}, {'finishing-elsewhere', milliseconds left}, {'unfinished', totals...}, {'counts-differ', totals...}
when every shard is settled but done + quarantined + missing is not what was planned, {'already-complete'}, {'no-such-run'}
or {'run-not-running', state}.
]]
-- @include server-time
-- @include active-run
local fields = redis.call('HMGET', keys.run, 'state', 'finisher', 'leaseEnd', 'fence', 'settled', 'shards', 'expected', 'finishes')
local state = fields[1]
local now = serverTime()
if not state then
  return { 'no-such-run' }
end
if state == 'complete' then
  return { 'already-complete' }
end
if state == 'planning' then
  return totals(keys.run, { 'unfinished' })
end
if state == 'finishing' then
  if fields[2] == args.token then
    return { 'finisher', tonumber(fields[4]), tonumber(fields[8]) }
  end
  local left = fields[3] - now
  if left > 0 then
    return { 'finishing-elsewhere', left }
  end
elseif state ~= 'running' then
  return { 'run-not-running', state }
else
  if tonumber(fields[5]) < tonumber(fields[6]) then
    return totals(keys.run, { 'unfinished' })
  end
  local counts = redis.call('HMGET', keys.run, 'done', 'quarantined', 'missing')
  if counts[1] + counts[2] + counts[3] ~= tonumber(fields[7]) then
    return totals(keys.run, { 'counts-differ' })
  end
end
if tonumber(fields[8] or 0) >= tonumber(args.attempts) then
  return { 'too-often', tonumber(fields[8]) }
end
local attempt = redis.call('HINCRBY', keys.run, 'finishes', 1)
local fence = redis.call('HINCRBY', keys.run, 'fence', 1)
redis.call('HSET', keys.run, 'state', 'finishing', 'finisher', args.token, 'leaseEnd', now + args.lease)
return { 'finisher', fence, attempt }
