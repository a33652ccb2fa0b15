/** A run cut into shards: what producer, local run and worker agree on. */

import type { InputRow } from '../../explain/options.ts';

export interface PlannedImage {
  key: string;
  /** Class index, or null when no label is known. */
  label: number | null;
  /** What the model's inputs beside the picture are given with this image, by their names; left out where they have no rows. */
  inputs?: InputRow;
}

/** The unit of queueing, retry and commit. Number `n` is written as `scores/part-<n, five digits>.jsonl`. */
export interface Shard {
  number: number;
  images: PlannedImage[];
}

export const defaultShardSize = 64;
