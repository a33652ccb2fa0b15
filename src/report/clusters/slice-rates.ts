/** How the images that look like a mistake fare: are they taken for the same class? */

import { everyFew } from './choose-images.ts';
import type { SeenMaps } from './find-clusters.ts';
import { flaggedShare, nearest } from './neighbours.ts';
import { range } from './numbers.ts';
import { evidenceColumns, type Point } from './points.ts';
import { principalComponents } from './principal-components.ts';
import type { Sample } from './run-columns.ts';

/** Images that one class's clusters are compared with. */
const mostCompared = 1200;
const neighbours = 10;

export interface Slices {
  /** For each mistake: of the images of other classes that look like it, the share that is taken for the class too. */
  rates: number[];
  /** The same share over all images of those classes. */
  usual: number;
  compared: number[];
  points: Point[];
  isTaken: boolean[];
}

/** Looks are those of the true class at earlier layers: what the answer has not shaped. */
export function sliceRates(predicted: number, wrong: readonly number[], sample: Sample, maps: SeenMaps): Slices {
  const truths = new Set(wrong.map((row) => sample.label[row]));
  const others = range(sample.images.length).filter(
    (row) => truths.has(sample.label[row]) && sample.predicted[row] !== predicted,
  );
  const compared = [...wrong, ...everyFew(others, Math.max(mostCompared - wrong.length, 200))];
  const thinned = others.length / Math.max(compared.length - wrong.length, 1);
  const weights = compared.map((row, at) => (sample.weight[row] ?? 0) * (at < wrong.length ? 1 : thinned));
  const isTaken = compared.map((_, at) => at < wrong.length);
  const points = principalComponents(evidenceColumns(maps.label, compared), 12);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const taken = weights.reduce((sum, weight, at) => sum + (isTaken[at] ? weight : 0), 0);
  const rates = flaggedShare(points, isTaken, weights, range(wrong.length), neighbours);
  return { rates, usual: total === 0 ? 0 : taken / total, compared, points, isTaken };
}

/** Images of the true classes among the nearest of the members: how many are right and how many taken for the class. */
export function lookAlikes(
  members: readonly number[],
  { points, isTaken, compared }: Slices,
  rows: readonly number[],
  sample: Sample,
) {
  const truths = new Set(rows.map((row) => sample.label[row]));
  const around = new Set(members.flatMap((at) => nearest(points, points[at] ?? [], neighbours, at)));
  const ofTruth = [...around].filter((place) => truths.has(sample.label[compared[place] ?? -1]));
  const right = ofTruth.filter(
    (place) => sample.label[compared[place] ?? -1] === sample.predicted[compared[place] ?? -1],
  );
  return { correct: right.length, wrong: ofTruth.filter((place) => isTaken[place]).length };
}
