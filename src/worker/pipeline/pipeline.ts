/**
 * The way of a shard through a worker. Each box takes up its bound and no more, so a slow one holds back those before it. An arrow is
 * an image, `=>` a batch; results leave every box in the order in which they came.
 *
 *               fetch -> decode => infer    => render -> store -> commit, when all images of the shard are here
 *     at once   16       cores     lanes + 1   cores     16
 *     thread    main     pixels    inference   pixels    main     main
 *     holds     bytes    a tensor  a batch     maps      files    the record
 *
 * Tensors and batches are lent from pools of that many (and a batch more, which is being filled) and go back when they have been copied or
 * explained. From sources the main thread does the work of the pixel threads. A batch is run when it is full, or short at `flush`.
 */

import { availableParallelism } from 'node:os';
import type { ImageRecord } from '../../shared/run/record.ts';
import type { Shard } from '../../shared/run/run-plan.ts';
import { type RetryPolicy, storeRetries } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { BoundedQueue } from '../../shared/threads/bounded-queue.ts';
import { mapInOrder } from '../../shared/threads/map-in-order.ts';
import { BufferPool } from './buffer-pool.ts';
import type { EvaluationPlan } from './evaluate/evaluation.ts';
import type { RegionSource } from './evaluate/regions/region-records.ts';
import type { Inference } from './inference/inference.ts';
import { type ImageJob, OpenShard } from './open-shard.ts';
import { inlinePixels } from './pixels/inline-pixels.ts';
import type { PixelWork } from './pixels/pixel-work.ts';
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
  /** Batches with the inference threads: one that each runs, and one more so that they never wait. One more is being filled. */
  inferring: number;
  /** Images whose maps are being drawn. */
  rendering: number;
  /** Images whose files are being written. */
  storing: number;
}

const cores = Math.max(2, availableParallelism());

/** More than a core each for decoding and drawing wins nothing and costs memory; reading and writing mostly wait. */
function limitsFor({ concurrency }: Inference): PipelineLimits {
  return { fetching: 16, decoding: cores, inferring: concurrency + 1, rendering: cores, storing: 16 };
}

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
  /** Which images' maps are measured; default: none. */
  evaluation?: EvaluationPlan | null;
  /** Where the objects of the images are; default: unknown. */
  regions?: RegionSource | null;
  /**
   * Called once for every image as it is done or quarantined, before its shard is committed, in whatever order.
   * @param place of the image in its shard
   */
  onRecord?(record: ImageRecord, shard: Shard, place: number): void;
  /** Default: in this thread. The caller closes it. */
  pixels?: PixelWork;
  /**
   * Milliseconds after which a short batch is run when no further shard was submitted; null, the default: only when `flush` is
   * called.
   */
  flushAfter?: number | null;
  limits?: PipelineLimits;
  retries?: RetryPolicy;
}

/** How a shard is done image by image, nothing else being under way at that time. */
export interface OneByOne {
  /** Places in the shard, in the order in which they are tried. */
  order: number[];
  /** Records of the places that are not tried. */
  known: ReadonlyMap<number, ImageRecord>;
  /** Called before each image; what it throws fails the shard. */
  before(place: number): Promise<void>;
  /** Called when all images are settled, before anything of the shard as a whole is written. */
  after(): Promise<void>;
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
  #stopped: { error: unknown } | null = null;
  #flushTimer: NodeJS.Timeout | undefined;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? limitsFor(parts.inference);
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
    return this.#commitWhenDone(
      shard,
      async () => undefined,
      async (open) => {
        for (const job of open.jobs(this.#parts.className)) this.#queue.add(job);
      },
    );
  }

