/** When somebody should look, and what they do then. The rules for Prometheus and the reference page are made of this. */

export interface Alert {
  /** In Prometheus' manner: words run together. */
  name: string;
  expression: string;
  /** How long it has to hold. */
  lasts: string;
  severity: 'critical' | 'warning';
  /** What is the matter, in a sentence. */
  summary: string;
  /** What to do, for the reference page. */
  remedy: string;
}

export const alerts: readonly Alert[] = [
  {
    name: 'GradlineWorkWithoutImages',
    expression: 'gradline_outstanding_work > 0 and on () ((sum(rate(gradline_images_total[15m])) or vector(0)) == 0)',
    lasts: '30m',
    severity: 'critical',
    summary: 'There is work, and for half an hour no image was explained.',
    remedy:
      "Are there workers (`kubectl get pods`, `gradline status <run>`)? If none: does the autoscaler reach the scheduler's `/metrics`, and is there room on nodes with a card? If there are: `/readyz` of a worker says in a " +
      'sentence what it waits for. A run that only has to be ended explains nothing either: merging millions of records takes minutes, not half an hour.',
  },
  {
    name: 'GradlineSchedulerAway',
    expression: 'absent(gradline_outstanding_work)',
    lasts: '10m',
    severity: 'critical',
    summary: 'Nobody says how much work there is: schedules do not start and workers do not grow from zero.',
    remedy:
      '`gradline schedule serve --metrics` is not running, or answers 503 because Redis is away. Its log says which.',
  },
  {
    name: 'GradlineRunFailed',
    expression: 'delta(gradline_runs{state="failed"}[15m]) > 0',
    lasts: '0m',
    severity: 'critical',
    summary: 'A run has failed.',
    remedy:
      '`gradline runs` names it and `gradline status <run>` says why. Once the cause is gone, `gradline resume <run>` goes on where it stopped.',
  },
  {
    name: 'GradlineManyQuarantined',
    expression: 'sum(rate(gradline_quarantined_images_total[15m])) / sum(rate(gradline_images_total[15m])) > 0.05',
    lasts: '15m',
    severity: 'warning',
    summary: 'More than 5% of the images cannot be explained.',
    remedy:
      '`gradline status <run>` counts them by code, and the dashboard shows them. `not-found` after a clean-up of the bucket, `unreadable` for missing rights, `corrupt` or `not-an-image` for a broken upload. Mend them, then ' +
      '`gradline retry-failed <run>`. `--max-failures` stops a run by itself.',
  },
  {
    name: 'GradlineMostlyBlank',
    expression:
      'sum(rate(gradline_images_total{outcome="blank"}[15m])) / sum(rate(gradline_images_total{outcome=~"done|blank"}[15m])) > 0.5',
    lasts: '15m',
    severity: 'warning',
    summary: 'Most maps show nothing.',
    remedy:
      'The model and the layers do not fit: `gradline layers` says how far gradients reach, and the overview of the report names the reason. A model in quantised form, or a layer behind the score, are the usual ones.',
  },
  {
    name: 'GradlineWorkersDie',
    expression: 'increase(gradline_stalled_shards_total[30m]) > 3',
    lasts: '0m',
    severity: 'warning',
    summary: 'Workers go silent again and again.',
    remedy:
      'Out of memory is the usual cause (`kubectl describe pod`: OOMKilled): lower `--batch-size` or `--concurrency`, or raise the limit. Else nodes go away faster than shards are done: make shards smaller (`--shard-size`). ' +
      'An image that kills its worker is found and quarantined by itself.',
  },
  {
    name: 'GradlineShardsFail',
    expression: 'sum(increase(gradline_shards_total{outcome="failed"}[30m])) > 10',
    lasts: '0m',
    severity: 'warning',
    summary: 'Attempts at shards fail and are repeated.',
    remedy:
      "A worker's log has the reason at each `shard-failed`. Mostly the store: rights that ran out, a full bucket, a limit on requests (`gradline_store_retries_total` rises with it).",
  },
  {
    name: 'GradlineWaitsLong',
    expression: 'gradline_oldest_waiting_shard_age_seconds > 3600',
    lasts: '15m',
    severity: 'warning',
    summary: 'The next shard has waited for an hour.',
    remedy:
      'The fleet is too small for what is queued. Raise the largest number of workers, or spread the runs over the night.',
  },
  {
    name: 'GradlineEventLoopSlow',
    expression: 'nodejs_eventloop_lag_p99_seconds > 2 and on (instance) gradline_build_info{role="worker"}',
    lasts: '10m',
    severity: 'warning',
    summary: 'A worker hardly gets to renew its locks.',
    remedy:
      'It has fewer cores than pixel threads, or its node is crowded: give it the cores that `--pixel-threads` says, and raise `--lock-duration` for the whole fleet until then.',
  },
];
