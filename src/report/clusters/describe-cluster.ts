/** What a report says of a group of mistakes. */

import { at } from '../../explain/at.ts';
import type { Cluster } from '../contract.ts';
import type { JudgedGroup } from './claims.ts';
import type { ClassGroups } from './class-groups.ts';
import { meanHeatmap, placeOf } from './mean-heatmap.ts';
import { nearest } from './nearest-neighbours.ts';
import { countClasses, mean, rounded } from './numbers.ts';
import { centroid, type Point } from './points.ts';
import { principalComponents } from './principal-components.ts';
import { rowOf, type SeenMaps } from './sample.ts';
import { countLookAlikes } from './slice-rates.ts';

const listed = 12;

/** What is known of a cluster before it has a rank. */
export type UnrankedCluster = Omit<Cluster, 'id' | 'sentence' | 'proofs' | 'evidence'> & {
  predicted: number;
  rows: number[];
};

/** @param ofClass false positives of the class in the whole run */
export function describeCluster(
  { members, pValue, separation, claimed }: JudgedGroup,
  { predicted, falsePositives, correct, baseRate }: ClassGroups,
  maps: SeenMaps,
  ofClass: number,
): UnrankedCluster {
  const rows = members.map(rowOf);
  const keys = members.map(({ key }) => key);
  const own = members.map(({ features }) => features);
  const known = correct.map(({ key, features }) => ({ key, point: features }));
  const plane = principalComponents([...own, ...known.map(({ point }) => point)], 2).map(inPlane);
  const [deepest] = maps.predicted;
  const heatmap = deepest === undefined ? [] : meanHeatmap(deepest, rows);
  const rate = mean(members.map(({ slice }) => slice.rate));
  return {
    predicted,
    rows,
    images: keys,
    size: keys.length,
    share: rounded(keys.length / Math.min(ofClass, falsePositives.length)),
    labels: countClasses(members.map(({ label }) => label)),
    heatmap,
    place: heatmap.length === 0 ? 'nowhere' : placeOf(heatmap),
    typical: keys.slice(0, listed),
    counterExamples: nearest(known, centroid(own), listed).map(({ key }) => key),
    lookAlikes: countLookAlikes(members),
    errorRate: { slice: rounded(rate), classes: rounded(baseRate) },
    spuriousCue: rounded(Math.max(0, (rate - baseRate) / Math.max(1 - baseRate, 1e-9))),
    claimed,
    grounds: 'margins',
    tests: [],
    chance: pValue,
    setApart: separation === null ? null : rounded(separation),
    embedding: {
      images: plane.slice(0, members.length),
      correct: plane.slice(members.length).map((place, i) => ({ key: at(known, i).key, at: place })),
    },
  };
}

/** Points that vary along one direction alone have one coordinate. */
function inPlane([x = 0, y = 0]: Point): [number, number] {
  return [rounded(x), rounded(y)];
}
