/** The place that a cluster's maps have in common. */

import { brightRegion, type Mask } from '../../interventions/mask.ts';
import type { Network } from '../../interventions/network.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';

/** What the mean of several maps shows is wider than what they share. */
const region = { least: 0.6, most: 0.12 };

/** Null where there is none. */
export function sharedMask({ heatmap }: UnrankedCluster, { size }: Network): Mask | null {
  const side = Math.sqrt(heatmap.length);
  return side === 0 ? null : brightRegion({ values: heatmap, height: side, width: side }, size, region);
}