  /** As `submit`, with one image on its way at a time. */
  async submitOneByOne(shard: Shard, { order, known, before, after }: OneByOne): Promise<ShardOutcome> {
    return this.#commitWhenDone(shard, after, async (open) => {
      const jobs = open.jobs(this.#parts.className);
      for (const [place, record] of known) open.settle(place, record);
      for (const place of order) {
        const job = jobs[place];
        if (job === undefined || known.has(place)) continue;
        await before(place);
        if (this.#stopped !== null) throw this.#stopped.error;
        if (open.failed) return;
        this.#queue.add(job);
        this.flush();
        await open.settled(place);
      }
    });
  }

  async #commitWhenDone(
    shard: Shard,
    after: OneByOne['after'],
    enqueue: (open: OpenShard) => Promise<void>,
  ): Promise<ShardOutcome> {
    const { output, settings, ledger } = this.#parts;
    const open = new OpenShard(
      shard,
      async (records, evidence) => {
        await after();
        await commitShard({ shard, records, evidence }, output, settings.scores, ledger, this.#retries);
      },
      (record, place) => this.#parts.onRecord?.(record, shard, place),
    );
    this.#open.add(open);
    clearTimeout(this.#flushTimer);
    try {
      if (this.#stopped !== null) throw this.#stopped.error;
      void enqueue(open).catch((error: unknown) => open.fail(error));
      return { shard, records: await open.committed };
    } finally {
      this.#open.delete(open);
    }
  }

  /** Gives up, with this error, every shard of which an image has not been read yet; the others go on, and no shard is begun. */
  stop(error: unknown): void {
    this.#stopped ??= { error };
    for (const shard of this.#open) {
      if (!shard.allFetching) shard.fail(error);
    }
    this.flush();
  }

  /** Gives up every shard. */
  abandon(error: unknown): void {
    this.#stopped ??= { error };
    for (const shard of this.#open) shard.fail(error);
  }

  /** Runs the last batch although it is short. Call it when no other shard comes for now, or what is in it waits for more. */
  flush(): void {
    if (!this.#queue.closed) this.#queue.add(flush);
  }

  /** Finishes what was submitted. The stores and the inference are the caller's to close. */
  async close(): Promise<void> {
    clearTimeout(this.#flushTimer);
    this.#queue.close();
    await this.#running;
    await Promise.allSettled([...this.#open].map((shard) => shard.committed));
  }

  async #run(): Promise<void> {
    try {
      for await (const { job, record, evidence } of this.#stages()) job.shard.settle(job.index, record, evidence);
    } catch (error) {
      this.#queue.close();
      for (const shard of this.#open) shard.fail(error);
    }
  }

  #stages() {
    const { read, output, inference, settings, className, pixels = inlinePixels, evaluation = null } = this.#parts;
    const { fetching, decoding, inferring, rendering, storing } = this.#limits;
    const { model } = inference;
    const tensors = new BufferPool(decoding, imageLength(model));
    const batches = new BufferPool(inferring + 1, model.batchSize * imageLength(model));
    const fetched = mapInOrder(this.#queue, fetching, async (job) => {
      if (job === flush) return flush;
      job.shard.fetching();
      this.#flushSoon();
      return fetchImage(job, read, this.#retries);
    });
    const prepared = mapInOrder(fetched, decoding, async (image) =>
      image === flush ? flush : prepareImage(image, settings, tensors, pixels),
    );
    const filled = fillBatches(prepared, batches, tensors, model.batchSize);
    const explained = mapInOrder(filled, inferring, (batch) => explainBatch(batch, inference, batches, evaluation));
    const rendered = mapInOrder(eachImage(explained), rendering, (image) =>
      renderImage(image, settings, className, pixels, this.#parts.regions ?? null),
    );
    return mapInOrder(rendered, storing, (image) => storeImage(image, output, this.#retries));
  }
  /** Once the last image that there is for now has been taken up. */
  #flushSoon(): void {
    const { flushAfter = null } = this.#parts;
    if (flushAfter === null || this.#queue.size > 0) return;
    clearTimeout(this.#flushTimer);
    this.#flushTimer = setTimeout(() => this.flush(), flushAfter);
  }
}
