--[[
`finishing` becomes `complete` once the merged output is stored. The counts become those of the stored records, which are what
users read; only the run's summary stays in Redis.

KEYS[1] run       hash
KEYS[2] images    bitmap
KEYS[3] shards    bitmap
KEYS[4] attempts  hash
KEYS[5] workers   hash
KEYS[6] codes     hash
KEYS[7] failures  list
ARGV[1] fence     of the finisher
ARGV[2] done
ARGV[3] quarantined
ARGV[4] labelled
ARGV[5] correct
ARGV[6] kept      length of the list of failures from now on
ARGV[7...] codes  for each code: code, quarantined images

Replies {'completed'}, {'already-complete'} to the same finisher, {'superseded'} when another took over, {'counts-differ',
expected, missing} when the counts with the missing images do not make up the plan, {'no-such-run'} or {'run-not-running', state}.
]]
-- @include server-time
local fields = redis.call('HMGET', keys.run, 'state', 'fence', 'expected', 'missing')
local state = fields[1]
if not state then
  return { 'no-such-run' }
end
if state ~= 'finishing' and state ~= 'complete' then
  return { 'run-not-running', state }
end
if fields[2] ~= args.fence then
  return { 'superseded' }
end
if state == 'complete' then
  return { 'already-complete' }
end
if args.done + args.quarantined + fields[4] ~= tonumber(fields[3]) then
  return { 'counts-differ', fields[3], fields[4] }
end
redis.call('HSET', keys.run, 'state', 'complete', 'finished', serverTime(),
  'done', args.done, 'quarantined', args.quarantined, 'labelled', args.labelled, 'correct', args.correct)
redis.call('HDEL', keys.run, 'finisher', 'leaseEnd', 'finishes')
redis.call('UNLINK', keys.images, keys.shards, keys.attempts, keys.workers, keys.codes)
for i = 1, #args.codes, 2 do
  redis.call('HSET', keys.codes, args.codes[i], args.codes[i + 1])
end
redis.call('LTRIM', keys.failures, 0, args.kept - 1)
return { 'completed' }
