/** What is done to each image besides inference, wherever that is: in a pixel thread, or in the thread that asks. */

import type { PlannedImage } from '../../../shared/run/run-plan.ts';
import type { ImageEvaluation } from '../evaluate/evaluation.ts';
import type { RegionsByClass } from '../evaluate/regions/region-records.ts';
import type { SettledImage } from '../settled-image.ts';

export interface NamedImage {
  image: PlannedImage;
  /** Name of the label's class; null when it has none. */
  labelName: string | null;
  /** Where the image may have several labels: their names, in the order of its labels. */
  labelNames?: (string | null)[] | null;
}

export interface PrepareOrder extends NamedImage {
  slot: number;
}

export interface FinishOrder {
  slot: number;
  /** Null for an image that is not measured. */
  evaluation: ImageEvaluation | null;
  /** Where the image's objects are, by class; null: unknown. */
  regions: RegionsByClass | null;
}

export interface FinishedImage {
  settled: SettledImage;
  /** Of the record's maps, packed (`packEvidence`); null where none is kept. */
  evidence: Uint8Array | null;
}

/** A shard all of whose images have their record. */
export interface CommitOrder {
  shard: number;
  /** The records, in the shard's order. */
  lines: string[];
  /** One entry for each record; null where an image has none. */
  evidence: (Uint8Array | null)[];
}

/** Rejections are about more than one image: a full disk, a lost bucket, a thread that died. */
export interface ImageWork {
  /** Slot `n` belongs to thread `n % threads`. */
  readonly threads: number;
  /**
   * Reads and decodes an image, and writes what the model will see into its slot.
   * @returns null; or the record of an image that cannot be explained
   */
  prepare(order: PrepareOrder): Promise<SettledImage | null>;
  /** Makes the record of what the slot says of the image, and draws and stores its files. */
  finish(order: FinishOrder): Promise<FinishedImage>;
  /** Stores the records of a shard, and its evidence: the scores part last, whose existence makes the shard committed. */
  commit(order: CommitOrder): Promise<void>;
  /** Closes what was opened for the run; nothing is under way any more. */
  close(): Promise<void>;
}
