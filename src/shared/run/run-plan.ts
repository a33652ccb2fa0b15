/** A run cut into shards: what producer, local run and worker agree on. */

import type { InputRow } from '../../explain/options.ts';

export interface PlannedImage {
  key: string;
  /** Class index, or null when no label is known, or where an image may have several. */
  label: number | null;
  /** Where an image may have several labels: the classes that are true, ascending; null: nothing is known. */
  labels?: readonly number[] | null;
  /** Classes of which it is not known whether they are true, ascending; left out where there are none. */
  unknown?: readonly number[];
  /** What the model's inputs beside the picture are given with this image, by their names; left out where they have no rows. */
  inputs?: InputRow;
}

/** The unit of queueing, retry and commit. Number `n` is written as `scores/part-<n, five digits>.jsonl`. */
export interface Shard {
  number: number;
  images: PlannedImage[];
}

export const defaultShardSize = 64;
