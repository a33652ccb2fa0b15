/** A run cut into shards: what producer, local run and worker agree on. */

export interface PlannedImage {
  key: string;
  /** Class index, or null when no label is known. */
  label: number | null;
}

/** The unit of queueing, retry and commit. Number `n` is written as `scores/part-<n, five digits>.jsonl`. */
export interface Shard {
  number: number;
  images: PlannedImage[];
}

export const defaultShardSize = 64;
