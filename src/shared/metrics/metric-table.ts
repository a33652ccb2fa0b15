/** Every metric of Gradline's own, described here and nowhere else. Those of Node.js and the process come from prom-client. */

import { counter, type DescribedMetric, gauge, histogram } from './describe.ts';

const run = { run: 'id of the run' };

/** Of every process. */
export const processMetrics = {
  build: gauge('gradline_build_info', 'Always 1; its labels say what this process is.', {
    version: 'of Gradline',
    role: 'worker, producer or scheduler',
  }),
};

/** Of the whole fleet, from the ledger: of `gradline schedule serve`. Series by run are those of runs that have not ended. */
export const fleetMetrics = {
  outstandingWork: gauge(
    'gradline_outstanding_work',
    'What needs a worker: shards that were handed out and are not settled, and 1 for each run that only has to be ended.',
    {},
  ),
  runs: gauge('gradline_runs', 'The latest thousand runs.', {
    state: 'planning, running, paused, finishing, complete, cancelled or failed',
  }),
  oldestWaiting: gauge(
    'gradline_oldest_waiting_shard_age_seconds',
    'Since when the shard that is next in the queue has waited there; 0 when none waits.',
    {},
  ),
  shards: gauge('gradline_run_shards', 'Shards of a run.', {
    ...run,
    state: 'not-enqueued (by its producer), waiting, under-way, committed or given-up',
  }),
  images: gauge('gradline_run_images', 'Images of a run, of settled shards.', {
    ...run,
    outcome: 'done, quarantined or missing',
  }),
  planned: gauge('gradline_run_images_planned', 'Images that a run has, once its input is listed to the end.', run),
  quarantined: gauge('gradline_run_quarantined_images', 'Quarantined images of a run.', {
    ...run,
    code: 'why, as in the records',
  }),
  imagesPerSecond: gauge('gradline_run_images_per_second', 'Images of a run in a second, over two minutes.', run),
  secondsLeft: gauge(
    'gradline_run_seconds_left',
    'Seconds until the rest of a run is done at the current rate; absent while that cannot be told.',
    run,
  ),
  workers: gauge('gradline_run_workers', 'Workers that were seen at a run within the last minute.', run),
  crashes: gauge('gradline_run_crashes', 'Times that a process died over a shard of a run.', run),
};

/** Seconds: a decoded photo takes milliseconds, a batch on a small machine seconds. */
const stageBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Of `gradline worker`. */
export const workerMetrics = {
  images: counter('gradline_images_total', 'Images that this worker committed.', {
    outcome: 'done, blank (explained, but every map of it shows nothing) or quarantined',
  }),
  quarantined: counter('gradline_quarantined_images_total', 'Images that this worker quarantined.', {
    code: 'why, as in the records',
  }),
  shards: counter('gradline_shards_total', 'Attempts at shards that ended on this worker.', {
    outcome: 'committed, failed (the queue brings it again), given-up or handed-back (the worker stops)',
  }),
  underWay: gauge('gradline_shards_under_way', 'Shards that this worker holds now.', {}),
  stages: histogram(
    'gradline_stage_seconds',
    'Seconds that a stage takes: fetch, decode, draw and store of an image, infer of a batch, commit and ledger of a shard.',
    { stage: 'fetch, decode, infer, draw, store, commit or ledger' },
    stageBounds,
  ),
  batchFill: histogram(
    'gradline_batch_fill_ratio',
    'Images of a batch as a share of its places.',
    {},
    [0.125, 0.25, 0.5, 0.75, 0.9, 1],
  ),
  retries: counter(
    'gradline_store_retries_total',
    'Times that an image was asked for or a file was written once more, because the store had failed.',
    {},
  ),
  provider: gauge('gradline_provider_info', 'Always 1; its labels say what computes.', {
    provider: 'execution provider of ONNX Runtime',
    devices: 'cards, separated by commas; empty: the one that the provider chooses',
    fallback: 'true where it is not the one that was asked for',
  }),
  cardMemory: gauge(
    'gradline_gpu_memory_bytes',
    'Memory of the NVIDIA cards of this machine, of all processes on them, looked at every 15 seconds at most.',
    { device: 'index of the card', kind: 'used or total' },
  ),
};

/** Of whoever looks after shards whose worker died: of a worker, and of `gradline schedule serve`. */
export const rescueMetrics = {
  stalled: counter(
    'gradline_stalled_shards_total',
    'Shards that this process put back into the queue because their worker had gone silent.',
    {},
  ),
};

/** Of `gradline enqueue`. */
export const producerMetrics = {
  listed: gauge('gradline_producer_images', 'Images that are planned so far.', {}),
  enqueued: gauge('gradline_producer_enqueued_shards', 'Shards that were handed out so far.', {}),
  backlog: gauge('gradline_producer_backlog_shards', 'Shards that were handed out and are not settled.', {}),
};

interface MetricSection {
  title: string;
  metrics: Readonly<Record<string, DescribedMetric>>;
}

/** In the order of the reference page. */
export const metricSections: readonly MetricSection[] = [
  { title: 'The fleet: `gradline schedule serve`', metrics: fleetMetrics },
  { title: 'A worker: `gradline worker`', metrics: workerMetrics },
  { title: 'The producer: `gradline enqueue`', metrics: producerMetrics },
  { title: 'Dead workers: `gradline schedule serve` and `gradline worker`', metrics: rescueMetrics },
  { title: 'Every process', metrics: processMetrics },
];
