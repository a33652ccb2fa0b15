/** A run's records as columns: what is needed of a million images, in a few hundred megabytes. */

import type { MapId } from '../contract.ts';

/** Scores that a record lists, best first. */
export const topCount = 5;

/**
 * One row for each record, in the order of the scores parts and their lines. All columns have the same length; -1 stands for a
 * class that is not known, NaN for a number that is not.
 */
export interface RunTable {
  rows: number;
  keys: string[];
  /** Shard of the row, and its line in `scores/part-<shard>.jsonl`, counted from 0: where its evidence is. */
  shard: Int32Array;
  line: Int32Array;
  /** 1: the image has no prediction, and `predicted` is -1. */
  quarantined: Uint8Array;
  label: Int32Array;
  predicted: Int32Array;
  /** Score of the predicted class, and that minus the next one. */
  score: Float64Array;
  margin: Float64Array;
  /** `[rows, topCount]`: the highest scores, best first; -1 and NaN where there are fewer classes. */
  topClass: Int32Array;
  topScore: Float64Array;
  /** One entry for each map that any record has, in the order in which records name them. */
  maps: MapColumns[];
  /** Names by class index, as far as records have them; null elsewhere. */
  classNames: (string | null)[];
  /** Quarantined images by error code. */
  failures: Record<string, number>;
  /** Only where images may have several labels. */
  pairs?: PairColumns;
}

/** Each image with each class, `[rows, classes]`. */
export interface PairColumns {
  classes: number;
  /** 1: true, 0: not, -1: unknown, also of quarantined images. */
  truth: Int8Array;
  /** NaN where the record has none: it is below its floor, or the image is quarantined. */
  scores: Float32Array;
}

/** What records say of one of their maps. Positions are pixels of the image as the model saw it. */
export interface MapColumns extends MapId {
  /** Class that is explained; -1 where the image has no such map or no such target. */
  class: Int32Array;
  state: Uint8Array;
  /** Largest value of the raw map, and where it is. */
  max: Float32Array;
  peakX: Float32Array;
  peakY: Float32Array;
  /** Centre of mass of the positive part. */
  centreX: Float32Array;
  centreY: Float32Array;
  areaAboveHalf: Float32Array;
  borderShare: Float32Array;
  /** Cells of the raw map, of the first record that has it. */
  cells: number;
}

/** Values of `MapColumns.state`. */
export const mapState = { absent: 0, normal: 1, degenerate: 2 } as const;

/** Whether a row is explained and labelled: such rows are right or wrong. */
export function isJudged({ label, predicted }: Pick<RunTable, 'label' | 'predicted'>, row: number): boolean {
  return (label[row] ?? -1) >= 0 && (predicted[row] ?? -1) >= 0;
}

/** Whether a row is explained, labelled, and predicted as another class. */
export function isMistake({ label, predicted }: Pick<RunTable, 'label' | 'predicted'>, row: number): boolean {
  const truth = label[row] ?? -1;
  const answer = predicted[row] ?? -1;
  return truth >= 0 && answer >= 0 && truth !== answer;
}

/** The recorded score of a class for a row; NaN when it is not among the highest. */
export function recordedScore({ topClass, topScore }: RunTable, row: number, wanted: number): number {
  for (let at = row * topCount; at < (row + 1) * topCount; at += 1) {
    if (topClass[at] === wanted) return topScore[at] ?? Number.NaN;
  }
  return Number.NaN;
}

/** @throws RangeError for a row outside of the table */
export function keyOf({ keys }: Pick<RunTable, 'keys'>, row: number): string {
  const key = keys[row];
  if (key === undefined) throw new RangeError(`The table has no row ${row}.`);
  return key;
}
