--[[
Makes a run the schedule's latest, if the one that the caller saw before still is. Of two ticks at one moment one begins its run.

KEYS[1] schedule  hash: run (id of the latest run), job (id of the control queue's job that began it)
ARGV[1] seen      latest run that the caller saw, '' for none
ARGV[2] run       id of the run to begin
ARGV[3] job       id of the job that begins it

Replies {'begun'}, {'already-begun'} when it is this job's run, or {'other', run, job} when another one is the latest.
]]
local latest = redis.call('HMGET', keys.schedule, 'run', 'job')
local run, job = latest[1] or '', latest[2] or ''
if run == args.run and job == args.job then
  return { 'already-begun' }
end
if run ~= args.seen then
  return { 'other', run, job }
end
redis.call('HSET', keys.schedule, 'run', args.run, 'job', args.job)
return { 'begun' }
