/** The mistakes of one predicted class in groups: one for each cause, as far as what was looked at separates them. */

import { at } from '../../explain/at.ts';
import { grouped } from '../grouped.ts';
import { systematicSample } from './choose-images.ts';
import { heldOutAuc } from './discriminant.ts';
import { earlyEmbedding, fullEmbedding, otherMistakes, withCorrect } from './embeddings.ts';
import { evidenceFeatures, heatmapFeatures } from './features.ts';
import { knnInliers } from './knn-outliers.ts';
import { mergeGroups, type View } from './merge-groups.ts';
import type { MarginCounts } from './null-model.ts';
import { centroid, concatenated, distance, type Point } from './points.ts';
import { principalComponents } from './principal-components.ts';
import { isCorrect, rowOf, type Sample, type SampledImage, type SeenMaps } from './sample.ts';
import { type Slice, sliceRates } from './slice-rates.ts';
import { bisect, wardClusters } from './ward-clustering.ts';

/** Fewer false positives of a class are no group. */
export const fewest = 10;
export const smallestGroup = 5;
/** Fewer mistakes of other classes say nothing about what they lack. */
export const fewestOthers = 20;
/** Share of a group's members with a high margin that its reach holds. */
const coreShare = 0.85;
/** A group is two when its halves are so far apart, and separated by what earlier layers see, too. */
const splitLimits = { silhouette: 0.18, auc: 0.75 };
/** Layers that are compared, the deepest first. */
const mostLayers = 2;
const mostCorrect = 200;

export interface FalsePositive extends SampledImage {
  highMargin: boolean;
  /** What it was made of: comparable with that of the class's correct images. */
  features: Point;
  /** The features' principal components over the class's false positives. */
  point: Point;
  /** Its place in the embedding of what earlier layers see, and in that of all that is known of it. */
  early: Point;
  full: Point;
  slice: Slice;
}

export interface ClassGroups {
  predicted: number;
  falsePositives: FalsePositive[];
  /** Some of the class's correct images. */
  correct: { key: string; features: Point }[];
  /** The embeddings, each with mistakes for other classes. */
  early: View<FalsePositive>;
  full: View<FalsePositive>;
  /** Share of the images of the false positives' true classes that is taken for the class. */
  baseRate: number;
  /** Some of the false positives, most typical of each group first. */
  groups: FalsePositive[][];
}

/**
 * @param threshold margin from which one counts as high
 * @param explained rows of the sample that are left out
 * @returns null where there are too few mistakes
 */
export function groupsOfClass(
  predicted: number,
  sample: Sample,
  maps: SeenMaps,
  threshold: number,
  explained: ReadonlySet<number>,
): ClassGroups | null {
  const taken = sample.filter((image) => image.predicted === predicted && !explained.has(image.row));
  const [deepest] = maps.predicted;
  if (deepest === undefined || taken.filter((image) => !isCorrect(image)).length < fewest) return null;
  // How channels vary is measured over everything that was taken for the class; the components are those of the mistakes.
  const rows = taken.map(rowOf);
  const layers = maps.predicted.slice(0, mostLayers);
  const features = concatenated([evidenceFeatures(layers, rows), heatmapFeatures(deepest, rows)]);
  const compared = taken.map((image, i) => ({ ...image, features: at(features, i) }));
  const wrong = compared.filter((image) => !isCorrect(image));
  const ofWrong = wrong.map((image) => image.features);
  const points = principalComponents(ofWrong, 8);
  const others = otherMistakes(predicted, sample);
  const early = earlyEmbedding(wrong, others, sample, maps);
  const full = fullEmbedding(wrong, withCorrect(others, predicted, sample), maps);
  const { slices, baseRate } = sliceRates(predicted, wrong, sample, maps);
  const falsePositives = wrong.map((image, i): FalsePositive => {
    const highMargin = image.margin >= threshold;
    const places = { point: at(points, i), early: at(early.own, i), full: at(full.own, i) };
    return { ...image, highMargin, ...places, slice: at(slices, i) };
  });
  const views: Pick<ClassGroups, 'early' | 'full'> = {
    early: { pointOf: (one) => one.early, others: early.others },
    full: { pointOf: (one) => one.full, others: full.others },
  };
  const usable = [views.full, views.early].filter(({ others }) => others.length >= fewestOthers);
  const parts = similarMistakes(falsePositives).map(knnInliers);
  const groups = mergeGroups(
    parts.filter(({ length }) => length >= smallestGroup),
    usable,
  ).map((members) => nearestFirst(members, centroid(members.map(pointOf))));
  const correct = systematicSample(compared.filter(isCorrect), mostCorrect);
  return { predicted, falsePositives, correct, ...views, baseRate, groups };
}

/** High margins in each group, and in what is in none. */
export function countsOf({ groups, falsePositives }: ClassGroups): MarginCounts[] {
  const inGroups = new Set(groups.flat());
  const rest = falsePositives.filter((one) => !inGroups.has(one));
  return [...groups, rest].filter(({ length }) => length > 0).map(marginCounts);
}

export function marginCounts(members: readonly FalsePositive[]): MarginCounts {
  return { size: members.length, highMargin: members.filter(({ highMargin }) => highMargin).length };
}

/**
 * Mistakes that look alike, most typical first. Those with a low margin stay in a group only within the reach of its others: ordinary confusions
 * surround a cause.
 */
function similarMistakes(mistakes: readonly FalsePositive[]): FalsePositive[][] {
  const clusters = wardClusters(mistakes.map(pointOf));
  const whole = grouped(mistakes.entries(), ([i]) => at(clusters, i)).values();
  return [...whole]
    .flatMap((cluster) => split(cluster.map(([, mistake]) => mistake)))
    .map((all) => {
      const seeds = all.filter(({ highMargin }) => highMargin);
      const core = seeds.length < smallestGroup ? all : seeds;
      const middle = centroid(core.map(pointOf));
      const distances = core.map(({ point }) => distance(point, middle)).sort((a, b) => a - b);
      const reach = at(distances, Math.floor(distances.length * coreShare));
      const isNear = ({ highMargin, point }: FalsePositive) => highMargin || distance(point, middle) <= reach;
      return nearestFirst(seeds.length < smallestGroup ? all : all.filter(isNear), middle);
    });
}

/** A group as the parts that other evidence separates, too: two causes of one class may lie close by what answered for it. */
function split(group: FalsePositive[]): FalsePositive[][] {
  const cut = bisect(group.map(pointOf));
  if (cut === null || cut.silhouette < splitLimits.silhouette) return [group];
  const [one = [], other = []] = cut.parts.map((part) => part.map((place) => at(group, place)));
  if (Math.min(one.length, other.length) < smallestGroup) return [group];
  const earlyOf = (half: readonly FalsePositive[]) => half.map(({ early }) => early);
  if (heldOutAuc(earlyOf(one), earlyOf(other)) < splitLimits.auc) return [group];
  return [...split(one), ...split(other)];
}

function pointOf({ point }: FalsePositive): Point {
  return point;
}

function nearestFirst(members: readonly FalsePositive[], middle: Point): FalsePositive[] {
  return [...members].sort((a, b) => distance(a.point, middle) - distance(b.point, middle) || a.row - b.row);
}
