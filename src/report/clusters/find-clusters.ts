/** Groups of false positives that were made by looking at the same thing. docs/guide/report-methods.md explains the steps. */

import type { Cluster } from '../contract.ts';
import type { EvidenceRows } from '../read/evidence.ts';
import { everyFew } from './choose-images.ts';
import { sharesWithOthers } from './foreign-members.ts';
import { groupPoints } from './group-points.ts';
import { meanHeatmap, placeOf } from './mean-heatmap.ts';
import { nearest } from './neighbours.ts';
import { countClasses, mean, range, rounded } from './numbers.ts';
import { centroid, distance, evidenceColumns, heatmapColumns, joined, type Point } from './points.ts';
import { principalComponents } from './principal-components.ts';
import type { Sample } from './run-columns.ts';
import { sameCauses } from './same-cause.ts';
import { lookAlikes, type Slices, sliceRates } from './slice-rates.ts';
import { chanceOfSure, type SureMistakes } from './sure-mistakes.ts';

/** Fewer false positives of a class are no group. */
const fewest = 10;
const smallestGroup = 5;
/** Share of a group's sure mistakes that its reach holds. */
const coreShare = 0.85;
/** Predicted classes that are looked into: those with the most false positives. */
export const mostClasses = 60;
/**
 * A claim needs so many sure mistakes that chance hardly gives them. Where it might, images that look like the group must be taken for the
 * class far more often than usual, too.
 */
const claimLimits = {
  sure: 0.5,
  hardly: { chance: 1e-4, slice: 0, lift: 1.3 },
  perhaps: { chance: 0.1, slice: 0.2, lift: 2 },
};
/** Layers that are compared, the deepest first. */
const mostLayers = 2;
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
  const columns = joined([evidenceColumns(maps.predicted.slice(0, mostLayers), taken), heatmapColumns(deepest, taken)]);
  const wrongAt = range(taken.length).filter((at) => sample.label[taken[at] ?? -1] !== predicted);
  const wrong = wrongAt.map((at) => taken[at] ?? -1);
  if (wrong.length < fewest) return [];
  const points = principalComponents(
    wrongAt.map((at) => columns[at] ?? []),
    8,
  );
  const isSure = wrong.map((row) => (sample.margin[row] ?? 0) >= sure.margin);
  const groups = causesOf(groupsOf(points, isSure), { predicted, wrong, points, sample, maps });
  const slices = sliceRates(predicted, wrong, sample, maps);
  const shown = correctBeside(taken, predicted, sample);
  return groups
    .filter((members) => members.length >= smallestGroup)
    .map((members) => {
      const sureOnes = members.filter((at) => isSure[at]).length;
      const chance = chanceOfSure(sure, sureOnes, members.length);
      const rate = mean(members.map((at) => slices.rates[at] ?? 0));
      const claimed =
        members.length >= fewest &&
        sureOnes >= claimLimits.sure * members.length &&
        [claimLimits.hardly, claimLimits.perhaps].some(
          (limit) => chance < limit.chance && rate >= Math.max(limit.slice, limit.lift * slices.usual),
        );
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

interface Mistakes {
  predicted: number;
  /** Rows of the sample, and where each lies. */
  wrong: readonly number[];
  points: readonly Point[];
  sample: Sample;
  maps: SeenMaps;
}

/** Groups without the members that lack what the others share; those of one cause are joined then. */
function causesOf(groups: readonly number[][], { predicted, wrong, points, sample, maps }: Mistakes): number[][] {
  const parts = groups
    .map((members) => {
      const belongs = sharesWithOthers(
        members.map((at) => points[at] ?? []),
        members.map((at) => sample.label[wrong[at] ?? -1] ?? -1),
      );
      return members.filter((_, place) => belongs[place]);
    })
    .filter((members) => members.length >= smallestGroup);
  const rows = parts.map((members) => members.map((at) => wrong[at] ?? -1));
  return sameCauses(rows, predicted, sample, maps.predicted).map((places) => {
    const members = places.flatMap((place) => parts[place] ?? []);
    const middle = centroid(members.map((at) => points[at] ?? []));
    const far = (at: number) => distance(points[at] ?? [], middle);
    return members.sort((a, b) => far(a) - far(b) || a - b);
  });
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
