/**
 * What changed from one run to another: what `gradline diff` prints and the page shows. Images are matched by key. Shares and
 * chances are from 0 to 1.
 */

import type { MapId } from '../contract.ts';

export interface RunDiff {
  /** Raised when a field changes its meaning. */
  version: 1;
  before: DiffedRun;
  after: DiffedRun;
  /** Names by class index; null where a class has none. */
  classNames: (string | null)[];
  /** Images that are explained in both runs. */
  matched: number;
  /** Whether both runs preprocess alike, so that their maps cover the same part of an image. */
  samePreprocess: boolean;
  paired: PairedAccuracy;
  /** Right before, wrong now: the most confident mistakes first. */
  newlyBroken: ImageList<ChangedImage>;
  /** Wrong before, right now: what were the most confident mistakes first. */
  fixed: ImageList<ChangedImage>;
  /** Wrong in both: the most confident mistakes of the later run first. */
  stillWrong: ImageList<ChangedImage>;
  /** The label is another one, or only one run has it. Such images are in none of the three lists above, nor in `paired`. */
  relabelled: ImageList<RelabelledImage>;
  /** Without a label, and the predicted class is another one. */
  changedUnlabelled: ImageList<ChangedImage>;
  /** Keys that only the later run has, and those that only the earlier one has. */
  added: ImageList<string>;
  vanished: ImageList<string>;
  /** Explained before, quarantined now, and the other way round. */
  newlyQuarantined: ImageList<string>;
  noLongerQuarantined: ImageList<string>;
  /** Classes with any change: those that moved first, then by chance. */
  classes: ClassMove[];
  /** Null when there are no maps to compare; `notes` says why. */
  elsewhere: LookingElsewhere | null;
  /** In plain words. */
  notes: string[];
}

export interface DiffedRun {
  run: string;
  model: string;
  /** SHA-256 of the model file. */
  modelDigest: string;
  input: string;
  images: number;
  done: number;
  labelled: number;
  accuracy: number | null;
}

/** Over images that are explained in both runs, with the same label. */
export interface PairedAccuracy {
  images: number;
  correctBefore: number;
  correctAfter: number;
  /** That as many images change sides in this direction, or more, if neither run is better (McNemar's exact test). */
  chance: number;
}

export interface ImageList<T> {
  count: number;
  /** The first of them, see `DiffOptions.kept`. */
  images: T[];
}

export interface ChangedImage {
  key: string;
  /** Null without a label. */
  label: number | null;
  before: { predicted: number; score: number };
  after: { predicted: number; score: number };
}

export interface RelabelledImage {
  key: string;
  before: number | null;
  after: number | null;
}

/** How a class fares, over the images of `PairedAccuracy`. */
export interface ClassMove {
  class: number;
  name: string | null;
  /** Images with this label. */
  images: number;
  /** `worse` are newly broken images with this label, `better` fixed ones. */
  recall: Movement;
  /** `worse` are images of other classes that are called this class only now, `better` those that were so only before. */
  precision: Movement;
}

export interface Movement {
  /** Null where it has no meaning: no image of the class, or none predicted as it. */
  before: number | null;
  after: number | null;
  worse: number;
  better: number;
  /** Of McNemar's exact test for `worse` and `better`, two-sided. */
  chance: number;
  /** Whether it holds among all classes that are tested: at most one in twenty such claims is false (Benjamini and Hochberg 1995). */
  moved: boolean;
}

/** Images with the same predicted class in both runs whose maps for it do not agree. */
export interface LookingElsewhere {
  map: MapId;
  /** Images with the same predicted class; and those of them whose maps were compared. */
  unchanged: number;
  compared: number;
  /** Correlation below which a map counts as elsewhere. */
  threshold: number;
  /** Of the compared ones. */
  medianCorrelation: number | null;
  /** The least alike first. */
  images: ImageList<{ key: string; predicted: number; correlation: number }>;
  /** Not compared because a map says nothing: in the earlier run only, in the later one only, in both. */
  degenerate: { before: number; after: number; both: number };
}
