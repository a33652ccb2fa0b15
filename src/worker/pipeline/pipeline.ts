/**
 * The way of a shard through a worker. Each box takes up its bound and no more, so a slow one holds back those before it. An arrow is
 * an image, `=>` a batch; results leave every box in the order in which they came.
 *
 *               fetch, decode  =>  infer      =>  render, store  ->  commit, when all images of the shard are here
 *     at once   16 + cores         2 * lanes      16 + cores
 *     thread    pixels             inference      pixels             pixels, then main
 *     holds     bytes, a slot      slots          a slot, files      lines of JSON, evidence
 *
 * There are as many slots (`image-slots.ts`) as the boxes take up together, and a batch more, which is being filled. From sources the main
 * thread does the work of the pixel threads. A batch is run when it is full, or short at `flush`.
 */

import { AsyncResource } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { availableParallelism } from 'node:os';
import type { ImageRecord } from '../../shared/run/record.ts';
import type { Shard } from '../../shared/run/run-plan.ts';
import { BoundedQueue } from '../../shared/threads/bounded-queue.ts';
import { mapInOrder } from '../../shared/threads/map-in-order.ts';
import type { EvaluationPlan } from './evaluate/evaluation.ts';
import type { RegionSource } from './evaluate/regions/region-records.ts';
import { FreeSlots, type ImageSlots, slotShape } from './image-slots.ts';
import type { Inference } from './inference/inference.ts';
import { type ImageJob, OpenShard } from './open-shard.ts';
import type { ImageWork } from './pixels/image-work.ts';
import { type SettledImage, settledImage } from './settled-image.ts';
import { SlotMemory } from './slot-memory.ts';
import { type ExplainedSlot, eachImage, explainBatch, type Flush, fillBatches, flush } from './stages/infer.ts';

/** How many items each stage works on at once. Together they bound the images in memory. */
export interface PipelineLimits {
  /** Images that are being read and decoded. */
  preparing: number;
  /**
   * Batches with the inference threads: one that each runs, and one more for each, so that none waits until another has ended. One more is being
   * filled.
   */
  inferring: number;
  /** Images whose maps are being drawn, and whose files are being written. */
  finishing: number;
}

/** Images that wait for a disk or a bucket, besides those that keep a core busy. */
const waiting = 16;
const cores = Math.max(2, availableParallelism());

function limitsFor({ concurrency }: Inference): PipelineLimits {
  return { preparing: waiting + cores, inferring: 2 * concurrency, finishing: waiting + cores };
}

/** Most images that are read and not yet stored at any time. */
export function mostImagesInFlight({ preparing, inferring, finishing }: PipelineLimits, batchSize: number): number {
  return preparing + (inferring + 1) * batchSize + finishing;
}

/** Told of each image before its pixels are read: for whoever traces what a process is at. */
const imageChannel = channel('gradline:image');

export interface PipelineParts {
  inference: Inference;
  ledger: ShardLedger;
  /** Whoever does the work on images; the pipeline closes it. */
  images(slots: ImageSlots): ImageWork;
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
  onRecord?(record: SettledImage, shard: Shard, place: number): void;
  /**
   * Milliseconds after which a short batch is run when no further shard was submitted; null, the default: only when `flush` is
   * called.
   */
  flushAfter?: number | null;
  limits?: PipelineLimits;
  /** Where the slots come from and go to; default: new memory. */
  memory?: SlotMemory;
}

/** Who is told that a shard is done, after everything of it is stored. */
interface ShardLedger {
  commit(shard: Shard, records: SettledImage[]): void | Promise<void>;
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
  records: SettledImage[];
}

/**
 * Takes shards and commits each when all of its images are rendered and stored. Several shards are on their way at once, and
 * images of neighbouring shards share batches. Whoever submits decides what a failed shard means; the others go on.
 */
