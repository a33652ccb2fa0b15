/** The way of a shard through a worker: fetch -> decode -> infer -> render -> store -> commit. */

import { availableParallelism } from 'node:os';
import type { ImageRecord } from '../shared/record.ts';
import type { Shard } from '../shared/run-plan.ts';
import type { Store } from '../shared/store.ts';
import { BoundedQueue } from './bounded-queue.ts';
import { BufferPool } from './buffer-pool.ts';
import type { Inference } from './inference.ts';
import { mapInOrder } from './map-in-order.ts';
import { type ImageJob, OpenShard } from './open-shard.ts';
import { type RetryPolicy, storeRetries } from './retry.ts';
import { commitShard, type ShardLedger } from './stages/commit.ts';
import { type DecodeSettings, prepareImage } from './stages/decode.ts';
import { fetchImage, type ImageReader } from './stages/fetch.ts';
import { eachImage, explainBatch, type Flush, fillBatches, flush, imageLength } from './stages/infer.ts';
import { type RenderSettings, renderImage } from './stages/render.ts';
import { storeImage } from './stages/store.ts';

/** How many items each stage works on at once. Together they bound the images in memory. */
export interface PipelineLimits {
  /** Images whose bytes are being read. */
  fetching: number;
  /** Images that are being decoded, or are decoded and wait for a place in a batch. */
  decoding: number;
  /** Batches with the inference thread: one that runs, and others so that it never waits. One more is being filled. */
  inferring: number;
  /** Images whose maps are being drawn. */
  rendering: number;
  /** Images whose files are being written. */
  storing: number;
}

const cores = Math.max(2, availableParallelism());

/** More than a core each for decoding and drawing wins nothing and costs memory; reading and writing mostly wait. */
export const defaultLimits: PipelineLimits = {
  fetching: 16,
  decoding: cores,
  inferring: 2,
  rendering: cores,
  storing: 16,
};

/** Most images that are read and not yet stored at any time. */
export function mostImagesInFlight(limits: PipelineLimits, batchSize: number): number {
  const { fetching, decoding, inferring, rendering, storing } = limits;
  return fetching + decoding + (inferring + 1) * batchSize + rendering + storing;
}

export interface PipelineParts {
  read: ImageReader;
  output: Store;
  inference: Inference;
  ledger: ShardLedger;
  settings: DecodeSettings & RenderSettings & { scores: 'shard' | 'image' | 'both' };
  /** Name of a class, null when it has none. */
  className(index: number): string | null;
  /** Called once for every image as it is done or quarantined, before its shard is committed. */
  onRecord?(record: ImageRecord): void;
  limits?: PipelineLimits;
  retries?: RetryPolicy;
}

export interface ShardOutcome {
  shard: Shard;
  /** In the shard's order. */
  records: ImageRecord[];
}

/**
 * Takes shards and commits each when all of its images are rendered and stored. Several shards are on their way at once, and
 * images of neighbouring shards share batches. Whoever submits decides what a failed shard means; the others go on.
 */
export class ShardPipeline {
  readonly #parts: PipelineParts;
  readonly #limits: PipelineLimits;
  readonly #retries: RetryPolicy;
  readonly #queue: BoundedQueue<ImageJob | Flush>;
  readonly #open = new Set<OpenShard>();
  readonly #running: Promise<void>;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? defaultLimits;
    this.#retries = parts.retries ?? storeRetries;
    this.#queue = new BoundedQueue(this.#limits.fetching);
    this.#running = this.#run();
  }

  /** Resolves when the pipeline can start on another shard soon. Wait for it before `submit` to keep few shards in memory. */
  ready(): Promise<void> {
    return this.#queue.room();
  }

  /**
   * Resolves when the shard is committed. Rejects with the first error that concerns more than one image, such as a full disk
   * or a dead inference thread; then the shard has no scores part and can be submitted again.
   */
  async submit(shard: Shard): Promise<ShardOutcome> {
    const { output, settings, ledger } = this.#parts;
    const open = new OpenShard(
      shard,
      (records) => commitShard(shard, records, output, settings.scores, ledger, this.#retries),
      (record) => this.#parts.onRecord?.(record),
    );
    this.#open.add(open);
    try {
      for (const job of open.jobs(this.#parts.className)) this.#queue.add(job);
      return { shard, records: await open.committed };
    } finally {
      this.#open.delete(open);
    }
  }

  /** Runs the last batch although it is short. Call it when no other shard comes for now, or what is in it waits for more. */
  flush(): void {
    this.#queue.add(flush);
  }

  /** Finishes what was submitted. The stores and the inference are the caller's to close. */
  async close(): Promise<void> {
    this.#queue.close();
    await this.#running;
    await Promise.allSettled([...this.#open].map((shard) => shard.committed));
  }

  async #run(): Promise<void> {
    try {
      for await (const { job, record } of this.#stages()) job.shard.settle(job.index, record);
    } catch (error) {
      this.#queue.close();
      for (const shard of this.#open) shard.fail(error);
    }
  }

  #stages() {
    const { read, output, inference, settings, className } = this.#parts;
    const { fetching, decoding, inferring, rendering, storing } = this.#limits;
    const { model } = inference;
    const tensors = new BufferPool(decoding, imageLength(model));
    const batches = new BufferPool(inferring + 1, model.batchSize * imageLength(model));
    const fetched = mapInOrder(this.#queue, fetching, async (job) =>
      job === flush ? flush : fetchImage(job, read, this.#retries),
    );
    const prepared = mapInOrder(fetched, decoding, async (image) =>
      image === flush ? flush : prepareImage(image, settings, tensors),
    );
    const filled = fillBatches(prepared, batches, tensors, model.batchSize);
    const explained = mapInOrder(filled, inferring, (batch) => explainBatch(batch, inference, batches));
    const rendered = mapInOrder(eachImage(explained), rendering, (image) => renderImage(image, settings, className));
    return mapInOrder(rendered, storing, (image) => storeImage(image, output, this.#retries));
  }
}
