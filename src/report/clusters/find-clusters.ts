/** Groups of false positives that were made by looking at the same thing. docs/guide/report-methods.md explains the steps. */

import type { Cluster } from '../contract.ts';
import type { EvidenceRows } from '../read/evidence.ts';
import { everyFew } from './choose-images.ts';
import { groupPoints } from './group-points.ts';
import { meanHeatmap, placeOf } from './mean-heatmap.ts';
import { flaggedShare, nearest } from './neighbours.ts';
import { centroid, distance, evidenceColumns, heatmapColumns, joined, type Point } from './points.ts';
import { principalComponents } from './principal-components.ts';
import type { Sample } from './run-columns.ts';
import { chanceOfSure, type SureMistakes } from './sure-mistakes.ts';

/** Fewer false positives of a class are no group. */
const fewest = 10;
const smallestGroup = 5;
/** Share of a group's sure mistakes that its reach holds. */
const coreShare = 0.8;
/** Predicted classes that are looked into: those with the most false positives. */
export const mostClasses = 60;
/** Images that one class's clusters are compared with. */
const mostCompared = 1200;
const neighbours = 10;
/** A claim needs: improbable by chance, and images that look like it taken for the class so often. */
const claimLimits = { chance: 1e-2, sure: 0.55, slice: 0.2, lift: 1.3 };
const listed = 12;

export interface SeenMaps {
  /** For the predicted class, the deepest layer first. */
  predicted: EvidenceRows[];
  /** For the true class, at earlier layers. */
  label: EvidenceRows[];
}

/** What is known of a cluster before it has a rank. */
export type UnrankedCluster = Omit<Cluster, 'id' | 'sentence'> & { predicted: number; rows: number[] };

/**
 * @param sample the chosen images; its maps are given by their use
 * @param explained rows of the sample that are left out: a gap explains them
 */
export function findClusters(
  sample: Sample,
  maps: SeenMaps,
  sure: SureMistakes,
  explained: ReadonlySet<number> = new Set(),
): UnrankedCluster[] {
  const byCount = [...sure.classes]
    .filter(([, { all }]) => all >= fewest)
    .sort((a, b) => b[1].all - a[1].all || a[0] - b[0]);
  return byCount.slice(0, mostClasses).flatMap(([predicted]) => clustersOf(predicted, sample, maps, sure, explained));
}

function clustersOf(
  predicted: number,
  sample: Sample,
  maps: SeenMaps,
  sure: SureMistakes,
  explained: ReadonlySet<number>,
): UnrankedCluster[] {
  const rows = range(sample.images.length);
  const taken = rows.filter((row) => sample.predicted[row] === predicted && !explained.has(row));
  const [deepest] = maps.predicted;
  if (deepest === undefined) return [];
  // How channels vary is measured over everything that was taken for the class; the components are those of the mistakes.
  const columns = joined([evidenceColumns(maps.predicted, taken), heatmapColumns(deepest, taken)]);
  const wrongAt = range(taken.length).filter((at) => sample.label[taken[at] ?? -1] !== predicted);
  const wrong = wrongAt.map((at) => taken[at] ?? -1);
  if (wrong.length < fewest) return [];
  const points = principalComponents(
    wrongAt.map((at) => columns[at] ?? []),
    8,
  );
  const isSure = wrong.map((row) => (sample.margin[row] ?? 0) >= sure.margin);
  const groups = groupsOf(points, isSure);
  const slices = sliceRates(predicted, wrong, sample, maps);
  const shown = correctBeside(taken, predicted, sample);
  return groups
    .filter((members) => members.length >= smallestGroup)
    .map((members) => {
      const sureOnes = members.filter((at) => isSure[at]).length;
      const chance = chanceOfSure(sure, sureOnes, members.length);
      const rate = mean(members.map((at) => slices.rates[at] ?? 0));
      const claimed =
        chance < claimLimits.chance &&
        members.length >= fewest &&
        sureOnes >= claimLimits.sure * members.length &&
        rate >= Math.max(claimLimits.slice, claimLimits.lift * slices.usual);
      return describe({
        predicted,
        members,
        wrong,
        wrongAt,
        points,
        sample,
        deepest,
        slices,
        shown,
        taken,
        columns,
        chance,
        rate,
        claimed,
        sure,
      });
    });
}

/**
 * Mistakes that look alike. Half-hearted ones stay in a group only within the reach of its sure ones: ordinary confusions surround a cause.
 * @returns places in `points` of each group, most typical first
 */
