/** What the Grafana dashboard shows: every panel with its queries. `fleet-dashboard.ts` makes the file of it, a test asks a Prometheus each query. */

export interface Panel {
  title: string;
  /** Shown when somebody points at the panel's corner. */
  description: string;
  /** Grafana's name of the unit. */
  unit: string;
  queries: readonly { expression: string; legend: string }[];
}

interface Row {
  title: string;
  panels: readonly Panel[];
}

const interval = '$__rate_interval';

const quantile = (share: number, stage: string) =>
  `histogram_quantile(${share}, sum by (le) (rate(gradline_stage_seconds_bucket{stage="${stage}"}[${interval}])))`;

export const rows: readonly Row[] = [
  {
    title: 'The fleet',
    panels: [
      {
        title: 'Outstanding work',
        description:
          'Shards that were handed out and are not settled, and 1 for each run that only has to be ended. Workers are needed while it is above 0.',
        unit: 'short',
        queries: [{ expression: 'gradline_outstanding_work', legend: 'outstanding' }],
      },
      {
        title: 'Images a second',
        description: 'Images that workers committed, by what became of them.',
        unit: 'short',
        queries: [{ expression: `sum by (outcome) (rate(gradline_images_total[${interval}]))`, legend: '{{outcome}}' }],
      },
      {
        title: 'Workers',
        description: 'Workers that Prometheus reaches, by what computes there.',
        unit: 'short',
        queries: [{ expression: 'count by (provider) (gradline_provider_info)', legend: '{{provider}}' }],
      },
      {
        title: 'Oldest waiting shard',
        description: 'Since when the shard that is next in the queue has waited there.',
        unit: 's',
        queries: [{ expression: 'gradline_oldest_waiting_shard_age_seconds', legend: 'oldest' }],
      },
      {
        title: 'Time left of each run',
        description: 'At the rate of the last two minutes.',
        unit: 's',
        queries: [{ expression: 'gradline_run_seconds_left', legend: '{{run}}' }],
      },
      {
        title: 'Runs by state',
        description: 'Of the latest thousand.',
        unit: 'short',
        queries: [{ expression: 'gradline_runs', legend: '{{state}}' }],
      },
    ],
  },
  {
    title: 'What goes wrong',
    panels: [
      {
        title: 'Quarantined images a second',
        description: 'By the code in their records.',
        unit: 'short',
        queries: [
          { expression: `sum by (code) (rate(gradline_quarantined_images_total[${interval}]))`, legend: '{{code}}' },
        ],
      },
      {
        title: 'Blank maps',
        description: 'Share of the explained images of which every map shows nothing.',
        unit: 'percentunit',
        queries: [
          {
            expression: `sum(rate(gradline_images_total{outcome="blank"}[${interval}])) / sum(rate(gradline_images_total{outcome=~"done|blank"}[${interval}]))`,
            legend: 'blank',
          },
        ],
      },
      {
        title: 'Attempts that failed, and silent workers',
        description:
          'Attempts at shards that the queue brings again, and shards taken back from workers that had gone silent.',
        unit: 'short',
        queries: [
          {
            expression: `sum by (outcome) (rate(gradline_shards_total{outcome!="committed"}[${interval}]))`,
            legend: '{{outcome}}',
          },
          { expression: `sum(rate(gradline_stalled_shards_total[${interval}]))`, legend: 'stalled' },
        ],
      },
      {
        title: 'Store tried again',
        description: 'Reads and writes that were repeated because the store had failed.',
        unit: 'short',
        queries: [{ expression: `sum(rate(gradline_store_retries_total[${interval}]))`, legend: 'retries' }],
      },
    ],
  },
  {
    title: 'Where the time goes',
    panels: [
      ...['fetch', 'decode', 'infer', 'draw', 'store', 'commit'].map((stage) => ({
        title: `Seconds of ${stage}`,
        description: stage === 'infer' ? 'Of a batch.' : stage === 'commit' ? 'Of a shard.' : 'Of an image.',
        unit: 's',
        queries: [
          { expression: quantile(0.5, stage), legend: 'median' },
          { expression: quantile(0.95, stage), legend: '95%' },
        ],
      })),
      {
        title: 'Places of a batch that are filled',
        description: 'Mean share. Low: the card waits for pictures.',
        unit: 'percentunit',
        queries: [
          {
            expression: `sum(rate(gradline_batch_fill_ratio_sum[${interval}])) / sum(rate(gradline_batch_fill_ratio_count[${interval}]))`,
            legend: 'filled',
          },
        ],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'Memory',
        description: 'Resident memory of each process.',
        unit: 'bytes',
        queries: [
          { expression: 'process_resident_memory_bytes and on (instance) gradline_build_info', legend: '{{instance}}' },
        ],
      },
      {
        title: 'Memory of the cards',
        description: 'Of all processes on them.',
        unit: 'bytes',
        queries: [{ expression: 'gradline_gpu_memory_bytes', legend: '{{instance}} card {{device}} {{kind}}' }],
      },
      {
        title: 'Event loop delay',
        description:
          'The 99th percentile. A worker whose loop stands still for longer than the lock duration loses its shards.',
        unit: 's',
        queries: [
          {
            expression: 'nodejs_eventloop_lag_p99_seconds and on (instance) gradline_build_info',
            legend: '{{instance}}',
          },
        ],
      },
      {
        title: 'Processor cores',
        description: 'Cores that each process keeps busy.',
        unit: 'short',
        queries: [
          {
            expression: `rate(process_cpu_seconds_total[${interval}]) and on (instance) gradline_build_info`,
            legend: '{{instance}}',
          },
        ],
      },
    ],
  },
];
