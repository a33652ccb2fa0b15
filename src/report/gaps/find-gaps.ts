/** Misclassified images of a class that look like each other and not like the class's correct images. */

import { at } from '../../explain/at.ts';
import { binomialTail } from '../clusters/binomial-tail.ts';
import { evidenceFeatures } from '../clusters/features.ts';
import { meanHeatmap, placeOf } from '../clusters/mean-heatmap.ts';
import { nearest, relativeDistance, weightedShare } from '../clusters/nearest-neighbours.ts';
import type { NullModel } from '../clusters/null-model.ts';
import { countClasses, mean, rounded } from '../clusters/numbers.ts';
import { centroid, distance } from '../clusters/points.ts';
import { principalComponents } from '../clusters/principal-components.ts';
import { isCorrect, rowOf, type Sample, type SampledImage, type SeenMaps } from '../clusters/sample.ts';
import type { Gap } from '../contract.ts';
import { type GapReference, heldAgainstReference } from './held-against-reference.ts';

/** Fewer misclassified images of a class are no gap. */
const fewest = 10;
const mostClasses = 60;
const neighbours = 10;
/** A misclassified image belongs to the gap when so many of its neighbours within the class are misclassified. */
const belongs = 0.3;
/** A claim needs: improbable by chance, misclassified images mostly among themselves, and mistakes that are no mere hesitation. */
const claimLimits = { pValue: 1e-3, amongThemselves: 0.6, expected: 1 };
/** With a reference run, what decides is whether it has images like these: so much rarer than images like the correct ones, improbably so for all classes that are asked about. */
const rarerLimits = { times: 2, chance: 1e-3 };
const listed = 12;

export type UnrankedGap = Omit<Gap, 'id' | 'sentence'> & { rows: number[]; nearCorrect: number };

export interface MarginModel {
  /** Margin from which one counts as high. */
  threshold: number;
  nullModel: NullModel;
}

/** @param explained rows of the sample that a claimed cluster over several classes explains: they are left out */
export function findGaps(
  sample: Sample,
  maps: SeenMaps,
  explained: ReadonlySet<number>,
  reference: GapReference | null,
  margins: MarginModel,
): UnrankedGap[] {
  const left = sample.filter(({ row }) => !explained.has(row));
  const wrong = left.filter((image) => !isCorrect(image));
  const classes = countClasses(wrong.map(({ label }) => label)).filter(({ count }) => count >= fewest);
  return classes.slice(0, mostClasses).flatMap(({ class: label }) => {
    const own = left.filter((image) => image.label === label);
    return gapOf(label, own, maps, classes.length, reference, margins) ?? [];
  });
}

function gapOf(
  label: number,
  own: Sample,
  maps: SeenMaps,
  tests: number,
  reference: GapReference | null,
  { threshold, nullModel }: MarginModel,
): UnrankedGap | null {
  const points = principalComponents(evidenceFeatures(maps.label, own.map(rowOf)), 12);
  const images = own.map((image, i) => ({ ...image, point: at(points, i) }));
  const isWrong = (image: SampledImage) => !isCorrect(image);
  const correct = images.filter(isCorrect);
  const wrong = images.filter(isWrong).map((image) => {
    const around = nearest(images, image.point, neighbours, image);
    return { ...image, around, share: weightedShare(around, isWrong) };
  });
  const members = wrong.filter(({ share }) => share >= belongs);
  if (members.length < fewest) return null;
  // A binomial test with Bonferroni's correction, and the null model of high margins.
  const amongThemselves = mean(wrong.map(({ share }) => share));
  const alike = binomialTail(Math.round(amongThemselves * wrong.length), wrong.length, weightedShare(images, isWrong));
  const pValue = Math.min(1, alike * tests);
  const highMargin = wrong.filter(({ margin }) => margin >= threshold).length;
  const areApart =
    pValue < claimLimits.pValue &&
    amongThemselves >= claimLimits.amongThemselves &&
    nullModel.pValue({ size: wrong.length, highMargin }) * tests < claimLimits.expected;
  const held = reference && heldAgainstReference({ images: own, members, maps }, reference, label);

  const middle = centroid(members.map(({ point }) => point));
  members.sort((a, b) => distance(a.point, middle) - distance(b.point, middle) || a.row - b.row);
  const rows = members.map(rowOf);
  const keys = members.map(({ key }) => key);
  const [analysed] = maps.label;
  const heatmap = analysed === undefined ? [] : meanHeatmap(analysed, rows);
  return {
    label,
    rows,
    images: keys,
    size: keys.length,
    share: rounded(keys.length / wrong.length),
    predicted: countClasses(members.map(({ predicted }) => predicted)),
    heatmap,
    place: heatmap.length === 0 ? 'nowhere' : placeOf(heatmap),
    typical: keys.slice(0, listed),
    nearest: nearest(correct, middle, listed).map(({ key }) => key),
    nearCorrect: new Set(members.flatMap(({ around }) => around.filter(isCorrect))).size,
    distance: rounded(relativeDistance(members, correct)),
    reference: held,
    claimed: held === null ? areApart : isRarer(held, tests),
    chance: pValue,
  };
}

function isRarer({ rarer, chance }: NonNullable<Gap['reference']>, tests: number): boolean {
  return rarer >= rarerLimits.times && chance * tests < rarerLimits.chance;
}
