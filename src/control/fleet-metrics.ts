/** The fleet in numbers, from the ledger: the queue's keys show neither lost shards nor runs that only have to be ended. */

import type { Registry } from 'prom-client';
import { runStates } from '../shared/ledger/contract.ts';
import { outstandingWork } from '../shared/ledger/outstanding-work.ts';
import type { RunStatus } from '../shared/ledger/read-status.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import { readRuns } from '../shared/ledger/runs.ts';
import { fleetMetrics } from '../shared/metrics/metric-table.ts';
import type { ShardQueue } from '../shared/queue/shard-queue.ts';

/** Milliseconds since its last sign of life in which a worker counts as being there. */
const workerSilence = 60_000;

export class FleetMetrics {
  readonly #metrics;

  constructor(registry: Registry) {
    this.#metrics = {
      outstandingWork: fleetMetrics.outstandingWork.open(registry),
      runs: fleetMetrics.runs.open(registry),
      oldestWaiting: fleetMetrics.oldestWaiting.open(registry),
      shards: fleetMetrics.shards.open(registry),
      images: fleetMetrics.images.open(registry),
      planned: fleetMetrics.planned.open(registry),
      quarantined: fleetMetrics.quarantined.open(registry),
      imagesPerSecond: fleetMetrics.imagesPerSecond.open(registry),
      secondsLeft: fleetMetrics.secondsLeft.open(registry),
      workers: fleetMetrics.workers.open(registry),
      crashes: fleetMetrics.crashes.open(registry),
    };
  }

  /** @throws RedisError; then the metrics say what they said before */
  async update(redis: RedisClient, queue: ShardQueue): Promise<void> {
    const [{ states, ongoing }, [next]] = await Promise.all([readRuns(redis), queue.getWaiting(0, 0)]);
    for (const metric of Object.values(this.#metrics)) metric.reset();
    const { outstandingWork: outstanding, runs, oldestWaiting } = this.#metrics;
    outstanding.set(ongoing.reduce((sum, status) => sum + outstandingWork(status), 0));
    for (const state of runStates) runs.set({ state }, states.filter((each) => each === state).length);
    oldestWaiting.set(next === undefined ? 0 : Math.max(0, Date.now() - next.timestamp) / 1000);
    for (const status of ongoing) this.#describe(status);
  }

  #describe(status: RunStatus): void {
    const { run, shards, cursor, backlog, shardsUnderWay, settledShards, givenUpShards } = status;
    const metrics = this.#metrics;
    const count = (state: string, number: number) => metrics.shards.set({ run, state }, number);
    if (shards !== null) count('not-enqueued', Math.max(0, shards - Math.max(cursor, settledShards)));
    count('waiting', Math.max(0, backlog - shardsUnderWay));
    count('under-way', shardsUnderWay);
    count('committed', settledShards - givenUpShards);
    count('given-up', givenUpShards);
    for (const outcome of ['done', 'quarantined', 'missing'] as const) {
      metrics.images.set({ run, outcome }, status[outcome]);
    }
    if (status.expected !== null) metrics.planned.set({ run }, status.expected);
    for (const [code, images] of Object.entries(status.failures)) metrics.quarantined.set({ run, code }, images);
    metrics.imagesPerSecond.set({ run }, status.imagesPerSecond);
    if (status.secondsLeft !== null) metrics.secondsLeft.set({ run }, status.secondsLeft);
    const since = status.now.getTime() - workerSilence;
    metrics.workers.set({ run }, status.workers.filter(({ lastSeen }) => lastSeen.getTime() >= since).length);
    metrics.crashes.set({ run }, status.crashes);
  }
}
