--[[
Makes a run the schedule's latest, if the one that the caller saw before still is. Of two ticks at one moment one begins its run.

KEYS[1] schedule  hash: run (id of the latest run), job (id of the control queue's job that began it)
ARGV[1] seen      latest run that the caller saw, '' for none
ARGV[2] run       id of the run to begin
ARGV[3] job       id of the job that begins it

Replies {'begun'}, {'already-begun'} when it is this job's run, or {'other', run, job} when another one is the latest.
]]
local latest = redis.call('HMGET', KEYS[1], 'run', 'job')
local run, job = latest[1] or '', latest[2] or ''
if run == ARGV[2] and job == ARGV[3] then
  return { 'already-begun' }
end
if run ~= ARGV[1] then
  return { 'other', run, job }
end
redis.call('HSET', KEYS[1], 'run', ARGV[2], 'job', ARGV[3])
return { 'begun' }
