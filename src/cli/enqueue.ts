import type { Command } from 'commander';
import { UserError } from '../explain/user-error.ts';
import type { EnqueueProgress } from '../producer/enqueue.ts';
import type { RunStatus } from '../shared/ledger/read-status.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import type { ListenAddress } from '../shared/metrics/listen-address.ts';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import { adviceAtStart } from '../shared/run/one-witness.ts';
import { type DescribeOptions, describeRun } from './describe-run.ts';
import type { EnqueueReport } from './enqueue-report.ts';
import { exitCode } from './exit-code.ts';
import { layerNotes } from './layer-notes.ts';
import type { LogOption } from './log-entry.ts';
import { addMetricsOption, type MetricsOption, metricsAddress } from './metrics-option.ts';
import { packageFacts } from './package-facts.ts';
import { recipeText } from './recipe-text.ts';
import { addRedisOption, type RedisOption, redisAddress } from './redis-option.ts';
import { addRunOptions, givenSettings } from './run-options.ts';

const notes = `
Writes the run's plan into the output and puts its shards into the queue, where gradline worker takes them. Stopped or killed, the
same command goes on where it was: no shard is lost, none is done twice.

Exit codes: 0 all shards enqueued (with --wait: all images explained); 1 some images failed or are missing (with --wait);
2 usage or configuration; 3 the run failed, was cancelled, or could not go on; 130 interrupted.

Examples:
  gradline enqueue s3://photos/val --model s3://models/resnet50.onnx --labels folder --output s3://results/val-1
  gradline enqueue s3://photos/val --model s3://models/m.onnx --output s3://results/val-1 --dry-run -o job.yaml
  gradline enqueue s3://photos/val.csv --model model.onnx --sample 5000 --seed 7 --output s3://results/quick --wait
`;

export function addEnqueueCommand(program: Command): void {
  const command = program
    .command('enqueue')
    .summary('start a run of a fleet')
    .description(
      'Puts the images of a folder, an s3:// prefix, or a .csv, .tsv or .jsonl list into the queue of a fleet of workers.',
    )
    .argument('[input]', 'folder, s3://bucket/prefix, or a list (.csv, .tsv, .jsonl)');
  addRunOptions(command, 'enqueue');
  command.optionsGroup('Fleet:');
  addMetricsOption(addRedisOption(command))
    .option('--run <id>', 'id of the run (default: that of the run in the output, else a new one)')
    .option('--high-watermark <shards>', 'at most so many shards wait in Redis (default: 10000)')
    .option('--low-watermark <shards>', 'fill up again when so few are left (default: half of the high one)')
    .option('--no-preflight', 'do not try out Redis, the output and the model first')
    .option('--wait', 'stay until the run has ended')
    .optionsGroup('Kubernetes:')
    .option('--dry-run', 'enqueue nothing: print a Job that does, with these settings')
    .option('-o, --manifest <file>', 'with --dry-run: write it into a file')
    .option('--image <reference>', 'with --dry-run: the image of Gradline (default: gradline and this version)')
    .addHelpText('after', notes)
    .action(enqueueAction);
}

interface FleetOptions extends RedisOption, MetricsOption, LogOption, DescribeOptions {
  run?: string;
  highWatermark?: string;
  lowWatermark?: string;
  wait?: boolean;
  preflight?: boolean;
  config?: string;
  quiet?: boolean;
}

