-- Counts `images` for a worker at the server's time `now` (milliseconds) in the hash `key`, which holds one JSON value per
-- worker: {images, first, seen, counts}. `counts` has the images of each slot of 10 s, kept for the latest 12 slots; the reader
-- makes a rate of them. At most 1,024 workers are kept: a new one takes the place of the one that was not seen for longest.
local slotLength, slotsKept, workersKept = 10000, 12, 1024

local function dropOldestWorker(key)
  local oldest, oldestSeen
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    local seen = cjson.decode(all[i + 1]).seen
    if not oldestSeen or seen < oldestSeen then
      oldest, oldestSeen = all[i], seen
    end
  end
  redis.call('HDEL', key, oldest)
end

local function countForWorker(key, worker, images, now)
  local text = redis.call('HGET', key, worker)
  local entry
  if text then
    entry = cjson.decode(text)
  else
    if redis.call('HLEN', key) >= workersKept then
      dropOldestWorker(key)
    end
    entry = { images = 0, first = now, counts = {} }
  end
  local slot = math.floor(now / slotLength)
  local counts = {}
  for name, count in pairs(entry.counts) do
    if tonumber(name) > slot - slotsKept then
      counts[name] = count
    end
  end
  if images > 0 then
    local name = tostring(slot)
    counts[name] = (counts[name] or 0) + images
  end
  entry.counts = counts
  entry.images = entry.images + images
  entry.seen = now
  redis.call('HSET', key, worker, cjson.encode(entry))
end
