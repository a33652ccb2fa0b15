import { hostname } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { exitCode } from './exit-code.ts';
import { addRedisOption, redisAddress } from './redis-option.ts';
import { wholeNumber } from './whole-number.ts';
import type { WorkerLog } from './worker-log.ts';

const notes = `
One worker uses one device: start one for each GPU. Workers come and go at any time. Each starts the runs of gradline schedule
when they are due, except with --until-empty.

On SIGTERM or Ctrl-C it takes no more shards, finishes the images at hand, hands the rest back and ends within the
deadline; a second signal ends it at once. Give a container a longer grace period than the deadline.

Exit codes: 0 told to stop, or no run has work; 2 usage or configuration; 3 it could not go on.

Example:
  gradline worker --redis redis://queue:6379 --provider cuda --device 0
`;

interface WorkerFlags {
  redis?: string;
  name?: string;
  concurrency: number;
  provider: string;
  device?: number;
  providerFallback?: boolean;
  threads?: number;
  modelCache?: string;
  maxFailures?: string;
  crashLimit: number;
  drainDeadline: number;
  lockDuration: number;
  untilEmpty?: boolean;
  json?: boolean;
  quiet?: boolean;
}

const naturalNumber = wholeNumber('It must be a whole number, 0 or more.', 0);
const positiveInteger = wholeNumber('It must be a whole number, 1 or more.', 1);

export function addWorkerCommand(program: Command): void {
  const command = program
    .command('worker')
    .summary('take shards of queued runs and explain them')
    .description('Takes shards of queued runs and explains them, beside any number of other workers.');
  addRedisOption(command)
    .option('--name <name>', 'name in status and watch (default: host name and process id)')
    .option('--concurrency <n>', 'shards under way at once', positiveInteger, 4)
    .option(
      '--max-failures <limit>',
      'stop a run when more images fail: a number, or a share such as 5% (default: as the run says)',
    )
    .option('--until-empty', 'end when no run has work')
    .optionsGroup('Device:')
    .option('--provider <name>', 'ONNX Runtime execution provider: cpu, cuda, tensorrt, webgpu, ...', 'cpu')
    .option('--device <index>', 'which GPU', naturalNumber)
    .option('--provider-fallback', 'use the CPU where the provider cannot start')
    .option('--threads <n>', 'threads inside one operator (default: as the run says)', positiveInteger)
    .option('--model-cache <folder>', 'where models from buckets are kept (default: ~/.cache/gradline/models)')
    .optionsGroup('Failures and ends:')
    .option('--crash-limit <n>', 'crashes over one image before it is quarantined', positiveInteger, 2)
    .option('--drain-deadline <seconds>', 'time to end in when told to stop', seconds, 25)
    .option(
      '--lock-duration <seconds>',
      'silence after which another worker takes a shard over; the same for all workers',
      seconds,
      30,
    )
    .optionsGroup('Terminal:')
    .option('--json', 'print events as JSON lines')
    .option('--quiet', 'print nothing but warnings and errors')
    .addHelpText('after', notes)
    .action(workerAction);
}

async function workerAction(flags: WorkerFlags): Promise<void> {
  const [{ runWorker }, { defaultModelCache }, { parseMaxFailures }, { createWorkerLog }, report] = await Promise.all([
    import('../worker/fleet/fleet-worker.ts'),
    import('../worker/fleet/model-cache.ts'),
    import('../shared/run/max-failures.ts'),
    import('./worker-log.ts'),
    import('../report/close-with-report.ts'),
  ]);
  const log = createWorkerLog(flags.json ? 'json' : flags.quiet ? 'quiet' : 'lines', process.stdout);
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(exitCode.interrupted);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const schedules = flags.untilEmpty ? null : attendSchedules(flags, log, stop.signal);
  try {
    const summary = await runWorker(
      {
        redis: redisAddress(flags),
        name: flags.name ?? `${hostname()}-${process.pid}`,
        concurrency: flags.concurrency,
        provider: { name: flags.provider, device: flags.device ?? null, fallback: flags.providerFallback ?? false },
        threads: flags.threads ?? null,
        modelCache: flags.modelCache ?? defaultModelCache(),
        maxFailures: flags.maxFailures === undefined ? null : parseMaxFailures(flags.maxFailures),
        crashLimit: flags.crashLimit,
        drainDeadline: flags.drainDeadline * 1000,
        lockDuration: flags.lockDuration * 1000,
        untilEmpty: flags.untilEmpty ?? false,
      },
      log,
      stop.signal,
      { closing: report.closeWithReport },
    );
    await schedules;
    log.end(summary);
    // What has not ended by now, such as a batch in native code, is not waited for.
    process.exit(exitCode.done);
  } finally {
    // Also where the worker could not start.
    stop.abort();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Runs of schedules are started by any worker, so that no further process is needed. */
async function attendSchedules(flags: WorkerFlags, log: WorkerLog, signal: AbortSignal): Promise<void> {
  const { serveSchedules } = await import('../control/schedule/serve.ts');
  const options = { check: false, deadline: flags.drainDeadline * 1000 };
  try {
    await serveSchedules(redisAddress(flags), (message) => log.onSchedule(message), signal, options);
  } catch (error) {
    log.onWarning(`Schedules are not attended to: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0)) throw new InvalidArgumentError('It must be a number of seconds above 0.');
  return value;
}
