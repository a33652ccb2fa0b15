-- The server's time in milliseconds: one clock for the whole fleet.
local function serverTime()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
