/** The mistakes of one predicted class in groups: one for each cause, as far as what was looked at tells them apart. */

import { everyFew } from './choose-images.ts';
import { toldApart } from './discriminant.ts';
import type { SeenMaps } from './find-clusters.ts';
import { sharesWithOthers } from './foreign-members.ts';
import { groupPoints, halves } from './group-points.ts';
import { earlyLooks, type Looks, otherMistakes } from './mistake-looks.ts';
import { range } from './numbers.ts';
import type { Unit } from './ordinary-sureness.ts';
import { centroid, distance, evidenceColumns, heatmapColumns, joined, type Point } from './points.ts';
import { principalComponents } from './principal-components.ts';
import type { Sample } from './run-columns.ts';
import { sameCauses } from './same-cause.ts';

/** Fewer false positives of a class are no group. */
export const fewest = 10;
export const smallestGroup = 5;
/** Share of a group's sure mistakes that its reach holds. */
const coreShare = 0.85;
/** A group is two when its halves are so far apart, and told apart by what earlier layers see, too. */
const splitLimits = { silhouette: 0.18, apart: 0.75 };
/** Layers that are compared, the deepest first. */
const mostLayers = 2;
const mostCorrect = 200;

export interface ClassGroups {
  predicted: number;
  /** Rows of the sample that were taken for the class, and their columns; places in it of the wrong ones and of some correct ones. */
  taken: number[];
  columns: number[][];
  wrongAt: number[];
  correctAt: number[];
  /** The mistakes: rows of the sample, and whether each is sure. */
  wrong: number[];
  isSure: boolean[];
  looks: Looks;
  /** Places in `wrong` of each group's members, most typical first. */
  groups: number[][];
}

/**
 * @param surely margin from which a mistake is sure
 * @param explained rows of the sample that are left out
 * @returns null where there are too few mistakes
 */
export function groupsOfClass(
  predicted: number,
  sample: Sample,
  maps: SeenMaps,
  surely: number,
  explained: ReadonlySet<number>,
): ClassGroups | null {
  const rows = range(sample.images.length);
  const taken = rows.filter((row) => sample.predicted[row] === predicted && !explained.has(row));
  const [deepest] = maps.predicted;
  if (deepest === undefined) return null;
  const isWrong = taken.map((row) => sample.label[row] !== predicted);
  const wrongAt = range(taken.length).filter((at) => isWrong[at]);
  if (wrongAt.length < fewest) return null;
  // How channels vary is measured over everything that was taken for the class; the components are those of the mistakes.
  const columns = joined([evidenceColumns(maps.predicted.slice(0, mostLayers), taken), heatmapColumns(deepest, taken)]);
  const wrong = wrongAt.map((at) => taken[at] ?? -1);
  const points = principalComponents(
    wrongAt.map((at) => columns[at] ?? []),
    8,
  );
  const isSure = wrong.map((row) => (sample.margin[row] ?? 0) >= surely);
  const looks = earlyLooks(wrong, otherMistakes(predicted, sample), sample, maps);
  const correctAt = everyFew(
    range(taken.length).filter((at) => !isWrong[at]),
    mostCorrect,
  );
  const groups = causesOf(groupsOf(points, isSure, looks.own), { predicted, wrong, points, sample, maps });
  return { predicted, taken, columns, wrongAt, correctAt, wrong, isSure, looks, groups };
}

/** The groups and what is in none, as counts of sure mistakes. */
export function unitsOf({ groups, wrong, isSure }: ClassGroups): Unit[] {
  const grouped = new Set(groups.flat());
  const rest = range(wrong.length).filter((at) => !grouped.has(at));
  return [...groups, rest]
    .filter(({ length }) => length > 0)
    .map((members) => ({ size: members.length, sure: members.filter((at) => isSure[at]).length }));
}

export function pick(places: readonly number[], points: readonly Point[]): Point[] {
  return places.map((at) => points[at] ?? []);
}

/**
 * Mistakes that look alike. Half-hearted ones stay in a group only within the reach of its sure ones: ordinary confusions surround a cause.
 * @returns places in `points` of each group, most typical first
 */
function groupsOf(points: readonly Point[], isSure: readonly boolean[], looks: readonly Point[]): number[][] {
  const groupOf = groupPoints(points);
  const whole = [...new Set(groupOf)].map((group) => range(points.length).filter((at) => groupOf[at] === group));
  return whole
    .flatMap((group) => split(group, points, looks))
    .map((all) => {
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

/** A group as the parts that other evidence tells apart, too: two causes of one class may lie close by what answered for it. */
function split(group: number[], points: readonly Point[], looks: readonly Point[]): number[][] {
  const cut = halves(group.map((at) => points[at] ?? []));
  if (cut === null || cut.silhouette < splitLimits.silhouette) return [group];
  const [one, other] = cut.parts.map((part) => part.map((place) => group[place] ?? -1));
  if (one === undefined || other === undefined || Math.min(one.length, other.length) < smallestGroup) return [group];
  if (toldApart(pick(one, looks), pick(other, looks)) < splitLimits.apart) return [group];
  return [...split(one, points, looks), ...split(other, points, looks)];
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
