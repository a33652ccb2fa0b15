/** Whether two clusters of one class show two things, each at a place of its own. */

import { at } from '../../explain/at.ts';
import { type Mask, overlap } from '../../interventions/mask.ts';
import { mean } from '../clusters/numbers.ts';
import { signedRankPValue } from './signed-rank.ts';
import { type Asking, fallOf, tryChanges } from './trial.ts';
import type { TriedImage } from './tried-image.ts';
import { lost } from './verdict.ts';

/** What covers so much of one place covers the other thing as well. */
const mostOverlap = 0.6;
/** Share of the margin that has to go with a cluster's own place: else neither place has its cause. */
const leastLost = 0.4;
const mostChance = 0.01;

/** Images of a cluster, and what is bright in the mean of their maps. */
export interface PlacedCluster {
  images: readonly TriedImage[];
  mask: Mask;
}

/** Whether two masks are at different places. */
export function lieApart(one: Mask, other: Mask): boolean {
  return Math.max(overlap(one, other), overlap(other, one)) <= mostOverlap;
}

/**
 * Whether covering each cluster's own place takes more of its images' margins than covering the other's does: what one flips, the other does not. Paired within each image, both clusters
 * together (Wilcoxon 1945).
 */
export async function haveOwnPlaces(one: PlacedCluster, other: PlacedCluster, asking: Asking): Promise<boolean> {
  const [first, second] = [await losses(one, other, asking), await losses(other, one, asking)];
  const differences = [...first, ...second].map(({ own, others }) => own - others);
  const arePlaces = [first, second].every((images) => mean(images.map(({ own }) => own)) >= leastLost);
  return arePlaces && signedRankPValue(differences) <= mostChance;
}

/** Of each image, the shares of its margin that go with the own place and with the other one. */
async function losses(cluster: PlacedCluster, other: PlacedCluster, asking: Asking) {
  const changes = [cluster, other].map(({ mask }) => ({ kind: 'place' as const, mask }));
  const outcomes = await tryChanges(cluster.images, changes, asking);
  const [own = [], others = []] = changes.map((change) =>
    (outcomes.get(change) ?? []).map((outcome) => lost({ fall: fallOf(outcome), margin: outcome.before })),
  );
  return own.map((share, i) => ({ own: share, others: at(others, i) }));
}
