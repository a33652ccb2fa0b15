/** Ward's agglomerative clustering (Ward 1963); how many clusters there are is decided by their silhouette. */

import { agnes } from 'ml-hclust';
import { at } from '../../explain/at.ts';
import { mean, sum } from './numbers.ts';
import { distance, type Point } from './points.ts';

const mostClusters = 6;
/**
 * Below this mean silhouette (Rousseeuw 1987) points are left together: one cause varies, too. Kaufman and Rousseeuw see no structure
 * under 0.25. Both numbers were set on the development sets of docs/reference/planted-gaps.md.
 */
const leastSilhouette = 0.25;
/** What one cluster more must add to it. */
const leastGain = 0.02;

/** The tree, cut into a number of clusters. */
interface Cut {
  /** Places of each cluster's points, in the tree's order. */
  parts: number[][];
  silhouette: number;
}

/** The two clusters of Ward's tree, and how well they are two. Null for fewer than two points. */
export function bisect(points: readonly Point[]): Cut | null {
  return points.length < 2 ? null : wardTree(points)(2);
}

/** @returns the cluster of each point, counted from 0 */
export function wardClusters(points: readonly Point[]): number[] {
  const labels = points.map(() => 0);
  if (points.length < 6) return labels;
  const cutInto = wardTree(points);
  let best: Cut = { parts: [], silhouette: leastSilhouette - leastGain };
  for (let count = 2; count <= mostClusters && count * 2 < points.length; count += 1) {
    const cut = cutInto(count);
    if (cut.silhouette > best.silhouette + leastGain) best = cut;
  }
  for (const [label, part] of best.parts.entries()) for (const place of part) labels[place] = label;
  return labels;
}

function wardTree(points: readonly Point[]): (count: number) => Cut {
  const distances = points.map((a) => points.map((b) => distance(a, b)));
  const tree = agnes(distances, { method: 'ward2', isDistanceMatrix: true });
  return (count) => {
    const parts = tree.group(count).children.map((cluster) => cluster.indices());
    return { parts, silhouette: meanSilhouette(distances, parts) };
  };
}

/** Mean of (b - a) / max(a, b): a is a point's mean distance to its own cluster, b that to the nearest other; 0 for a cluster of one (Rousseeuw 1987). */
function meanSilhouette(distances: readonly number[][], parts: readonly number[][]): number {
  const clusters = parts.map((part) => [...part].sort((a, b) => a - b));
  const silhouettes = distances.map(() => 0);
  for (const own of clusters) {
    if (own.length < 2) continue;
    for (const place of own) {
      const total = (cluster: readonly number[]) => sum(cluster.map((other) => at(at(distances, place), other)));
      const a = total(own) / (own.length - 1);
      const b = Math.min(...clusters.map((other) => (other === own ? Infinity : total(other) / other.length)));
      silhouettes[place] = Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b);
    }
  }
  return mean(silhouettes);
}
