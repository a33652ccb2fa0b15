/**
 * What the page's data files hold: `writePage` makes them, the app reads them. Images are named by row: their place among the
 * images of the page, counted from 0, in the order of the scores parts.
 */

import type { Colormap } from '../../shared/run/configuration.ts';
import type {
  Cluster,
  CollectionItem,
  CoOccurrence,
  Findings,
  Gap,
  LabelError,
  MapId,
  MissingLabel,
  MultiLabelFindings,
  TravellingCue,
} from '../contract.ts';
import type { ImageList, LookingElsewhere, PairChanges, PairDecision, PairMaps, RunDiff } from '../diff/contract.ts';
import type { PackedFloats, PackedHalves, PackedIntegers } from './packed-array.ts';

/** `report/data/report.js`: everything but the details of single images. */
export interface PageReport {
  findings: PageFindings;
  images: ImageColumns;
  /** Every map that a record has; elsewhere a map is its place in this list. */
  maps: MapId[];
  look: OverlayLook;
  quarantined: QuarantinedImages;
  previews: Preview[];
  /** Null when every explained image is on the page. */
  selection: PageSelection | null;
  /** Null when the report was made without an earlier run. */
  changes: PageChanges | null;
}

/** What changed since an earlier run; rows in place of keys. */
export interface PageChanges
  extends Pick<RunDiff, 'before' | 'matched' | 'samePreprocess' | 'paired' | 'classes' | 'notes'> {
  newlyBroken: ImageList<ChangedRow>;
  fixed: ImageList<ChangedRow>;
  stillWrong: ImageList<ChangedRow>;
  changedUnlabelled: ImageList<ChangedRow>;
  elsewhere: (Omit<LookingElsewhere, 'images'> & { images: ImageList<ChangedRow> }) | null;
  /** Only where images may have several labels; the lists above are empty on the page then, with their counts. */
  pairs?: PagePairChanges;
  /** How many images could not be compared. */
  apart: Record<'relabelled' | 'added' | 'vanished' | 'newlyQuarantined' | 'noLongerQuarantined', number>;
}

/** What the earlier run answered. */
export interface ChangedRow {
  row: number;
  predicted: number;
  score: number;
  /** Of the two maps; only where they were compared. */
  correlation?: number;
}

/** Pairs of an image and a class, with rows in place of keys. */
export interface PagePairChanges extends Pick<PairChanges, 'known' | 'stillRight'> {
  newlyBroken: ImageList<ChangedPairRow>;
  fixed: ImageList<ChangedPairRow>;
  stillWrong: ImageList<ChangedPairRow>;
  changedUnlabelled: ImageList<ChangedPairRow>;
  maps: (Omit<PairMaps, 'elsewhere'> & { elsewhere: ImageList<ChangedPairRow> }) | null;
}

/** What either run decided about a class of an image. */
export interface ChangedPairRow {
  row: number;
  class: number;
  /** Null where it is not known. */
  isTrue: boolean | null;
  before: PageDecision;
  after: PageDecision;
  /** Place in `PageReport.maps` of this run's map for the class; -1: none. */
  map: number;
  /** Of the two maps; only where they were compared. */
  correlation?: number;
}

/** A score is null below the record's floor. */
export type PageDecision = Omit<PairDecision, 'target'>;

/** `report/data/earlier-maps.js`: what the earlier run looked at in the images that `PageChanges` lists. */
export interface EarlierMaps {
  rows: number[];
  /** Only where images may have several labels: the class of each map. Rows repeat then. */
  classes?: number[];
  /** In the order of `rows`. Null where the earlier run kept none. */
  heatmaps: PackedHeatmaps | null;
}

export const earlierMapsName = 'earlier-maps';

/** How the run drew its overlays; the page draws alike. */
export interface OverlayLook {
  colormap: Colormap;
  /** Opacity of the map, 0 to 1. */
  alpha: number;
  /** `image`: 0 to each map's own maximum. A number: the top of the scale in every picture. */
  scale: 'image' | number;
  /** Whether overlays show what the model saw, or the whole original. */
  on: 'seen' | 'original';
}

/** A picture that the report has of an image of which the run wrote none: its row, and its file in `previewFolder`. */
export type Preview = [row: number, name: string];

/** Below the output. */
export const previewFolder = 'report/pictures';

export interface PageSelection {
  /** Images on the page, and explained images in the run. */
  shown: number;
  done: number;
  /** Which share of the mistakes that no finding names, and of the other images, is on the page. */
  mistakes: number;
  rest: number;
}

export interface QuarantinedImages {
  total: number;
  /** The first of them. */
  listed: { key: string; label: number | null; code: string; message: string }[];
}

/** One entry for each row. */
export interface ImageColumns {
  keys: string[];
  /** -1: unknown. */
  label: PackedIntegers;
  predicted: PackedIntegers;
  score: PackedFloats;
  margin: PackedFloats;
  /** 1 where a map is degenerate for another reason than a missing label. */
  degenerate: PackedIntegers;
  /** Place in `fileSets`. */
  files: PackedIntegers;
  fileSets: FileSet[];
  /** Folder below `overlays/` and `maps/`, where it is not the key. */
  folders: [row: number, folder: string][];
  /** Only where images may have several labels. */
  multiLabel?: MultiLabelColumns;
}

