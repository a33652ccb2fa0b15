/** Misclassified images of a class that look like each other and not like the class's correct images. */

import { binomialTail } from '../clusters/binomial-tail.ts';
import type { SeenMaps } from '../clusters/find-clusters.ts';
import { meanHeatmap, placeOf } from '../clusters/mean-heatmap.ts';
import { flaggedShare, nearest } from '../clusters/neighbours.ts';
import { countClasses, mean, median, range, rounded } from '../clusters/numbers.ts';
import type { OrdinarySureness } from '../clusters/ordinary-sureness.ts';
import { centroid, distance, evidenceColumns, type Point, pick } from '../clusters/points.ts';
import { principalComponents } from '../clusters/principal-components.ts';
import type { Sample } from '../clusters/run-columns.ts';
import type { Gap } from '../contract.ts';

/** Fewer misclassified images of a class are no gap. */
const fewest = 10;
const mostClasses = 60;
const neighbours = 10;
/** A misclassified image belongs to the gap when so many of its neighbours within the class are misclassified. */
const belongs = 0.3;
/** A claim needs: improbable by chance, misclassified images mostly among themselves, and mistakes that are no mere hesitation. */
const claimLimits = { chance: 1e-3, amongThemselves: 0.6, expected: 1 };
const listed = 12;

export type UnrankedGap = Omit<Gap, 'id' | 'sentence'> & { rows: number[]; nearCorrect: number };

export interface Sureness {
  /** Margin from which a mistake counts as sure. */
  margin: number;
  ordinary: OrdinarySureness;
}

export interface GapReference {
  sample: Sample;
  maps: SeenMaps;
}

/** @param explained rows of the sample that a claimed cluster over several classes explains: they are left out */
export function findGaps(
  sample: Sample,
  maps: SeenMaps,
  explained: ReadonlySet<number>,
  reference: GapReference | null,
  sureness: Sureness,
): UnrankedGap[] {
  const left = range(sample.images.length).filter((row) => !explained.has(row));
  const wrong = left.filter((row) => sample.label[row] !== sample.predicted[row]);
  const classes = countClasses(wrong.map((row) => sample.label[row] ?? -1)).filter(({ count }) => count >= fewest);
  return classes.slice(0, mostClasses).flatMap(({ class: label }) => {
    const own = left.filter((row) => sample.label[row] === label);
    return gapOf(label, own, sample, maps, classes.length, reference, sureness) ?? [];
  });
}

function gapOf(
  label: number,
  own: readonly number[],
  sample: Sample,
  maps: SeenMaps,
  tests: number,
  reference: GapReference | null,
  sureness: Sureness,
): UnrankedGap | null {
  const points = principalComponents(evidenceColumns(maps.label, own), 12);
  const isWrong = own.map((row) => sample.predicted[row] !== label);
  const weights = own.map((row) => sample.weight[row] ?? 0);
  const wrongAt = range(own.length).filter((at) => isWrong[at]);
  const shares = flaggedShare(points, isWrong, weights, wrongAt, neighbours);
  const members = wrongAt.filter((_, i) => (shares[i] ?? 0) >= belongs);
  if (members.length < fewest) return null;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const usual = weights.reduce((sum, weight, at) => sum + (isWrong[at] ? weight : 0), 0) / Math.max(total, 1e-9);
  const amongThemselves = mean(shares);
  const chance = Math.min(1, binomialTail(Math.round(amongThemselves * wrongAt.length), wrongAt.length, usual) * tests);
  const sureOnes = wrongAt.filter((at) => (sample.margin[own[at] ?? -1] ?? 0) >= sureness.margin);
  const claimed =
    chance < claimLimits.chance &&
    amongThemselves >= claimLimits.amongThemselves &&
    sureness.ordinary.chance({ size: wrongAt.length, sure: sureOnes.length }) * tests < claimLimits.expected;

  const middle = centroid(pick(members, points));
  members.sort((a, b) => distance(points[a] ?? [], middle) - distance(points[b] ?? [], middle) || a - b);
  const rows = members.map((at) => own[at] ?? -1);
  const keys = rows.map((row) => sample.keys[row] ?? '');
  const correctAt = range(own.length).filter((at) => !isWrong[at]);
  const correct = pick(correctAt, points);
  const [analysed] = maps.label;
  const heatmap = analysed === undefined ? [] : meanHeatmap(analysed, rows);
  return {
    label,
    rows,
    images: keys,
    size: keys.length,
    share: rounded(keys.length / wrongAt.length),
    predicted: countClasses(rows.map((row) => sample.predicted[row] ?? -1)),
    heatmap,
    place: heatmap.length === 0 ? 'nowhere' : placeOf(heatmap),
    typical: keys.slice(0, listed),
    nearest: nearest(correct, middle, listed).map((place) => sample.keys[own[correctAt[place] ?? -1] ?? -1] ?? ''),
    nearCorrect: new Set(
      members.flatMap((at) => nearest(points, points[at] ?? [], neighbours, at).filter((other) => !isWrong[other])),
    ).size,
    distance: rounded(relativeDistance(pick(members, points), correct)),
    referenceDistance: reference === null ? null : referenceDistance(label, rows, maps, reference),
    claimed,
    chance,
  };
}

/** Median distance to the fifth nearest of `known`, over that of `known` to each other. Infinity is given as 1000. */
function relativeDistance(points: readonly Point[], known: readonly Point[]): number {
  const reach = (point: Point, self: number) => {
    const around = nearest(known, point, 5, self);
    const last = around[around.length - 1];
    return last === undefined ? 1000 : distance(known[last] ?? [], point);
  };
  const usual = median(known.map((point, at) => reach(point, at)));
  const far = median(points.map((point) => reach(point, -1)));
  return usual === 0 ? 1000 : Math.min(1000, far / usual);
}

/** As `relativeDistance`, to the reference's correct images of the class; 1000 where it has none. */
function referenceDistance(
  label: number,
  rows: readonly number[],
  maps: SeenMaps,
  { sample, maps: theirs }: GapReference,
): number | null {
  const known = range(sample.images.length).filter(
    (row) => sample.label[row] === label && sample.predicted[row] === label,
  );
  if (known.length < 6) return 1000;
  const joinedMaps = maps.label.map((map, at) => {
    const other = theirs.label[at];
    if (other === undefined || other.channels !== map.channels) return null;
    const pick = (from: Float32Array, size: number, chosen: readonly number[]) =>
      chosen.flatMap((row) => Array.from(from.subarray(row * size, (row + 1) * size)));
    return {
      ...map,
      evidence: Float32Array.from([
        ...pick(map.evidence, map.channels, rows),
        ...pick(other.evidence, map.channels, known),
      ]),
    };
  });
  const usable = joinedMaps.filter((map) => map !== null);
  if (usable.length === 0) return null;
  const points = principalComponents(evidenceColumns(usable, range(rows.length + known.length)), 12);
  return rounded(relativeDistance(points.slice(0, rows.length), points.slice(rows.length)));
}
