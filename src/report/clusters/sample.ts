/** The images that clusters and gaps are found from, and their evidence. */

import { at } from '../../explain/at.ts';
import type { EvidenceRows } from '../read/evidence.ts';
import { Tally } from '../tally.ts';

/** One entry for each record of the run, in the order of its parts; -1 where a class is not known. A `RunTable` is one. */
export interface RunColumns {
  keys: ArrayLike<string>;
  label: Int32Array;
  predicted: Int32Array;
  margin: ArrayLike<number>;
}

/** Images of the run whose evidence was read. */
export type Sample = readonly SampledImage[];

export interface SampledImage {
  /** Its row in each of the sample's maps. */
  row: number;
  key: string;
  label: number;
  predicted: number;
  margin: number;
  /** Images of the run that it stands for, the inverse of its inclusion probability (Horvitz and Thompson 1952): correct ones are sampled. */
  weight: number;
}

/** Evidence of a sample's images. */
export interface SeenMaps {
  /** For the predicted class, the deepest layer first. */
  predicted: EvidenceRows[];
  /** For the true class, at earlier layers. */
  label: EvidenceRows[];
}

/**
 * @param places of the chosen images in the run's columns, in the order of the maps' rows; each stands for its share of the run's images with the
 *   same label and answer
 */
export function sampleOf(run: RunColumns, places: Int32Array): SampledImage[] {
  const stratumOf = (place: number) => `${run.label[place]}/${run.predicted[place] === run.label[place]}`;
  const [inRun, chosen] = [new Tally<string>(), new Tally<string>()];
  for (const place of run.label.keys()) inRun.add(stratumOf(place));
  for (const place of places) chosen.add(stratumOf(place));
  return Array.from(places, (place, row) => ({
    row,
    key: at(run.keys, place),
    label: at(run.label, place),
    predicted: at(run.predicted, place),
    margin: at(run.margin, place),
    weight: inRun.of(stratumOf(place)) / chosen.of(stratumOf(place)),
  }));
}

export function isCorrect({ label, predicted }: SampledImage): boolean {
  return label === predicted;
}

export const rowOf = ({ row }: SampledImage): number => row;
