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
ARGV[2...5]       done, quarantined, labelled, correct
ARGV[6] kept      length of the list of failures from now on
ARGV[7...]        for each code: code, quarantined images

Replies {'completed'}, {'already-complete'} to the same finisher, {'superseded'} when another took over, {'counts-differ',
expected, missing} when the counts with the missing images do not make up the plan, {'no-such-run'} or {'run-not-running', state}.
]]
-- @include server-time
local fields = redis.call('HMGET', KEYS[1], 'state', 'fence', 'expected', 'missing')
local state = fields[1]
if not state then
  return { 'no-such-run' }
end
if state ~= 'finishing' and state ~= 'complete' then
  return { 'run-not-running', state }
end
if fields[2] ~= ARGV[1] then
  return { 'superseded' }
end
if state == 'complete' then
  return { 'already-complete' }
end
if ARGV[2] + ARGV[3] + fields[4] ~= tonumber(fields[3]) then
  return { 'counts-differ', fields[3], fields[4] }
end
redis.call('HSET', KEYS[1], 'state', 'complete', 'finished', serverTime(),
  'done', ARGV[2], 'quarantined', ARGV[3], 'labelled', ARGV[4], 'correct', ARGV[5])
redis.call('HDEL', KEYS[1], 'finisher', 'leaseEnd')
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
for i = 7, #ARGV, 2 do
  redis.call('HSET', KEYS[6], ARGV[i], ARGV[i + 1])
end
redis.call('LTRIM', KEYS[7], 0, ARGV[6] - 1)
return { 'completed' }
