-- Why work of the run cannot be taken down in the hash `key`, as the reply to give, or nil when it can: then the second value
-- has the fields shardSize, expected, shards and cursor, with nil for what planning has not set yet.
local function activeRun(key)
  local fields = redis.call('HMGET', key, 'state', 'shardSize', 'expected', 'shards', 'cursor')
  local state = fields[1]
  if not state then
    return { 'no-such-run' }
  end
  if state ~= 'planning' and state ~= 'running' and state ~= 'paused' then
    return { 'run-not-running', state }
  end
  return nil, {
    shardSize = tonumber(fields[2]),
    expected = tonumber(fields[3] or nil),
    shards = tonumber(fields[4] or nil),
    cursor = tonumber(fields[5]),
  }
end

-- Whether a shard of `count` images has its place in the plan. Every shard but the last is full.
local function fitsPlan(run, shard, count)
  if count < 1 or count > run.shardSize then
    return false
  end
  if not run.expected then
    return true
  end
  return shard < run.shards and count == math.min(run.shardSize, run.expected - shard * run.shardSize)
end

-- The numbers that go with the reply to a settled shard: settled and planned shards, then images; -1 before planning has ended.
local function totals(key, reply)
  local fields = redis.call('HMGET', key, 'settled', 'shards', 'expected', 'done', 'quarantined', 'labelled', 'correct', 'missing')
  for _, value in ipairs({ fields[1], fields[2] or '-1', fields[3] or '-1', fields[4], fields[5], fields[6], fields[7], fields[8] }) do
    reply[#reply + 1] = value
  end
  return reply
end
