/** How the images that look like a mistake fare: are they taken for the same class? */

import { at } from '../../explain/at.ts';
import { systematicSample } from './choose-images.ts';
import { evidenceFeatures } from './features.ts';
import { nearest, weightedShare } from './nearest-neighbours.ts';
import type { Point } from './points.ts';
import { principalComponents } from './principal-components.ts';
import { isCorrect, rowOf, type Sample, type SampledImage, type SeenMaps } from './sample.ts';

/** Images that one class's clusters are compared with. */
const mostCompared = 1200;
const neighbours = 10;

interface ComparedImage extends SampledImage {
  /** Whether it is one of the class's false positives. */
  isTaken: boolean;
  point: Point;
}

/** A mistake and the images of its like. */
export interface Slice {
  /** Of the images of other classes that look like it, the share that is taken for the class too. */
  rate: number;
  lookAlikes: ComparedImage[];
}

/**
 * Looks are those of the true class at earlier layers: what the answer has not shaped.
 * @param wrong the false positives of `predicted`
 * @returns `slices`: one for each of `wrong`; `baseRate`: the share over all images of their true classes
 */
export function sliceRates(
  predicted: number,
  wrong: Sample,
  sample: Sample,
  maps: SeenMaps,
): { slices: Slice[]; baseRate: number } {
  const truths = new Set(wrong.map(({ label }) => label));
  const others = sample.filter((image) => truths.has(image.label) && image.predicted !== predicted);
  const kept = systematicSample(others, Math.max(mostCompared - wrong.length, 200));
  const thinned = others.length / Math.max(kept.length, 1);
  const features = evidenceFeatures(maps.label, [...wrong, ...kept].map(rowOf));
  const points = principalComponents(features, 12);
  const taken = wrong.map((image, i): ComparedImage => ({ ...image, isTaken: true, point: at(points, i) }));
  const free = kept.map((image, i): ComparedImage => {
    return { ...image, isTaken: false, point: at(points, wrong.length + i), weight: image.weight * thinned };
  });
  const compared = [...taken, ...free];
  const rateOf = (images: readonly ComparedImage[]) => weightedShare(images, ({ isTaken }) => isTaken);
  return {
    slices: taken.map((image) => {
      const lookAlikes = nearest(compared, image.point, neighbours, image);
      return { rate: rateOf(lookAlikes), lookAlikes };
    }),
    baseRate: rateOf(compared),
  };
}

/** Images of the members' true classes among those that look like them: how many are right and how many taken for the class. */
export function countLookAlikes(members: readonly { label: number; slice: Slice }[]): {
  correct: number;
  wrong: number;
} {
  const truths = new Set(members.map(({ label }) => label));
  const around = new Set(members.flatMap(({ slice }) => slice.lookAlikes));
  const ofTruth = [...around].filter(({ label }) => truths.has(label));
  return { correct: ofTruth.filter(isCorrect).length, wrong: ofTruth.filter(({ isTaken }) => isTaken).length };
}