export class ShardPipeline {
  readonly #parts: PipelineParts;
  readonly #limits: PipelineLimits;
  readonly #memory: SlotMemory;
  readonly #slots: ImageSlots;
  readonly #free: FreeSlots;
  readonly #images: ImageWork;
  readonly #queue: BoundedQueue<ImageJob | Flush>;
  readonly #open = new Set<OpenShard>();
  readonly #running: Promise<void>;
  /** All images are through: no thread has a slot at hand. */
  #drained = false;
  #stopped: { error: unknown } | null = null;
  #flushTimer: NodeJS.Timeout | undefined;

  constructor(parts: PipelineParts) {
    const { model } = parts.inference;
    this.#parts = parts;
    this.#limits = parts.limits ?? limitsFor(parts.inference);
    this.#memory = parts.memory ?? new SlotMemory();
    this.#slots = this.#memory.take(slotShape(model), mostImagesInFlight(this.#limits, model.batchSize));
    this.#images = parts.images(this.#slots);
    this.#free = new FreeSlots(this.#slots.count, this.#images.threads);
    this.#queue = new BoundedQueue(waiting);
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
      for (const [place, record] of known) open.settle(place, settledImage(record));
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
    const open = new OpenShard(
      shard,
      // Traces know by it whose commit this is: the last image comes along in the context of any shard.
      AsyncResource.bind(async (records: SettledImage[], evidence: (Uint8Array | null)[]) => {
        await after();
        await this.#images.commit({ shard: shard.number, lines: records.map(({ line }) => line), evidence });
        await this.#parts.ledger.commit(shard, records);
      }),
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
    await this.#images.close();
    if (this.#drained) this.#memory.giveBack(this.#slots);
    this.#drained = false;
  }

  async #run(): Promise<void> {
    try {
      for await (const _ of this.#stages());
      this.#drained = true;
    } catch (error) {
      this.#queue.close();
      for (const shard of this.#open) shard.fail(error);
    }
  }

  #stages() {
    const { inference, evaluation = null } = this.#parts;
    const { preparing, inferring, finishing } = this.#limits;
    const prepared = mapInOrder(this.#queue, preparing, async (job) => (job === flush ? flush : this.#prepare(job)));
    const filled = fillBatches(prepared, inference.model.batchSize);
    const explained = mapInOrder(filled, inferring, async (batch) => {
      const result = await explainBatch(batch, this.#slots, inference, evaluation);
      const explained = new Set(result.map(({ slot }) => slot));
      for (const { slot } of batch) if (!explained.has(slot)) this.#free.giveBack(slot);
      return result;
    });
    return mapInOrder(eachImage(explained), finishing, (image) => this.#finish(image));
  }

  /** Null where there is nothing more to do for the image: it is quarantined, or its shard has failed. */
  async #prepare(job: ImageJob): Promise<{ job: ImageJob; slot: number } | null> {
    job.shard.fetching();
    this.#flushSoon();
    if (job.shard.failed) return null;
    const slot = await this.#free.take();
    const { image, labelName, labelNames } = job;
    if (imageChannel.hasSubscribers) imageChannel.publish({ key: image.key });
    try {
      const several = labelNames === undefined ? {} : { labelNames };
      const quarantined = await this.#images.prepare({ slot, image, labelName, ...several });
      if (quarantined === null) return { job, slot };
      job.shard.settle(job.index, quarantined);
    } catch (error) {
      job.shard.fail(error);
    }
    this.#free.giveBack(slot);
    return null;
  }

  async #finish({ job, slot, evaluation }: ExplainedSlot): Promise<null> {
    try {
      if (job.shard.failed) return null;
      const regions = this.#parts.regions?.ofImage(job.image.key) ?? null;
      const { settled, evidence } = await this.#images.finish({ slot, evaluation, regions });
      job.shard.settle(job.index, settled, evidence);
    } catch (error) {
      job.shard.fail(error);
    } finally {
      this.#free.giveBack(slot);
    }
    return null;
  }

  /** Once the last image that there is for now has been taken up. */
  #flushSoon(): void {
    const { flushAfter = null } = this.#parts;
    if (flushAfter === null || this.#queue.size > 0) return;
    clearTimeout(this.#flushTimer);
    this.#flushTimer = setTimeout(() => this.flush(), flushAfter);
  }
}
