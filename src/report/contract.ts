/**
 * What a report says: the shape of `report/findings.json`, and of what the page, the exports and `gradline diff` are made from.
 * Images are named by key. Shares are from 0 to 1. Positions are pixels of the image as the model saw it.
 */

import type { StatisticName } from '../interventions/statistics/statistic.ts';

export interface Findings {
  /** Raised when a field changes its meaning. */
  version: 1;
  run: string;
  model: string;
  /** Of the run's settings: where its images came from. */
  input: string;
  /** Names by class index; null where a class has none. */
  classNames: (string | null)[];
  counts: { images: number; done: number; quarantined: number; labelled: number; correct: number };
  /** Share of labelled images that are correct; null without labels. */
  accuracy: number | null;
  /** Maps that the records hold; clusters and gaps are found from `analysed`. */
  maps: MapId[];
  /** What the layer `last` of `maps` means; null where there is none, or the run does not say. */
  lastLayer: string | null;
  /** Null when the run wrote no evidence or nothing is labelled; then there are no clusters and no gaps, and `notes` says why. */
  analysed: MapId | null;
  classes: ClassFinding[];
  /** Sparse: pairs that occur, correct ones included, largest count first. */
  confusion: ConfusionCell[];
  calibration: Calibration | null;
  /** False positives and false negatives are misclassified images, most confident first; at most `mistakesKept` in all. */
  mistakes: Mistake[];
  labelErrors: LabelError[];
  clusters: Cluster[];
  gaps: Gap[];
  /** What to collect, most urgent first. Only claims that hold against chance are here. */
  collect: CollectionItem[];
  /** In plain words: why the run's answers or maps may mean nothing at all. Empty where nothing was found. */
  warnings: string[];
  /** In plain words: what was left out or sampled and why, and anything else that a reader must know. */
  notes: string[];
  /**
   * Only of a run whose images may have several labels. Then `confusion`, `mistakes` and `labelErrors` are empty and `calibration` is null: pairs of an image and a
   * class take their place. `counts.correct` and `accuracy` are of images all of whose decisions are right. In clusters `predicted` is the class that was decided
   * falsely and `labels` are the images' true classes; in gaps `label` is the class that was missed and `predicted` what was decided.
   */
  multiLabel?: MultiLabelFindings;
}

/** What is said of pairs of an image and a class. A pair whose truth is not known counts nowhere. */
export interface MultiLabelFindings {
  /** Where thresholds come from. `best-f1`: chosen on this run; maps were made for what 0.5 decides. */
  threshold: 'number' | 'file' | 'best-f1';
  /** Pairs of an image and a class whose truth is known, and those where it is not, of images that have labels. */
  pairs: PairCounts & { unknown: number };
  /** Images with labels, those all of whose known pairs are decided rightly, and the share; null without labels. */
  exact: { images: number; right: number; share: number | null };
  /** Over all pairs, and the mean over the classes that have the value. */
  micro: PairScores;
  macro: PairScores;
  /** By class index; every class of the model. */
  classes: MultiLabelClass[];
  coOccurrence: CoOccurrence;
  /** Pairs whose label is probably missing: surest first. They stay false positives in all counts. */
  missingLabels: MissingLabel[];
  /** False positives and false negatives, farthest from their threshold first; at most `mistakesKept`. */
  mistakes: PairMistake[];
}

export interface PairCounts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

/** Null where a value has no meaning. */
export interface PairScores {
  precision: number | null;
  recall: number | null;
  f1: number | null;
  /** Sum over thresholds of (R_n - R_n-1) P_n, as scikit-learn has it. Null without a true pair. */
  averagePrecision: number | null;
  /** Probability that a true pair scores higher than another one, ties counted half. Null without both. */
  auroc: number | null;
}

export interface MultiLabelClass extends PairCounts, PairScores {
  class: number;
  name: string | null;
  /** Score from which the class is decided. */
  threshold: number;
  /** Images of which it is known that the class is true, that it is not, and of which it is not known. */
  positives: number;
  negatives: number;
  unknown: number;
  /** The threshold with the highest F1 on this run; null without a true pair. */
  bestF1: { threshold: number; f1: number } | null;
  calibration: Calibration | null;
  /** At most 256 of the thresholds that change something, the highest first: what is decided from each on. Empty without a true pair. */
  curve: { threshold: number; precision: number; recall: number }[];
}

export interface CoOccurrence {
  /** Images with both classes true, pairs that occur; `a` < `b`. */
  together: { a: number; b: number; count: number }[];
  /**
   * False positives of a class that come with another, true class: pairs that occur. `rate` and `otherwise`: share decided falsely of the images where the class is not
   * true, with the other class and without it.
   */
  falsePositives: {
    class: number;
    with: number;
    count: number;
    rate: number;
    otherwise: number | null;
    chance: number;
  }[];
  /** Where that holds against chance (`travels`), clearest first. */
  travelling: TravellingCue[];
}

