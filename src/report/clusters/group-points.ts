/** Points in groups by Ward's agglomerative clustering; how many groups there are is decided by their silhouette. */

import { agnes } from 'ml-hclust';
import { distance, type Point } from './points.ts';

const mostGroups = 6;
/**
 * Below this mean silhouette (Rousseeuw 1987) points are left together: one cause varies, too. Kaufman and Rousseeuw see no structure
 * under 0.25. Both numbers were set on the development sets of docs/reference/planted-gaps.md.
 */
const leastSilhouette = 0.25;
/** What one group more must add to it. */
const leastGain = 0.02;

interface Cut {
  /** Places of each group's points, in the tree's order. */
  parts: number[][];
  /** The group of each point, counted from 0. */
  groups: number[];
  silhouette: number;
}

/** The two groups of Ward's tree, and how well they are two. Null for fewer than two points. */
export function halves(points: readonly Point[]): Cut | null {
  return points.length < 2 ? null : wardTree(points)(2);
}

/** @returns the group of each point, counted from 0 */
export function groupPoints(points: readonly Point[]): number[] {
  const alone = points.map(() => 0);
  if (points.length < 6) return alone;
  const cutInto = wardTree(points);
  let best = { groups: alone, silhouette: leastSilhouette - leastGain };
  for (let count = 2; count <= mostGroups && count * 2 < points.length; count += 1) {
    const cut = cutInto(count);
    if (cut.silhouette > best.silhouette + leastGain) best = cut;
  }
  return best.groups;
}

function wardTree(points: readonly Point[]): (count: number) => Cut {
  const distances = points.map((a) => points.map((b) => distance(a, b)));
  const tree = agnes(distances, { method: 'ward2', isDistanceMatrix: true });
  return (count) => {
    const parts = tree.group(count).children.map((cluster) => cluster.indices());
    const groups = points.map(() => 0);
    for (const [group, indices] of parts.entries()) for (const index of indices) groups[index] = group;
    return { parts, groups, silhouette: silhouette(distances, groups, count) };
  };
}

function silhouette(distances: readonly number[][], groups: readonly number[], count: number): number {
  const sizes = Array.from({ length: count }, (_, group) => groups.filter((own) => own === group).length);
  const values = groups.map((own, at) => {
    if ((sizes[own] ?? 0) < 2) return 0;
    const sums = new Array<number>(count).fill(0);
    for (const [other, group] of groups.entries()) sums[group] = (sums[group] ?? 0) + (distances[at]?.[other] ?? 0);
    const inside = (sums[own] ?? 0) / ((sizes[own] ?? 0) - 1);
    const outside = Math.min(
      ...sums.flatMap((sum, group) => (group === own || sizes[group] === 0 ? [] : [sum / (sizes[group] ?? 1)])),
    );
    const larger = Math.max(inside, outside);
    return larger === 0 ? 0 : (outside - inside) / larger;
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
