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
  /** Null when there are no maps to compare; `notes` says why. Null too where images may have several labels: `pairs` has it. */
  elsewhere: LookingElsewhere | null;
  /** Only where images may have several labels. The lists above are of images then: right where all of their decisions are. */
  pairs?: PairChanges;
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

/** Pairs of an image, explained in both runs, and a class. Those whose truth is known in one run only, or is another one, are left out. */
export interface PairChanges {
  /** Pairs whose truth is known and the same in both runs, and those of them that are decided rightly in both. */
  known: number;
  stillRight: number;
  /** Decided rightly before, wrongly now: farthest from their threshold first. */
  newlyBroken: ImageList<ChangedPair>;
  /** The other way round: what was farthest first. */
  fixed: ImageList<ChangedPair>;
  /** Decided wrongly in both: farthest first, as now. */
  stillWrong: ImageList<ChangedPair>;
  /** Truth unknown, and the decision is another one. */
  changedUnlabelled: ImageList<ChangedPair>;
  /** Null when there are no maps to compare; `notes` says why. */
  maps: PairMaps | null;
}

export interface ChangedPair {
  key: string;
  class: number;
  /** Null where it is not known. */
  isTrue: boolean | null;
  before: PairDecision;
  after: PairDecision;
  /** Of the two maps for the class; null where a run has none, or they say nothing or have different sizes. */
  correlation: number | null;
}

export interface PairDecision {
  decided: boolean;
  /** Null below the record's floor. */
  score: number | null;
  /** Target of the record's map for the class, of the layer and method of `PairMaps`; null where there is none. */
  target: string | null;
}

/** What became of the decision about a pair; `unknown`: its truth is not known. */
export type PairFate = 'stillRight' | 'newlyBroken' | 'fixed' | 'stillWrong' | 'unknown';

/** Maps of pairs that both runs explain at one layer. They are matched by class, whatever the targets are called. */
export interface PairMaps extends Omit<MapId, 'target'> {
  /** Correlation below which a map counts as elsewhere. */
  threshold: number;
  /** How far the maps moved, by what became of the decision. */
  moved: Record<PairFate, MovedMaps>;
  /** Pairs with the same decision in both runs whose maps do not agree: the least alike first. */
  elsewhere: ImageList<ChangedPair>;
  /** Not compared because a map says nothing: in the earlier run only, in the later one only, in both. */
  degenerate: { before: number; after: number; both: number };
}

export interface MovedMaps {
  /** Pairs whose maps in both runs show something; and those of them that were compared. */
  explained: number;
  compared: number;
  /** Of the compared ones, and how many of them lie elsewhere. */
  medianCorrelation: number | null;
  elsewhere: number;
}
