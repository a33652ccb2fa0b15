/** Writes a run's plan part by part, or goes on with one that an earlier start began. */

import { createHash } from 'node:crypto';
import { UserError } from '../explain/user-error.ts';
import {
  newPlanManifest,
  type PlanManifest,
  planPartText,
  readSample,
  writeManifest,
  writePlanPart,
  writeSample,
} from '../shared/run/plan-files.ts';
import type { PlannedImage } from '../shared/run/run-plan.ts';
import { retryTransient } from '../shared/store/retry.ts';
import type { Store } from '../shared/store/store.ts';
import { compareKeys } from '../shared/store/store-key.ts';
import { isLabelled } from './label.ts';
import type { ListingCounts } from './list-images.ts';
import type { RunPlan } from './plan.ts';

export interface PlanWriting {
  signal: AbortSignal;
  /** Called before anything is written; throws when this producer must not. */
  confirm(): Promise<void>;
  /** The shards that the manifest counts may be enqueued now. */
  onWritten(manifest: PlanManifest): void;
}

type Source = Pick<RunPlan, 'images' | 'ordered'>;

/**
 * A folder or bucket is listed on behind the last key that is planned, so whatever changes before it changes nothing. A list is
 * read again from its start and has to say the same.
 *
 * @param manifest how far the plan is
 * @returns the finished manifest
 * @throws UserError `no-images`, `input-changed`, `unordered-listing`; StoreError; the signal's reason when it aborts
 */
export async function writePlan(
  plan: Source,
  output: Store,
  manifest: PlanManifest,
  counts: ListingCounts,
  writing: PlanWriting,
): Promise<PlanManifest> {
  const source = manifest.selection.sample === null ? plan : await sampleOf(plan, output, counts, writing);
  const images = source.images(counts, source.ordered ? (manifest.lastKey ?? '') : '');
  const writer = new PlanWriter(output, manifest, source.ordered, writing);
  if (!writer.full) {
    for await (const image of images) {
      writing.signal.throwIfAborted();
      if (writer.add(image)) await writer.cut();
      if (writer.full) break;
    }
  }
  return writer.finish();
}

/** A sample is drawn once and kept, because a second draw would see another input. */
async function sampleOf(plan: Source, output: Store, counts: ListingCounts, writing: PlanWriting): Promise<Source> {
  let drawn = await retryTransient(() => readSample(output));
  if (drawn === null) {
    drawn = [];
    for await (const image of plan.images(counts)) {
      writing.signal.throwIfAborted();
      drawn.push(image);
    }
    const images = drawn;
    await writing.confirm();
    await retryTransient(() => writeSample(output, images));
  }
  const images = drawn;
  return {
    ordered: false,
    async *images() {
      yield* images;
    },
  };
}

/** Cuts parts off a stream of images; while one is stored, the next is filled. */
class PlanWriter {
  readonly #output: Store;
  readonly #writing: PlanWriting;
  readonly #ordered: boolean;
  readonly #perPart: number;
  readonly #limit: number;
  /** What earlier starts wrote. */
  readonly #earlier: PlanManifest;
  /** How far this start has come. */
  #manifest: PlanManifest;
  #images: PlannedImage[] = [];
  #storing: Promise<void> = Promise.resolve();

  constructor(output: Store, earlier: PlanManifest, ordered: boolean, writing: PlanWriting) {
    const { run, shardSize, shardsPerPart, selection } = earlier;
    this.#output = output;
    this.#writing = writing;
    this.#ordered = ordered;
    this.#perPart = shardSize * shardsPerPart;
    this.#limit = selection.limit ?? Number.POSITIVE_INFINITY;
    this.#earlier = earlier;
    this.#manifest = ordered ? earlier : newPlanManifest(run, shardSize, selection);
  }

  get full(): boolean {
    return this.#manifest.planned.images + this.#images.length >= this.#limit;
  }

  /** @returns whether the part is full and has to be cut */
  add(image: PlannedImage): boolean {
    if (this.#ordered) this.#checkOrder(image.key);
    this.#images.push(image);
    return this.#images.length === this.#perPart;
  }

  async cut(): Promise<void> {
    const text = this.#take();
    const manifest = this.#manifest;
    if (manifest.parts <= this.#earlier.parts) {
      if (manifest.parts === this.#earlier.parts && manifest.digest !== this.#earlier.digest) throw this.#changed();
      return;
    }
    await this.#storing;
    this.#storing = this.#store(text, manifest);
    // Heard of at the next part; until then nobody waits for it.
    this.#storing.catch(() => undefined);
  }

  /** The last part and the end of the plan become visible together: nothing is ever added to a part. */
  async finish(): Promise<PlanManifest> {
    await this.#storing;
    const text = this.#images.length > 0 ? this.#take() : null;
    const { planned, parts } = this.#manifest;
    if (parts < this.#earlier.parts || (parts === this.#earlier.parts && text !== null)) throw this.#changed();
    if (planned.images === 0) {
      throw new UserError('no-images', 'The input holds no images any more. Restore it, or start a new run.');
    }
    const manifest = { ...this.#manifest, shards: planned.shards, images: planned.images, finished: true };
    await this.#store(text, manifest);
    return manifest;
  }

  /** Takes the collected images down in the manifest, as lines. */
  #take(): string {
    const images = this.#images;
    this.#images = [];
    const text = planPartText(images);
    const before = this.#manifest;
    this.#manifest = {
      ...before,
      parts: before.parts + 1,
      planned: {
        shards: before.planned.shards + Math.ceil(images.length / before.shardSize),
        images: before.planned.images + images.length,
        labelled: before.planned.labelled + images.filter(isLabelled).length,
      },
      lastKey: images.at(-1)?.key ?? before.lastKey,
      digest: createHash('sha256').update(before.digest).update(text).digest('hex'),
    };
    return text;
  }

  async #store(text: string | null, manifest: PlanManifest): Promise<void> {
    await this.#writing.confirm();
    if (text !== null) await retryTransient(() => writePlanPart(this.#output, manifest.parts - 1, text));
    await this.#writing.confirm();
    await retryTransient(() => writeManifest(this.#output, manifest));
    this.#writing.onWritten(manifest);
  }

  #checkOrder(key: string): void {
    const last = this.#images.at(-1)?.key ?? this.#manifest.lastKey;
    if (last === null || compareKeys(last, key) < 0) return;
    throw new UserError(
      'unordered-listing',
      `The input's server lists ${JSON.stringify(key)} after ${JSON.stringify(last)}: not in the order of S3, so a listing ` +
        'cannot go on where it stopped. Give a .csv, .tsv or .jsonl list of the images instead.',
    );
  }

  #changed(): UserError {
    return new UserError(
      'input-changed',
      `Cannot go on with run ${this.#earlier.run}: the list names other images or labels than when it was started. ` +
        'Restore the list as it was, or start a new run with another --output.',
    );
  }
}
