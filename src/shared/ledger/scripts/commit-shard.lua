--[[
Counts the images of a shard whose scores part is stored. The first commit of an image counts; a further one changes nothing,
whatever it says. A shard that was given up before is counted after all.

KEYS[1] run          hash
KEYS[2] images       bitmap, bit shard * shardSize + place
KEYS[3] shards       bitmap of settled shards: committed or given up
KEYS[4] givenUp      bitmap
KEYS[5] codes        hash of quarantined images by code, at most 64 codes and `other`
KEYS[6] failures     list, newest first
KEYS[7] attempts     hash
KEYS[8] workers      hash
ARGV[1] shard        number
ARGV[2] outcomes     a letter per image in the shard's order: `d` done, `c` done and correct, `w` done and wrong, `q` quarantined
ARGV[3] worker       whom to count the images for, or '' for a shard that is only restored
ARGV[4] kept         length of the list of failures
ARGV[5...] failures  for each quarantined image: place in the shard, code, entry for the list

Replies {'committed', totals...}, {'already-committed', totals...}, {'not-in-plan'}, {'no-such-run'} or
{'run-not-running', state}.
]]
-- @include server-time
-- @include worker-window
-- @include active-run
local refusal, run = activeRun(keys.run)
if refusal then
  -- A run that is being finished still has its bitmaps.
  if refusal[2] == 'finishing' and redis.call('GETBIT', keys.shards, args.shard) == 1
    and redis.call('GETBIT', keys.givenUp, args.shard) == 0 then
    return totals(keys.run, { 'already-committed' })
  end
  return refusal
end
local shard, outcomes = tonumber(args.shard), args.outcomes
if not fitsPlan(run, shard, #outcomes) then
  return { 'not-in-plan' }
end
if redis.call('GETBIT', keys.shards, shard) == 0 then
  redis.call('SETBIT', keys.shards, shard, 1)
  redis.call('HINCRBY', keys.run, 'settled', 1)
  if shard < run.cursor then
    redis.call('HINCRBY', keys.run, 'settledBelowCursor', 1)
  end
elseif redis.call('GETBIT', keys.givenUp, shard) == 1 then
  redis.call('SETBIT', keys.givenUp, shard, 0)
  redis.call('HINCRBY', keys.run, 'givenUp', -1)
  redis.call('HINCRBY', keys.run, 'missing', -#outcomes)
else
  return totals(keys.run, { 'already-committed' })
end

-- One command sets all the images' bits and replies what they were, in words of up to 32 bits with the first image highest. Of 70
-- images, the first at bit b:
--
--     places   0 ........... 31   32 .......... 63   64 .... 69
--     set      u32 at b           u32 at b + 32      u6 at b + 64     to 2^32 - 1, 2^32 - 1, 2^6 - 1
--     before   [1]                [2]                [3]              what BITFIELD replies
--
-- A place's bit in its word: 2^(width - 1 - place % 32), so place 0 is worth 2^31 and place 69 is worth 1.
local words = {}
for place = 0, #outcomes - 1, 32 do
  local width = math.min(32, #outcomes - place)
  for _, word in ipairs({ 'SET', 'u' .. width, shard * run.shardSize + place, 2 ^ width - 1 }) do
    words[#words + 1] = word
  end
end
local before = redis.call('BITFIELD', keys.images, unpack(words))

local counted, tally = {}, { d = 0, c = 0, w = 0, q = 0 }
local sum = 0
for place = 0, #outcomes - 1 do
  local word, width = math.floor(place / 32), math.min(32, #outcomes - place + place % 32)
  local bit = math.floor(before[word + 1] / 2 ^ (width - 1 - place % 32)) % 2
  if bit == 0 then
    local outcome = string.sub(outcomes, place + 1, place + 1)
    tally[outcome] = tally[outcome] + 1
    if outcome == 'q' then
      counted[tostring(place)] = true
    end
    sum = sum + 1
  end
end
local function add(field, images)
  if images > 0 then
    redis.call('HINCRBY', keys.run, field, images)
  end
end
add('done', tally.d + tally.c + tally.w)
add('quarantined', tally.q)
add('labelled', tally.c + tally.w)
add('correct', tally.c)

local failures = args.failures
for i = 1, #failures, 3 do
  if counted[failures[i]] then
    local code = failures[i + 1]
    if redis.call('HEXISTS', keys.codes, code) == 0 and redis.call('HLEN', keys.codes) >= 64 then
      code = 'other'
    end
    redis.call('HINCRBY', keys.codes, code, 1)
    redis.call('LPUSH', keys.failures, failures[i + 2])
  end
end
if #failures > 0 then
  redis.call('LTRIM', keys.failures, 0, args.kept - 1)
end
redis.call('HDEL', keys.attempts, shard)
if args.worker ~= '' then
  countForWorker(keys.workers, args.worker, sum, serverTime())
end
return totals(keys.run, { 'committed' })
