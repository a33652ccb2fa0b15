/** A worker's work in numbers. */

import type { Registry } from 'prom-client';
import { readCardMemory } from '../../shared/gpu/driver.ts';
import { type Machine, thisMachine } from '../../shared/gpu/machine.ts';
import { rescueMetrics, workerMetrics } from '../../shared/metrics/metric-table.ts';
import type { WatchedThread } from '../pipeline/inference/inference-watch.ts';
import type { Provider } from '../pipeline/provider.ts';
import type { SettledImage } from '../pipeline/settled-image.ts';
import type { Stage } from '../pipeline/stage-watch.ts';
import type { WorkerHealth } from './worker-health.ts';
import type { WorkerWatch } from './worker-watch.ts';

/** Milliseconds between two questions to the cards: nvidia-smi takes a moment. */
const cardPause = 15_000;
const mebibyte = 2 ** 20;

export class WorkerMetrics implements WorkerWatch {
  readonly #metrics;
  readonly #health: WorkerHealth;
  readonly #machine: Machine | null;
  #cardsRead = Number.NEGATIVE_INFINITY;

  constructor(registry: Registry, provider: Provider, health: WorkerHealth) {
    this.#health = health;
    this.#machine = provider.name === 'cuda' || provider.name === 'tensorrt' ? thisMachine() : null;
    this.#metrics = {
      images: workerMetrics.images.open(registry),
      quarantined: workerMetrics.quarantined.open(registry),
      shards: workerMetrics.shards.open(registry),
      underWay: workerMetrics.underWay.open(registry),
      stages: workerMetrics.stages.open(registry),
      batchFill: workerMetrics.batchFill.open(registry),
      retries: workerMetrics.retries.open(registry),
      provider: workerMetrics.provider.open(registry),
      cardMemory: workerMetrics.cardMemory.open(registry),
      stalled: rescueMetrics.stalled.open(registry),
    };
    const { images, shards, underWay } = this.#metrics;
    // So that rates can be told from the first scrape on.
    for (const outcome of ['done', 'blank', 'quarantined'] as const) images.inc({ outcome }, 0);
    for (const outcome of ['committed', 'failed', 'given-up', 'handed-back'] as const) shards.inc({ outcome }, 0);
    underWay.set(0);
    const { name, devices, fallback } = provider;
    this.#metrics.provider.set({ provider: name, devices: devices.join(','), fallback: String(fallback !== null) }, 1);
  }

  onStage(stage: Stage, seconds: number): void {
    this.#metrics.stages.observe({ stage }, seconds);
  }

  onRetry(): void {
    this.#metrics.retries.inc();
  }

  onBatch({ images, places, seconds }: { images: number; places: number; seconds: number }): void {
    this.#metrics.stages.observe({ stage: 'infer' }, seconds);
    this.#metrics.batchFill.observe(images / places);
  }

  onThread(thread: WatchedThread): () => void {
    return this.#health.onThread(thread);
  }

  onShardBegun(): () => void {
    this.#metrics.underWay.inc();
    return () => this.#metrics.underWay.dec();
  }

  onCommitted(records: readonly SettledImage[]): void {
    const { images, quarantined, shards } = this.#metrics;
    shards.inc({ outcome: 'committed' });
    for (const record of records) {
      if (record.status === 'quarantined') {
        images.inc({ outcome: 'quarantined' });
        quarantined.inc({ code: record.error.code });
      } else images.inc({ outcome: record.blank ? 'blank' : 'done' });
    }
  }

  onNotCommitted(outcome: 'failed' | 'given-up' | 'handed-back'): void {
    this.#metrics.shards.inc({ outcome });
  }

  onStalled(): void {
    this.#metrics.stalled.inc();
  }

  /** Asks the cards for their memory, now and then. */
  async update(): Promise<void> {
    if (this.#machine === null || performance.now() < this.#cardsRead + cardPause) return;
    this.#cardsRead = performance.now();
    for (const { index, used, total } of await readCardMemory(this.#machine)) {
      this.#metrics.cardMemory.set({ device: String(index), kind: 'used' }, used * mebibyte);
      this.#metrics.cardMemory.set({ device: String(index), kind: 'total' }, total * mebibyte);
    }
  }
}
