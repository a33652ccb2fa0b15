import type { Command } from 'commander';
import { addLogOptions, type LogOption, logEntry, logsJson } from './log-entry.ts';
import { addMetricsOption, type MetricsOption, metricsAddress } from './metrics-option.ts';
import { packageFacts } from './package-facts.ts';
import { addRedisOption, type RedisOption, redisAddress, withRedis } from './redis-option.ts';
import { toldToStop } from './stop-signals.ts';

const notes = `
Each run has the schedule's name and the date as its id (nightly-2026-11-25; with the time where the schedule is due more than
once a day) and writes into a folder of that name below the output of the configuration. Any gradline worker starts it.

Examples:
  gradline schedule add nightly --cron "0 2 * * *" --tz Europe/Berlin -c gradline.yaml
  gradline schedule add weekly --cron "0 3 * * 1" --overlap wait --missed skip -c gradline.yaml
`;

export function addScheduleCommand(program: Command): void {
  const command = program.command('schedule').description('Starts runs at set times: every night, every Monday.');
  const add = command
    .command('add')
    .summary('start a run at set times')
    .description('Keeps a configuration in Redis and starts a run with it whenever the cron expression comes true.')
    .argument('<name>', 'what its runs are called')
    .requiredOption('--cron <expression>', 'minute hour day month weekday; with seconds first where there are six')
    .requiredOption('-c, --config <file>', 'the settings of its runs, as for gradline enqueue')
    .option('--tz <zone>', 'time zone of the cron expression, such as Europe/Berlin', 'UTC')
    .option('--missed <way>', 'no worker at the time: catch-up (once, when there is one) or skip', 'catch-up')
    .option('--overlap <way>', 'its last run still goes: skip this time, or wait for its end', 'skip')
    .option('--grace <minutes>', 'how late a start may be before it counts as missed', '10')
    .option('--replace', 'replace a schedule of that name');
  addRedisOption(add).addHelpText('after', notes).action(addAction);
  const list = command
    .command('list')
    .description('Lists the schedules, when they are due, and what became of the latest run.')
    .option('--json', 'print all of it as JSON, with what became of each time');
  addRedisOption(list).action(listAction);
  const remove = command
    .command('remove')
    .description('Removes a schedule. A run that it began goes on.')
    .argument('<name>', 'the schedule');
  addRedisOption(remove).action(removeAction);
  const serve = command
    .command('serve')
    .summary('start the runs without being a worker')
    .description(
      'Starts the runs of all schedules, as every gradline worker does, on a machine that explains no images; puts shards of dead workers back into the queue; with --metrics, says what the fleet has to do, also where no worker is.',
    );
  addLogOptions(addMetricsOption(addRedisOption(serve))).action(serveAction);
}

interface AddOptions extends RedisOption {
  cron: string;
  config: string;
  tz: string;
  missed: string;
  overlap: string;
  grace: string;
  replace?: boolean;
}

async function addAction(name: string, options: AddOptions): Promise<void> {
  const [{ readConfiguration }, { absoluteLocations }, { addSchedule }, { localPlaces }, { choiceOf, minutesOf }] =
    await Promise.all([
      import('../shared/run/read-configuration.ts'),
      import('../producer/fleet-run.ts'),
      import('../control/schedule/edit-schedules.ts'),
      import('../control/schedule/schedule.ts'),
      import('./option-values.ts'),
    ]);
  const schedule = {
    name,
    cron: options.cron,
    timeZone: options.tz,
    missed: choiceOf('--missed', options.missed, ['catch-up', 'skip'] as const),
    overlap: choiceOf('--overlap', options.overlap, ['skip', 'wait'] as const),
    grace: minutesOf('--grace', options.grace) * 60,
    configuration: await readConfiguration({}, options.config),
  };
  await withRedis(options, async (redis) => {
    const next = await addSchedule(redis, schedule, options.replace);
    const local = localPlaces(absoluteLocations(schedule.configuration));
    if (local.length > 0) {
      process.stderr.write(
        `Warning: ${local.join(', ')} must be there on every worker that starts or explains the runs. s3:// addresses always are.\n`,
      );
    }
    process.stdout.write(`Schedule ${name} is due next at ${next.toISOString()}.\n`);
  });
}

async function listAction(options: RedisOption & { json?: boolean }): Promise<void> {
  await withRedis(options, async (redis) => {
    const [{ listSchedules }, { scheduleTable }] = await Promise.all([
      import('../control/schedule/edit-schedules.ts'),
      import('./schedule-text.ts'),
    ]);
    const schedules = await listSchedules(redis);
    process.stdout.write(options.json ? `${JSON.stringify(schedules, null, 2)}\n` : scheduleTable(schedules));
  });
}

async function removeAction(name: string, options: RedisOption): Promise<void> {
  await withRedis(options, async (redis) => {
    const { removeSchedule } = await import('../control/schedule/edit-schedules.ts');
    await removeSchedule(redis, name);
    process.stdout.write(`Schedule ${name} is removed.\n`);
  });
}

async function serveAction(options: RedisOption & MetricsOption & LogOption): Promise<void> {
  const [{ serveFleet }, metrics] = await Promise.all([import('../control/serve-fleet.ts'), metricsAddress(options)]);
  const stop = new AbortController();
  void toldToStop().then(() => stop.abort());
  const say = (message: string): void => {
    if (logsJson(options)) process.stdout.write(logEntry('notice', { message }));
    else process.stderr.write(`${message}\n`);
  };
  say('Attending to the schedules. Ctrl-C ends it.');
  const { version } = packageFacts();
  await serveFleet(redisAddress(options), { metrics, version }, say, stop.signal);
}
