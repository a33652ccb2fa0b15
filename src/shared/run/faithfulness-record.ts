/** What `--evaluate` writes of a map into its image's record. */

/** How alike a map stays to that of a network with shuffled weights, -1 to 1; null where one of the two is the same everywhere. */
export interface SimilarityRecord {
  rankCorrelation: number | null;
  structuralSimilarity: number | null;
}

export interface PerturbationRecord {
  /** Area under the score's curve as pixels go, the most important first: low is good. */
  deletion: number;
  /** The same as they come back to a blurred picture: high is good. */
  insertion: number;
  /** Share of the score that is lost when only the map's part of the picture is left: low is good. */
  drop: number;
  /** Whether the score rises then. */
  increase: boolean;
  /** Mean score over the shares of pixels that ROAD takes away; the second less the first: high is good. */
  road: { mostImportantFirst: number; leastImportantFirst: number; difference: number };
}

export interface FaithfulnessRecord extends PerturbationRecord {
  /** Only for the images that the randomisation check is made on. */
  randomised?: { lastLayer: SimilarityRecord; allLayers: SimilarityRecord };
}

/** A map that knows nothing of the image, measured in the same way. */
export interface BaselineRecord extends PerturbationRecord {
  baseline: 'random' | 'gaussian';
  /** The class whose score was watched. */
  class: number;
}

/** Where a map lies with regard to the regions of the class that it explains (`--regions`). */
export interface RegionRecord {
  /** Whether its maximum lies in one of them, or within the tolerance of one (the pointing game). */
  hit: boolean;
  /** Share of its positive part that lies inside. */
  inside: number;
  /** Share of the picture that the regions cover: what `inside` would be for a map that is the same everywhere. */
  area: number;
}
