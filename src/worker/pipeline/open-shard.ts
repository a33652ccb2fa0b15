import type { Shard } from '../../shared/run/run-plan.ts';
import type { NamedImage } from './pixels/image-work.ts';
import { labelNamesOf } from './record-labels.ts';
import type { SettledImage } from './settled-image.ts';

/** @param evidence one entry for each record, packed; null where an image has none */
export type CommitRecords = (records: SettledImage[], evidence: (Uint8Array | null)[]) => Promise<void>;

/** A shard between `submit` and commit: it collects one record per image, in whatever order they come, and commits after the last. */
export class OpenShard {
  readonly shard: Shard;
  /** Resolves with the records in the shard's order when the shard is committed; rejects with the first error that is not an image's. */
  readonly committed: Promise<SettledImage[]>;
  readonly #records: (SettledImage | undefined)[];
  readonly #evidence: (Uint8Array | null)[];
  readonly #commit: CommitRecords;
  readonly #onRecord: (record: SettledImage, place: number) => void;
  readonly #waiting = new Map<number, () => void>();
  #missing: number;
  #unfetched: number;
  #failed = false;
  #resolve: (records: SettledImage[]) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(shard: Shard, commit: CommitRecords, onRecord: (record: SettledImage, place: number) => void = () => {}) {
    this.shard = shard;
    this.#commit = commit;
    this.#onRecord = onRecord;
    this.#missing = shard.images.length;
    this.#unfetched = shard.images.length;
    this.#records = new Array(shard.images.length);
    this.#evidence = shard.images.map(() => null);
    this.committed = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (this.#missing === 0) void this.#finish();
  }

  jobs(className: (index: number) => string | null): ImageJob[] {
    return this.shard.images.map((image, index) => {
      return { image, ...labelNamesOf(image, className), index, shard: this };
    });
  }

  /** True when the shard cannot be committed any more: work on its images is wasted. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Called for every image as its bytes are asked for. */
  fetching(): void {
    this.#unfetched -= 1;
  }

  /** Whether all images of the shard are on their way: none waits to be read. */
  get allFetching(): boolean {
    return this.#unfetched === 0;
  }

  /** Resolves when the image has its record, or the shard has failed. */
  async settled(index: number): Promise<void> {
    if (this.#failed || this.#records[index] !== undefined) return;
    await new Promise<void>((resolve) => this.#waiting.set(index, resolve));
  }

  settle(index: number, record: SettledImage, evidence: Uint8Array | null = null): void {
    if (this.#failed || this.#records[index] !== undefined) return;
    this.#records[index] = record;
    this.#evidence[index] = evidence;
    this.#missing -= 1;
    this.#onRecord(record, index);
    this.#waiting.get(index)?.();
    this.#waiting.delete(index);
    if (this.#missing === 0) void this.#finish();
  }

  fail(error: unknown): void {
    this.#failed = true;
    this.#reject(error);
    for (const wake of this.#waiting.values()) wake();
    this.#waiting.clear();
  }

  async #finish(): Promise<void> {
    const records = this.#records.filter((record) => record !== undefined);
    try {
      await this.#commit(records, this.#evidence);
      this.#resolve(records);
    } catch (error) {
      this.fail(error);
    }
  }
}

/** One image on its way through the stages. */
export interface ImageJob extends NamedImage {
  /** Position in the shard. */
  index: number;
  shard: OpenShard;
}
