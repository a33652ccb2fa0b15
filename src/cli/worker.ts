import { hostname } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Precision, precisions } from '../explain/options.ts';
import type { ListenAddress } from '../shared/metrics/listen-address.ts';
import type { Traces } from '../shared/traces/traces.ts';
import type { WorkerHealth } from '../worker/fleet/worker-health.ts';
import type { WorkerWatch } from '../worker/fleet/worker-watch.ts';
import type { Provider } from '../worker/pipeline/provider.ts';
import { exitCode } from './exit-code.ts';
import { addLogOptions, type LogOption, logsJson } from './log-entry.ts';
import { addMetricsOption, type MetricsOption, metricsAddress } from './metrics-option.ts';
import { packageFacts } from './package-facts.ts';
import { addRedisOption, redisAddress } from './redis-option.ts';
import { onStopSignal } from './stop-signals.ts';
import { readWholeNumber, wholeNumber } from './whole-number.ts';
import type { WorkerLog } from './worker-log.ts';

const notes = `
One worker uses one device, or with --devices several: one session for each. Workers come and go at any time. Each starts the runs
of gradline schedule when they are due, except with --until-empty.

On SIGTERM or Ctrl-C it takes no more shards, finishes the images at hand, hands the rest back and ends within the
deadline; a second signal ends it at once. Give a container a longer grace period than the deadline.

Exit codes: 0 told to stop, or no run has work; 2 usage or configuration; 3 it could not go on.

Example:
  gradline worker --redis redis://queue:6379 --devices all
`;

interface WorkerFlags extends MetricsOption, LogOption {
  redis?: string;
  name?: string;
  concurrency?: number;
  provider: string;
  device?: number;
  devices?: 'all' | number[];
  providerFallback?: boolean;
  precision?: Precision;
  threads?: number;
  pixelThreads?: number;
  modelCache?: string;
  maxFailures?: string;
  crashLimit: number;
  drainDeadline: number;
  stuckAfter?: number;
  lockDuration: number;
  untilEmpty?: boolean;
  quiet?: boolean;
}

const naturalNumber = wholeNumber('It must be a whole number, 0 or more.', 0);
const positiveInteger = wholeNumber('It must be a whole number, 1 or more.', 1);

export function addWorkerCommand(program: Command): void {
  const command = program
    .command('worker')
    .summary('take shards of queued runs and explain them')
    .description('Takes shards of queued runs and explains them, beside any number of other workers.');
  addMetricsOption(addRedisOption(command))
    .option('--name <name>', 'name in status and watch (default: host name and process id)')
    .option('--concurrency <n>', 'shards under way at once (default: 4 for each device)', positiveInteger)
    .option(
      '--max-failures <limit>',
      'stop a run when more images fail: a number, or a share such as 5% (default: as the run says)',
    )
    .option('--until-empty', 'end when no run has work')
    .optionsGroup('Device:')
    .option(
      '--provider <name>',
      'ONNX Runtime execution provider: cpu, cuda, tensorrt, webgpu, ..., or auto: cuda where it works, else cpu',
      'auto',
    )
    .option('--device <index>', 'which GPU', naturalNumber)
    .addOption(new Option('--devices <list>', 'several GPUs: 0,1 or all').argParser(deviceList).conflicts('device'))
    .option('--provider-fallback', 'use the CPU where the provider cannot start')
    .addOption(
      new Option(
        '--precision <name>',
        'take only runs that are computed in these numbers (default: float32 and, on a GPU, float16)',
      ).choices(precisions),
    )
    .option('--threads <n>', 'threads inside one operator (default: as the run says)', positiveInteger)
    .option('--pixel-threads <n>', 'threads that decode, draw and store images (default: one a core)', positiveInteger)
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
    .option(
      '--stuck-after <seconds>',
      'silence of a session at work after which /livez says so (default: 900)',
      seconds,
    )
    .optionsGroup('Terminal:');
  addLogOptions(command)
    .option('--quiet', 'print nothing but warnings and errors')
    .addHelpText('after', notes)
    .action(workerAction);
}

