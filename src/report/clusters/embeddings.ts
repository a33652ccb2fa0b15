/** Mistakes embedded by views that were not used to group them: a group that shares something shows it there, too. */

import { at } from '../../explain/at.ts';
import { grouped } from '../grouped.ts';
import { systematicSample } from './choose-images.ts';
import { evidenceFeatures, heatmapFeatures } from './features.ts';
import { centroid, concatenated, difference, type Point } from './points.ts';
import { principalComponents } from './principal-components.ts';
import { isCorrect, rowOf, type Sample, type SampledImage, type SeenMaps } from './sample.ts';

const dimensions = 24;
/** The many columns of all views cost the most; the space that their strongest components span is what counts, not each of them. */
const roundsOfAll = 12;
/** Mistakes of other classes that a class's are held against, and correct images that say how a class usually looks. */
const mostOthers = 500;
const mostCorrect = 100;
/** With fewer mistakes of other classes, correct images are taken in. */
const fewMistakes = 60;
/** With fewer correct images of a class, it is compared with those of all classes. */
const fewestCorrect = 5;

export interface Embedding {
  /** Points of the class's mistakes, in the order given, and of mistakes for other classes. */
  own: Point[];
  others: Point[];
}

/**
 * What earlier layers see for the true class, less what they usually see in that class: the answer has not shaped it, and neither has the thing in
 * the picture.
 *
 * @param own mistakes of one predicted class
 * @param others mistakes for other classes
 */
export function earlyEmbedding(own: Sample, others: Sample, sample: Sample, maps: SeenMaps): Embedding {
  const mistakes = [...own, ...others];
  const labels = new Set(mistakes.map(({ label }) => label));
  const ofLabels = sample.filter((image) => isCorrect(image) && labels.has(image.label));
  const correct = [...grouped(ofLabels, ({ label }) => label).values()].flatMap((images) =>
    systematicSample(images, mostCorrect),
  );
  const features = evidenceFeatures(maps.label, [...mistakes, ...correct].map(rowOf));
  const known = correct.map(({ label }, i) => ({ label, point: at(features, mistakes.length + i) }));
  const pointsOf = (images: typeof known) => images.map(({ point }) => point);
  const everywhere = centroid(pointsOf(known));
  const usual = new Map(
    [...grouped(known, ({ label }) => label)].map(([label, images]) => [
      label,
      images.length < fewestCorrect ? everywhere : centroid(pointsOf(images)),
    ]),
  );
  const centred = mistakes.map(({ label }, i) => {
    const point = at(features, i);
    return known.length === 0 ? point : difference(point, usual.get(label) ?? everywhere);
  });
  return parted(principalComponents(centred, dimensions), own.length);
}

/** All that is known of what a mistake was made of and of what its picture holds. */
export function fullEmbedding(own: Sample, others: Sample, maps: SeenMaps): Embedding {
  const rows = [...own, ...others].map(rowOf);
  const features = concatenated([
    evidenceFeatures(maps.predicted, rows),
    evidenceFeatures(maps.label, rows),
    ...maps.predicted.slice(0, 1).map((deepest) => heatmapFeatures(deepest, rows)),
  ]);
  return parted(principalComponents(features, dimensions, roundsOfAll), own.length);
}

/** Mistakes for classes other than `predicted`, a few of many. */
export function otherMistakes(predicted: number, sample: Sample): SampledImage[] {
  return systematicSample(
    sample.filter((image) => image.predicted !== predicted && !isCorrect(image)),
    mostOthers,
  );
}

/** `others`, mistakes for classes other than `predicted`; where they are few, correct images of those classes, too. */
export function withCorrect(others: Sample, predicted: number, sample: Sample): Sample {
  if (others.length >= fewMistakes) return others;
  const correct = sample.filter((image) => image.predicted !== predicted && isCorrect(image));
  return [...others, ...systematicSample(correct, fewMistakes - others.length)];
}

function parted(points: Point[], own: number): Embedding {
  return { own: points.slice(0, own), others: points.slice(own) };
}
