/** The mistakes of one predicted class in groups: one for each cause, as far as what was looked at tells them apart. */

import { everyFew } from './choose-images.ts';
import { toldApart } from './discriminant.ts';
import type { SeenMaps } from './find-clusters.ts';
import { sharesWithOthers } from './foreign-members.ts';
import { groupPoints, halves } from './group-points.ts';
import { allLooks, earlyLooks, type Looks, otherMistakes, withCorrect } from './mistake-looks.ts';
import { range } from './numbers.ts';
import type { Unit } from './ordinary-sureness.ts';
import { centroid, distance, evidenceColumns, heatmapColumns, joined, type Point, pick } from './points.ts';
import { principalComponents } from './principal-components.ts';
import type { Sample } from './run-columns.ts';
import { joinSameCauses } from './same-cause.ts';

/** Fewer false positives of a class are no group. */
export const fewest = 10;
export const smallestGroup = 5;
/** Fewer mistakes of other classes say nothing about what they lack. */
export const fewestOthers = 20;
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
  /** The mistakes by what earlier layers see, and by all that is known of them. */
  early: Looks;
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
  const points = principalComponents(pick(wrongAt, columns), 8);
  const isSure = wrong.map((row) => (sample.margin[row] ?? 0) >= surely);
  const others = otherMistakes(predicted, sample);
  const early = earlyLooks(wrong, others, sample, maps);
  const looks = allLooks(wrong, withCorrect(others, predicted, sample), maps);
  const correctAt = everyFew(
    range(taken.length).filter((at) => !isWrong[at]),
    mostCorrect,
  );
  const groups = causesOf(
    groupsOf(points, isSure, early.own),
    points,
    wrong.map((row) => sample.label[row] ?? -1),
    [looks, early].filter(({ others }) => others.length >= fewestOthers),
  );
  return { predicted, taken, columns, wrongAt, correctAt, wrong, isSure, early, looks, groups };
}

/** The groups and what is in none, as counts of sure mistakes. */
export function unitsOf({ groups, wrong, isSure }: ClassGroups): Unit[] {
  const grouped = new Set(groups.flat());
  const rest = range(wrong.length).filter((at) => !grouped.has(at));
  return [...groups, rest].filter(({ length }) => length > 0).map((members) => unitOf(members, isSure));
}

export function unitOf(members: readonly number[], isSure: readonly boolean[]): Unit {
  return { size: members.length, sure: members.filter((at) => isSure[at]).length };
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
      const far = distanceFrom(centroid(pick(core, points)), points);
      const distances = core.map(far).sort((a, b) => a - b);
      const reach = distances[Math.floor(distances.length * coreShare)] ?? 0;
      const members = seeds.length < smallestGroup ? all : all.filter((at) => isSure[at] || far(at) <= reach);
      return nearestFirst(members, far);
    });
}

/** A group as the parts that other evidence tells apart, too: two causes of one class may lie close by what answered for it. */
function split(group: number[], points: readonly Point[], looks: readonly Point[]): number[][] {
  const cut = halves(pick(group, points));
  if (cut === null || cut.silhouette < splitLimits.silhouette) return [group];
  const [one, other] = cut.parts.map((part) => part.map((place) => group[place] ?? -1));
  if (one === undefined || other === undefined || Math.min(one.length, other.length) < smallestGroup) return [group];
  if (toldApart(pick(one, looks), pick(other, looks)) < splitLimits.apart) return [group];
  return [...split(one, points, looks), ...split(other, points, looks)];
}

/** Groups without the members that lack what the others share; those of one cause are joined then. */
function causesOf(
  groups: readonly number[][],
  points: readonly Point[],
  labels: readonly number[],
  views: readonly Looks[],
): number[][] {
  const parts = groups
    .map((members) => {
      const belongs = sharesWithOthers(
        pick(members, points),
        members.map((at) => labels[at] ?? -1),
      );
      return members.filter((_, place) => belongs[place]);
    })
    .filter((members) => members.length >= smallestGroup);
  return joinSameCauses(parts, views).map((members) => {
    return nearestFirst(members, distanceFrom(centroid(pick(members, points)), points));
  });
}

function distanceFrom(middle: Point, points: readonly Point[]): (at: number) => number {
  return (at) => distance(points[at] ?? [], middle);
}

function nearestFirst(members: readonly number[], far: (at: number) => number): number[] {
  return [...members].sort((a, b) => far(a) - far(b) || a - b);
}