/** One entry for each row. */
export interface MultiLabelColumns {
  /** How many classes are true; -1: unknown. */
  labels: PackedIntegers;
  /** How many are decided, with the thresholds of `MultiLabelFindings.classes`; and the mistakes among all pairs. */
  decided: PackedIntegers;
  falsePositives: PackedIntegers;
  falseNegatives: PackedIntegers;
}

/** `report/data/class-00000.js`: one class of a run whose images may have several labels. One entry for each row. */
export interface ClassFile {
  /** Float32; NaN where the record does not hold the class's score: it is below its floor. */
  scores: PackedFloats;
  /** 1: true, 0: not, -1: unknown. */
  truth: PackedIntegers;
  /** Place in `PageReport.maps` of the image's map for the class, of the layer and method that findings come from; -1: none. */
  maps: PackedIntegers;
}

/** Name of a class's data file. */
export function classFileName(index: number): string {
  return `class-${String(index).padStart(5, '0')}`;
}

/** Names of the files that an image has, without their folder; null where one was not written. */
export interface FileSet {
  seen: string | null;
  /** For each map of the page. */
  overlays: (string | null)[];
  maps: (string | null)[];
}

/** The findings with rows in place of keys. Mistakes are left out: they follow from the columns. */
export interface PageFindings
  extends Omit<Findings, 'mistakes' | 'labelErrors' | 'clusters' | 'gaps' | 'collect' | 'version' | 'multiLabel'> {
  multiLabel?: PageMultiLabel;
  labelErrors: PageLabelError[];
  clusters: PageCluster[];
  gaps: PageGap[];
  collect: PageCollectionItem[];
}

/** Mistakes are left out: they follow from the class files. */
export interface PageMultiLabel extends Omit<MultiLabelFindings, 'mistakes' | 'missingLabels' | 'coOccurrence'> {
  missingLabels: PageMissingLabel[];
  coOccurrence: Omit<CoOccurrence, 'travelling'> & { travelling: PageTravellingCue[] };
}

export interface PageMissingLabel extends Omit<MissingLabel, 'key'> {
  row: number;
}

export interface PageTravellingCue extends Omit<TravellingCue, 'images'> {
  images: number[];
}

export interface PageLabelError extends Omit<LabelError, 'key'> {
  row: number;
}

export interface PageCluster extends Omit<Cluster, 'images' | 'typical' | 'counterExamples' | 'embedding'> {
  images: number[];
  typical: number[];
  counterExamples: number[];
  embedding: { images: ScatterPoint[]; correct: ScatterPoint[] };
}

/** An image and its place in the scatter plot. */
export type ScatterPoint = [row: number, x: number, y: number];

export interface PageGap extends Omit<Gap, 'images' | 'typical' | 'nearest'> {
  images: number[];
  typical: number[];
  nearest: number[];
}

export interface PageCollectionItem extends Omit<CollectionItem, 'images'> {
  images: number[];
}

/** Rows of a details file. */
export const detailsRows = 64;

/** `report/data/images-00000.js`: what is shown only when one of its 64 images is opened. */
export interface ImageDetailsFile {
  images: ImageDetails[];
  /** For each map of the page; null where there is no evidence of it. */
  heatmaps: (PackedHeatmaps | null)[];
}

export interface ImageDetails {
  /** Pixels of the decoded original. */
  width: number;
  height: number;
  top: { class: number; score: number }[];
  maps: MapDetails[];
  /** Only where images may have several labels: what is known and decided, for the image view. */
  multiLabel?: ImageDecisions;
}

/** Classes of one image. */
export interface ImageDecisions {
  /** Null: unknown. */
  labels: number[] | null;
  /** Of which it is not known whether they are true. */
  unknown: number[];
  /** Of all classes, or where there are more than 64, those that are true, decided or explained, the highest first; null: below the record's floor. */
  scores: { class: number; score: number | null }[];
}

/** As in the record; numbers have five digits. */
export interface MapDetails {
  map: number;
  class: number;
  shape: [rows: number, columns: number];
  min: number;
  max: number;
  mean: number;
  peak: { x: number; y: number };
  centre: { x: number; y: number } | null;
  areaAboveHalf: number;
  borderShare: number;
  degenerateReason: string | null;
  /** Of the run's targets, those that name the class; only where images may have several labels. */
  targets?: string[];
}

/** Raw signed maps of the file's images, at most 32 x 32: float16 `[images, height, width]`, times the image's scale. */
export interface PackedHeatmaps {
  height: number;
  width: number;
  values: PackedHalves;
  scales: PackedFloats;
}

/** Name of the details file that holds a row. */
export function detailsName(row: number): string {
  return `images-${String(Math.floor(row / detailsRows)).padStart(5, '0')}`;
}

/** What a data file calls to hand over its content: `gradline(name, content)`. */
export const registrar = 'gradline';

/** Name of the element in the page's head that holds what goes with every question to a server that explains on demand. */
export const exploreMeta = 'gradline-explore';