function groupsOf(points: readonly Point[], isSure: readonly boolean[]): number[][] {
  const groupOf = groupPoints(points);
  return [...new Set(groupOf)].map((group) => {
    const all = range(points.length).filter((at) => groupOf[at] === group);
    const seeds = all.filter((at) => isSure[at]);
    const core = seeds.length < smallestGroup ? all : seeds;
    const middle = centroid(core.map((at) => points[at] ?? []));
    const far = (at: number) => distance(points[at] ?? [], middle);
    const distances = core.map(far).sort((a, b) => a - b);
    const reach = distances[Math.floor(distances.length * coreShare)] ?? 0;
    const members = seeds.length < smallestGroup ? all : all.filter((at) => isSure[at] || far(at) <= reach);
    return members.sort((a, b) => far(a) - far(b) || a - b);
  });
}

interface Slices {
  /** For each mistake: of the images of other classes that look like it, the share that is taken for the class too. */
  rates: number[];
  /** The same share over all images of those classes. */
  usual: number;
  compared: number[];
  points: Point[];
  isTaken: boolean[];
}

/** Looks are those of the true class at earlier layers: what the answer has not shaped. */
function sliceRates(predicted: number, wrong: readonly number[], sample: Sample, maps: SeenMaps): Slices {
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

/** Places in `taken` of correct images, a few of many. */
function correctBeside(taken: readonly number[], predicted: number, sample: Sample): number[] {
  return everyFew(
    range(taken.length).filter((at) => sample.label[taken[at] ?? -1] === predicted),
    200,
  );
}

interface Found {
  predicted: number;
  members: number[];
  wrong: number[];
  wrongAt: number[];
  points: Point[];
  sample: Sample;
  deepest: EvidenceRows;
  slices: Slices;
  shown: number[];
  taken: number[];
  columns: number[][];
  chance: number;
  rate: number;
  claimed: boolean;
  sure: SureMistakes;
}

function describe(found: Found): UnrankedCluster {
  const { predicted, members, wrong, wrongAt, sample, deepest, slices, shown, columns } = found;
  const rows = members.map((at) => wrong[at] ?? -1);
  const keys = rows.map((row) => sample.keys[row] ?? '');
  const { taken } = found;
  const middle = centroid(members.map((at) => columns[wrongAt[at] ?? -1] ?? []));
  const alike = nearest(
    shown.map((at) => columns[at] ?? []),
    middle,
    listed,
  );
  const plane = principalComponents(
    [...members.map((at) => columns[wrongAt[at] ?? -1] ?? []), ...shown.map((at) => columns[at] ?? [])],
    2,
  );
  const at = (point: Point | undefined): [number, number] => [rounded(point?.[0] ?? 0), rounded(point?.[1] ?? 0)];
  const heatmap = meanHeatmap(deepest, rows);
  const keyOf = (place: number) => sample.keys[taken[shown[place] ?? -1] ?? -1] ?? '';
  const allOfClass = found.sure.classes.get(predicted)?.all ?? rows.length;
  return {
    predicted,
    rows,
    images: keys,
    size: keys.length,
    share: rounded(keys.length / Math.min(allOfClass, Math.max(wrong.length, 1))),
    labels: countClasses(rows.map((row) => sample.label[row] ?? -1)),
    heatmap,
    place: placeOf(heatmap),
    typical: keys.slice(0, listed),
    counterExamples: alike.map(keyOf),
    lookAlikes: lookAlikes(members, slices, rows, sample),
    errorRate: { slice: rounded(found.rate), classes: rounded(slices.usual) },
    spuriousCue: rounded(Math.max(0, (found.rate - slices.usual) / Math.max(1 - slices.usual, 1e-9))),
    claimed: found.claimed,
    chance: found.chance,
    embedding: {
      images: members.map((_, place) => at(plane[place])),
      correct: shown.map((_, place) => ({ key: keyOf(place), at: at(plane[members.length + place]) })),
    },
  };
}

/** Images of the true classes among the nearest of the members: how many are right and how many taken for the class. */
function lookAlikes(
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

/** Most frequent first. */
export function countClasses(classes: readonly number[]): { class: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const own of classes) counts.set(own, (counts.get(own) ?? 0) + 1);
  return [...counts]
    .map(([own, count]) => ({ class: own, count }))
    .sort((a, b) => b.count - a.count || a.class - b.class);
}

export function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
