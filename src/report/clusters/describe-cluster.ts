/** What a report says of a group of mistakes. */

import type { Cluster } from '../contract.ts';
import type { Judged } from './claims.ts';
import type { ClassGroups } from './class-groups.ts';
import type { SeenMaps } from './find-clusters.ts';
import { meanHeatmap, placeOf } from './mean-heatmap.ts';
import { nearest } from './neighbours.ts';
import { countClasses, mean, rounded } from './numbers.ts';
import { centroid, type Point, pick } from './points.ts';
import { principalComponents } from './principal-components.ts';
import type { Sample } from './run-columns.ts';
import { lookAlikes, type Slices } from './slice-rates.ts';

const listed = 12;

/** What is known of a cluster before it has a rank. */
export type UnrankedCluster = Omit<Cluster, 'id' | 'sentence'> & { predicted: number; rows: number[] };

export interface Surroundings {
  sample: Sample;
  maps: SeenMaps;
  slices: Slices;
  /** False positives of the class in the whole run. */
  ofClass: number;
}

export function describeCluster(
  { members, chance, setApart, claimed }: Judged,
  { predicted, wrong, wrongAt, correctAt, taken, columns }: ClassGroups,
  { sample, maps, slices, ofClass }: Surroundings,
): UnrankedCluster {
  const rows = members.map((at) => wrong[at] ?? -1);
  const keyOf = (row: number | undefined) => sample.keys[row ?? -1] ?? '';
  const keys = rows.map(keyOf);
  const own = pick(
    members.map((at) => wrongAt[at] ?? -1),
    columns,
  );
  const correct = pick(correctAt, columns);
  const correctKeys = correctAt.map((at) => keyOf(taken[at]));
  const plane = principalComponents([...own, ...correct], 2);
  const [deepest] = maps.predicted;
  const heatmap = deepest === undefined ? [] : meanHeatmap(deepest, rows);
  const rate = mean(members.map((at) => slices.rates[at] ?? 0));
  return {
    predicted,
    rows,
    images: keys,
    size: keys.length,
    share: rounded(keys.length / Math.min(ofClass, wrong.length)),
    labels: countClasses(rows.map((row) => sample.label[row] ?? -1)),
    heatmap,
    place: heatmap.length === 0 ? 'nowhere' : placeOf(heatmap),
    typical: keys.slice(0, listed),
    counterExamples: nearest(correct, centroid(own), listed).map((place) => correctKeys[place] ?? ''),
    lookAlikes: lookAlikes(members, slices, rows, sample),
    errorRate: { slice: rounded(rate), classes: rounded(slices.usual) },
    spuriousCue: rounded(Math.max(0, (rate - slices.usual) / Math.max(1 - slices.usual, 1e-9))),
    claimed,
    chance,
    setApart: setApart === null ? null : rounded(setApart),
    embedding: {
      images: members.map((_, place) => placeIn(plane[place])),
      correct: correctKeys.map((key, place) => ({ key, at: placeIn(plane[members.length + place]) })),
    },
  };
}

function placeIn(point: Point | undefined): [number, number] {
  return [rounded(point?.[0] ?? 0), rounded(point?.[1] ?? 0)];
}