/** A class that is decided where another one is true: what travels with that other class is taken for it. */
export interface TravellingCue {
  /** `cue-<n>`, counted from 1 by rank: items of the collection list come from it. */
  id: string;
  class: number;
  with: number;
  /** False positives of the class with the other one, and all false positives of the class. */
  count: number;
  falsePositives: number;
  rate: number;
  otherwise: number | null;
  /** Fisher's exact test, one-sided, times the number of pairs of classes that were looked at. */
  chance: number;
  /** Where their maps lie: mean heatmap and its place in words; null without evidence. */
  heatmap: MeanHeatmap | null;
  place: string | null;
  /** Median correlation of an image's map for the class with its map for the other one: near 1 where both look at the same. Null without both maps. */
  agreement: number | null;
  /** The surest of them. */
  images: string[];
  sentence: string;
}

/** A class that the network is sure of, seen where the class's true positives show it. */
export interface MissingLabel {
  key: string;
  class: number;
  score: number;
  /** Median likeness of its map to the class's true positives', and that of those among themselves; null without evidence. */
  likeness: { own: number; usual: number } | null;
  reason: string;
}

export interface PairMistake {
  key: string;
  class: number;
  kind: 'false-positive' | 'false-negative';
  score: number;
  threshold: number;
}

/** A map of the record, by the names that the user wrote. */
export interface MapId {
  layer: string;
  method: string;
  target: string;
}

export interface ClassFinding {
  class: number;
  name: string | null;
  /** Images with this label. */
  support: number;
  /** Images predicted as this class. */
  predicted: number;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  /** Null where nothing is predicted as the class. */
  precision: number | null;
  /** Null where nothing has the label. */
  recall: number | null;
  f1: number | null;
}

export interface ConfusionCell {
  label: number;
  predicted: number;
  count: number;
}

export interface Calibration {
  /** Expected calibration error (Guo et al. 2017, section 2): mean |accuracy - confidence| over bins, weighted by their counts. */
  expectedError: number;
  maximumError: number;
  bins: { from: number; to: number; count: number; confidence: number; accuracy: number }[];
}

export interface Mistake {
  key: string;
  label: number;
  predicted: number;
  score: number;
  margin: number;
}

/** An image whose label may be wrong: kept apart from the model's mistakes. */
export interface LabelError {
  key: string;
  label: number;
  predicted: number;
  /** Score of the predicted class. */
  score: number;
  /** Score of the label's class (cleanlab's self-confidence, Northcutt et al. 2021); null when it is not among the recorded top scores. */
  selfConfidence: number | null;
  /** Why it is suspected, in plain words. */
  reason: string;
}

/** Heatmaps in findings are 32 x 32, row by row, the positive part only, each map scaled to a maximum of 1 before they are averaged. */
export type MeanHeatmap = number[];

/**
 * What is changed in a picture to see whether it is the cause: `seen`, what the picture's own map shows; `place`, one place in all pictures; `marks`, what is the same in all of them pixel by pixel; `border`, a tenth of the shorter side
 * from the edge; `surroundings`, a fifth; `look`, all numbers that set the images apart at once; the others move a number that describes the whole picture (`src/interventions/statistics`).
 */
export type ChangeKind = 'seen' | 'place' | 'marks' | 'border' | 'surroundings' | 'look' | StatisticName;

/** What the network answers when a possible cause is taken out of a cluster's images. Margins are log-odds of the predicted class against the true one. */
export interface TestedChange {
  kind: ChangeKind;
  /** What the images share, if this is the cause: `a frame`, `greenish light`, `something in the lower right corner`. */
  words: string;
  /** Whether it can be taken out at all: a blurred picture cannot be made sharp, nor a grey one coloured. */
  isRemovable: boolean;
  /** Images of the cluster that were tried. */
  images: number;
  /** Mean margin of those images as they are. */
  margin: number;
  /** How far it falls without the possible cause, less how far it falls when as much is changed elsewhere; the same of the run's ordinary mistakes, null where they were not tried. */
  fall: number;
  ordinaryFall: number | null;
  /** Share of the images that get their true class back; when as much is changed elsewhere; and of ordinary mistakes. Null where there is none of the kind. */
  returned: number;
  returnedElsewhere: number | null;
  ordinaryReturned: number | null;
  /** Wilcoxon's rank-sum test of the falls against those of ordinary mistakes. */
  chance: number;
  /**
   * Put into correct images of other classes: the share that is taken for the class then, and when the same part of other mistakes is put there; Wilcoxon's signed-rank test of
   * the margins of one against the other's. Null where it was not tried.
   */
  transplanted: { images: number; taken: number; control: number; chance: number } | null;
  /**
   * Of a look that the answers leave open: the run's own images of other classes, correct or taken for this one, that look so and that do not: how many were measured, and the share of the run's
   * that is taken for it; Fisher's exact test. Null where it was not looked at.
   */
  inRun: { alike: MeasuredImages; others: MeasuredImages; chance: number } | null;
}

interface MeasuredImages {
  images: number;
  taken: number;
}

