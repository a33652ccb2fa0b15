/** Every metric of Gradline's own, described here and nowhere else. Those of Node.js and the process come from prom-client. */

import { counter, type DescribedMetric, gauge } from './describe.ts';

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
  { title: 'The producer: `gradline enqueue`', metrics: producerMetrics },
  { title: 'Dead workers: `gradline schedule serve` and `gradline worker`', metrics: rescueMetrics },
  { title: 'Every process', metrics: processMetrics },
];