async function workerAction(flags: WorkerFlags): Promise<void> {
  const [{ openProvider }, { takenPrecisions }, { createWorkerLog }] = await Promise.all([
    import('../worker/pipeline/provider.ts'),
    import('../worker/fleet/run-precision.ts'),
    import('./worker-log.ts'),
  ]);
  const address = await metricsAddress(flags);
  const log = createWorkerLog(logsJson(flags) ? 'json' : flags.quiet ? 'quiet' : 'lines', process.stdout);
  const stop = new AbortController();
  let health: WorkerHealth | null = null;
  let gaveUpNothing = false;
  const release = onStopSignal(() => {
    // What was told before it had begun takes no shard, so it may be told again: a busy process hears all at once what it was sent meanwhile.
    if (stop.signal.aborted) process.exit(gaveUpNothing ? exitCode.done : exitCode.interrupted);
    gaveUpNothing = health?.hasBegun !== true;
    stop.abort();
  });
  try {
    // Before anything is loaded or waits for Redis: a worker whose provider cannot start ends at once.
    const { provider: name, device, devices = device === undefined ? null : [device], precision } = flags;
    const provider = await openProvider({ name, devices, fallback: flags.providerFallback ?? false, precision });
    const taken = takenPrecisions(provider.name, precision);
    log.onProvider(provider, taken);
    const [{ runWorker }, { WorkerHealth }, { openTraces }, { defaultModelCache }, { parseMaxFailures }, report] =
      await Promise.all([
        import('../worker/fleet/fleet-worker.ts'),
        import('../worker/fleet/worker-health.ts'),
        import('../shared/traces/traces.ts'),
        import('../worker/pipeline/model/model-cache.ts'),
        import('../shared/run/max-failures.ts'),
        import('../report/close-with-report.ts'),
      ]);
    health = new WorkerHealth(flags.stuckAfter);
    await using served = address === null ? null : await serveMetrics(address, provider, health);
    const traces = await openTraces('worker', packageFacts().version);
    const schedules = flags.untilEmpty ? null : attendSchedules(flags, log, stop.signal, traces);
    const summary = await runWorker(
      {
        redis: redisAddress(flags),
        name: flags.name ?? `${hostname()}-${process.pid}`,
        concurrency: flags.concurrency ?? 4 * Math.max(1, provider.devices.length),
        provider,
        precisions: taken,
        threads: flags.threads ?? null,
        pixelThreads: flags.pixelThreads ?? null,
        modelCache: flags.modelCache ?? defaultModelCache(),
        maxFailures: flags.maxFailures === undefined ? null : parseMaxFailures(flags.maxFailures),
        crashLimit: flags.crashLimit,
        drainDeadline: flags.drainDeadline * 1000,
        lockDuration: flags.lockDuration * 1000,
        untilEmpty: flags.untilEmpty ?? false,
      },
      log,
      stop.signal,
      { closing: report.closeWithReport, health, watch: served?.watch ?? null, traces },
    );
    await schedules;
    log.end(summary);
    await traces?.[Symbol.asyncDispose]();
    // What has not ended by now, such as a batch in native code, is not waited for.
    process.exit(exitCode.done);
  } finally {
    // Also where the worker could not start.
    stop.abort();
    release();
  }
}

interface ServedMetrics extends AsyncDisposable {
  watch: WorkerWatch;
}

async function serveMetrics(address: ListenAddress, provider: Provider, health: WorkerHealth): Promise<ServedMetrics> {
  const [{ startMetricsServer }, { openRegistry }, { WorkerMetrics }] = await Promise.all([
    import('../shared/metrics/metrics-server.ts'),
    import('../shared/metrics/registry.ts'),
    import('../worker/fleet/worker-metrics.ts'),
  ]);
  const registry = openRegistry('worker', packageFacts().version);
  const watch = new WorkerMetrics(registry, provider, health);
  const server = await startMetricsServer(address, {
    registry,
    beforeScrape: () => watch.update(),
    live: () => health.notLive(),
    ready: () => health.notReady(),
  });
  return { watch, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Runs of schedules are started by any worker, so that no further process is needed. */
async function attendSchedules(
  flags: WorkerFlags,
  log: WorkerLog,
  signal: AbortSignal,
  traces: Traces | null,
): Promise<void> {
  const { serveSchedules } = await import('../control/schedule/serve.ts');
  const options = { check: false, deadline: flags.drainDeadline * 1000, traces };
  try {
    await serveSchedules(redisAddress(flags), (message) => log.onSchedule(message), signal, options);
  } catch (error) {
    log.onWarning(`Schedules are not attended to: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function deviceList(text: string): 'all' | number[] {
  if (text === 'all') return text;
  const devices = text.split(',').map((part) => readWholeNumber(part, 0));
  const given = devices.filter((device) => device !== null);
  if (given.length === devices.length && new Set(given).size === given.length) return given;
  throw new InvalidArgumentError('It must be all, or different whole numbers such as 0,1.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0)) throw new InvalidArgumentError('It must be a number of seconds above 0.');
  return value;
}
