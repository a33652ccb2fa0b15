/** One image's line of JSON. The contract that users and later tools rely on; `record.schema.json` states it for validators. */

import type { BaselineRecord, FaithfulnessRecord, RegionRecord } from './faithfulness-record.ts';

export interface ClassScore {
  class: number;
  name: string | null;
  score: number;
}

/** What one map says. Positions are pixels of the image as the model saw it, origin top left, at cell centres. */
export interface MapRecord {
  layer: string;
  method: string;
  target: string;
  class: number;
  className: string | null;
  /** Rows and columns of the raw map. */
  shape: [number, number];
  /** Output keys relative to the output root; null where the option that writes the file is off. */
  overlay: string | null;
  map: string | null;
  min: number;
  max: number;
  mean: number;
  /** Position of the maximum. */
  peak: { x: number; y: number };
  /** Centre of mass of the positive part; null for a degenerate map. */
  centre: { x: number; y: number } | null;
  /** Share of the cells above half the maximum, 0 to 1; 0 for a degenerate map. */
  areaAboveHalf: number;
  /** Share of the positive part that lies on the outermost ring of cells, 0 to 1. */
  borderShare: number;
  degenerate: boolean;
  /** Why: `no-positive-evidence`, `no-gradient`, `class-token-only`, `no-label`, `not-finite`; null for a normal map. */
  degenerateReason: string | null;
  /** With `class-token-only`: the last layer whose grid gets gradient, to list in place of this one. */
  workingLayer?: string;
  /** With `--evaluate`, for the images that it measures and maps that show something. */
  faithfulness?: FaithfulnessRecord;
  /** With `--regions`, where the image has regions of the explained class and the map shows something. */
  region?: RegionRecord;
}

export interface ActivationRecord {
  layer: string;
  mean: number;
  standardDeviation: number;
  nearZero: number;
}

/** Origin at the top left corner of the original. */
export interface SeenPart {
  left: number;
  top: number;
  width: number;
  height: number;
}

interface RecordBase {
  key: string;
  label: number | null;
  labelName: string | null;
}

/** What the network says. */
export interface Answer {
  predicted: number;
  predictedName: string | null;
  score: number;
  /** Score of the predicted class minus the best other score. */
  margin: number;
  /** Present when the label is known. */
  correct?: boolean;
  top: ClassScore[];
}

export interface DoneRecord extends RecordBase, Answer {
  status: 'done';
  maps: MapRecord[];
  /** With `--evaluate`: what maps that know nothing of the image are measured as, for each class that a map explains. */
  baselines?: BaselineRecord[];
  /** Output key of the image as the model saw it; present where overlays are written. */
  picture?: string;
  /**
   * Size of the decoded, oriented original, and what of it the model saw, in its pixels: maps cover exactly that. Where the image was
   * padded it reaches outside of the original.
   */
  image: { width: number; height: number; seen?: SeenPart };
  activations?: ActivationRecord[];
}

export interface QuarantinedRecord extends RecordBase {
  status: 'quarantined';
  error: { code: string; message: string };
}

export type ImageRecord = DoneRecord | QuarantinedRecord;