async function enqueueAction(
  input: string | undefined,
  options: FleetOptions & Record<string, unknown>,
): Promise<void> {
  const { redis: _, metrics: __, run, highWatermark, lowWatermark, wait, preflight, ...others } = options;
  const { dryRun, manifest, image, ...settings } = others;
  const [{ readConfiguration }, { wholeNumberOf }] = await Promise.all([
    import('../shared/run/read-configuration.ts'),
    import('./option-values.ts'),
  ]);
  const given = { ...givenSettings(settings), input };
  const configuration = await readConfiguration(given, options.config ?? null);
  const shards = (flag: string, value: string | undefined, least: number) =>
    value === undefined ? null : wholeNumberOf(flag, value, least);
  const watermarks = {
    highWatermark: shards('--high-watermark', highWatermark, 1),
    lowWatermark: shards('--low-watermark', lowWatermark, 0),
  };
  if (dryRun) {
    const words = [
      ...Object.entries({ '--run': run, '--high-watermark': highWatermark, '--low-watermark': lowWatermark }).flatMap(
        ([flag, value]) => (value === undefined ? [] : [flag, value]),
      ),
      ...(preflight === false ? ['--no-preflight'] : []),
      ...(wait ? ['--wait'] : []),
    ];
    return describeRun(given, options.config ?? null, words, { manifest, image });
  }
  if (manifest !== undefined || image !== undefined) {
    throw new UserError(
      'bad-setting',
      '-o and --image belong to the manifest of --dry-run. Add --dry-run, or leave them out.',
    );
  }
  const [{ enqueueRun }, { connectRedis }, { openTraces }, { createEnqueueReport }, { catchInterrupt }] =
    await Promise.all([
      import('../producer/enqueue.ts'),
      import('../shared/ledger/connect-redis.ts'),
      import('../shared/traces/traces.ts'),
      import('./enqueue-report.ts'),
      import('./interrupt.ts'),
    ]);
  const address = await metricsAddress(options);
  await using metrics = address === null ? null : await serveMetrics(address);
  await using traces = await openTraces('producer', packageFacts().version);
  const report = createEnqueueReport(options);
  const recipe = recipeText(configuration.preprocess);
  if (recipe !== null) report.onNotice(recipe);
  const interrupt = catchInterrupt(() => report.onNotice('Stopping. Press Ctrl-C again to stop at once.'));
  // Waits for a Redis that goes away: a producer may be at work all night. That there is one has to show at once.
  const redis = await connectRedis(redisAddress(options), {
    use: 'worker',
    patience: 5_000,
    onProblem: (error) => report.onNotice(`${error.message} Trying again.`),
  });
  metrics?.connected(redis);
  try {
    const warnings = preflight === false ? [] : await checkFirst(redis, configuration, report);
    const summary = await enqueueRun(
      configuration,
      redis,
      { run: run ?? null, ...watermarks, traces, warnings },
      metrics === null
        ? report
        : {
            ...report,
            onProgress: (progress) => {
              metrics.onProgress(progress);
              report.onProgress(progress);
            },
          },
      interrupt.signal,
    );
    report.onSummary(summary);
    if (summary.state === 'interrupted') process.exitCode = exitCode.interrupted;
    else if (summary.state !== 'enqueued') process.exitCode = exitCode.stopped;
    else if (wait) {
      process.exitCode = await waitForEnd(redis, summary.run, (status) => report.onStatus(status), interrupt.signal);
      for (const warning of await foundAtEnd(summary.output))
        if (!warnings.includes(warning)) report.onWarning(warning);
    }
  } finally {
    redis.disconnect();
    interrupt.release();
  }
}

interface ProducerMetrics extends AsyncDisposable {
  connected(redis: RedisClient): void;
  onProgress(progress: EnqueueProgress): void;
}

async function serveMetrics(address: ListenAddress): Promise<ProducerMetrics> {
  const [{ startMetricsServer }, { openRegistry }, { redisProblem }, { producerMetrics }] = await Promise.all([
    import('../shared/metrics/metrics-server.ts'),
    import('../shared/metrics/registry.ts'),
    import('../shared/metrics/redis-problem.ts'),
    import('../shared/metrics/metric-table.ts'),
  ]);
  const registry = openRegistry('producer', packageFacts().version);
  const listed = producerMetrics.listed.open(registry);
  const enqueued = producerMetrics.enqueued.open(registry);
  const backlog = producerMetrics.backlog.open(registry);
  let connection: RedisClient | null = null;
  const server = await startMetricsServer(address, {
    registry,
    live: () => null,
    ready: () => redisProblem(connection),
  });
  return {
    connected: (redis) => {
      connection = redis;
    },
    onProgress: (progress) => {
      listed.set(progress.images);
      enqueued.set(progress.enqueued);
      backlog.set(progress.backlog);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function checkFirst(
  redis: RedisClient,
  configuration: RunConfiguration,
  { onNotice, onWarning }: Pick<EnqueueReport, 'onNotice' | 'onWarning'>,
): Promise<readonly string[]> {
  const { preflightRun } = await import('../control/preflight-run.ts');
  const { warnings, layers, modelWarnings } = await preflightRun(redis, configuration);
  for (const note of layerNotes(layers)) onNotice(note);
  const advice = adviceAtStart(configuration, layers);
  if (advice !== null) onNotice(advice);
  for (const warning of warnings) onWarning(warning);
  return modelWarnings;
}

/** What run.json says is wrong with the run's set-up. */
async function foundAtEnd(location: string): Promise<string[]> {
  const [{ openStore }, { readRunDescription, setUpWarnings }] = await Promise.all([
    import('../shared/store/open-store.ts'),
    import('../report/read/run-description.ts'),
  ]);
  await using output = await openStore(location);
  return setUpWarnings(await readRunDescription(output));
}

async function waitForEnd(
  redis: RedisClient,
  run: string,
  show: (status: RunStatus) => void,
  signal: AbortSignal,
): Promise<number> {
  const [{ watch }, { exitCodeOfRun }] = await Promise.all([import('../control/watch.ts'), import('./watch.ts')]);
  let last: RunStatus | null = null;
  for await (const status of watch(redis, run, 1_000, signal)) {
    last = status;
    show(status);
  }
  return signal.aborted ? exitCode.interrupted : exitCodeOfRun(last);
}