/** A picture that the network was asked about, and its answer. */
export interface ProofPicture {
  /** Output key of the picture as the network got it, WebP. */
  picture: string;
  /** The class with the highest score, and that score. */
  predicted: number;
  score: number;
}

/** One image of the run before and after a change. */
export interface ProofPair {
  key: string;
  label: number;
  /** What bounds the changed part, in shares of the picture's sides; null where that is all of the picture, or its edges. */
  box: { left: number; top: number; width: number; height: number } | null;
  before: ProofPicture;
  after: ProofPicture;
}

/** The strongest change of a cluster in pictures; pairs that show it come first. */
export interface Proofs {
  kind: ChangeKind;
  /** Images of the cluster, as they are and without the possible cause. */
  removed: ProofPair[];
  /** Correct images of other classes, as they are and with what an image of the cluster lends them. */
  transplanted: ProofPair[];
  /** Output key of the changed part, averaged over the images, WebP, transparent where most have none; null for a change of the whole picture. */
  shared: string | null;
}

/** What speaks for a cause. `interventions`: the network's answers change with it; `margins`: the model was not at hand, so sureness and separation have to do. */
type Grounds = 'interventions' | 'margins';

/** False positives of one class that were made by looking at the same thing. */
export interface Cluster {
  /** `cluster-<n>`, counted from 1 by rank. */
  id: string;
  /** The class that they were taken for. Null for a cluster over several predicted classes. */
  predicted: number | null;
  /** All of its images, most typical first; see `notes` where errors were sampled. */
  images: string[];
  size: number;
  /** Share of the class's false positives (of all mistakes, over several classes). */
  share: number;
  /** True classes in it, most frequent first. */
  labels: { class: number; count: number }[];
  heatmap: MeanHeatmap;
  /** `lower right corner`, `centre`, `all over`, ... */
  place: string;
  /** The most typical images. */
  typical: string[];
  /** Correct images of the predicted class with the nearest evidence. */
  counterExamples: string[];
  /** Correct images of the true classes that look like the cluster; few of them means that the data lacks this. */
  lookAlikes: { correct: number; wrong: number };
  /** Error rate among the images that look like the cluster (with these true classes) against the error rate of those classes. */
  errorRate: { slice: number; classes: number };
  /** 0 to 1: how unlike the predicted class's correct images the cluster looks. docs/guide/report-methods.md defines it. */
  spuriousCue: number;
  /** Whether a cause is claimed. docs/guide/report-methods.md gives the rule. */
  claimed: boolean;
  /** What decides that. */
  grounds: Grounds;
  /** Where the network was asked: each change that was tried, the strongest first. The first one is the cause where one is claimed. */
  tests: TestedChange[];
  /** Of claimed clusters and the strongest other one that were tested, at most 20; else null. */
  proofs: Proofs | null;
  /** In plain words: what the network answered, or what else the claim rests on. */
  evidence: string;
  /** The p-value: probability that so many of an ordinary group of mistakes have a high margin, by what the run's other mistakes are like. */
  chance: number;
  /**
   * The separation: how far earlier layers set the images apart from mistakes for other classes, in standard deviations of those; each image is left out of what is
   * learned from the others. Null where there are too few mistakes for other classes.
   */
  setApart: number | null;
  /** For a scatter plot: position of each of `images` in two dimensions, and of a sample of the class's correct images. */
  embedding: { images: [number, number][]; correct: { key: string; at: [number, number] }[] };
  /** One sentence with numbers. */
  sentence: string;
}

/** Misclassified images of one true class whose evidence is far from all that the class's correct images show. */
export interface Gap {
  id: string;
  label: number;
  images: string[];
  size: number;
  /** Share of the class's misclassified images. */
  share: number;
  /** What they were taken for, most frequent first. */
  predicted: { class: number; count: number }[];
  heatmap: MeanHeatmap;
  place: string;
  typical: string[];
  /** Correct images of the true class with the nearest evidence. */
  nearest: string[];
  /** Median distance to the nearest correct images over the median of correct images to each other. 1: nothing unusual. */
  distance: number;
  /** Held against the reference run's images of the class; null without `--reference`, where the two runs share no layer, and where the run has no correct image of the class. */
  reference: {
    /** As `distance`, to its correct images. */
    distance: number;
    /** How many times as rare images like these are there as images like the run's correct ones; 1000 where it has hardly any image of the class. */
    rarer: number;
    /** Probability that they are no rarer. */
    chance: number;
  } | null;
  claimed: boolean;
  chance: number;
  sentence: string;
}

/** One line of the collection list. */
export interface CollectionItem {
  rank: number;
  /** The class to collect images of; null: of all classes. */
  class: number | null;
  /** Mistakes that it would mend. */
  mistakes: number;
  /** In plain words with numbers. */
  sentence: string;
  /** Id of the cluster, the gap or (multi-label) the travelling cue that it comes from; others that say the same. */
  from: string;
  alsoFrom: string[];
  images: string[];
}
