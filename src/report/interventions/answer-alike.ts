/** Whether what is the cause of one cluster is that of another of its class as well, as the network answers. */

import { mean } from '../clusters/numbers.ts';
import type { LocatedCause } from './located-cause.ts';
import { type Asking, fallOf, tryChanges } from './trial.ts';
import type { TriedImage } from './tried-image.ts';

/** How much of what a cause takes from its own images it has to take from the other's. */
const leastShare = 0.6;

export interface CausedCluster extends LocatedCause {
  images: readonly TriedImage[];
}

/** Whether each cluster's cause acts on the images of the other as it does on its own: what surrounds a thing covers a mark in a corner, too, but not the other way round. */
export async function answerAlike(one: CausedCluster, other: CausedCluster, asking: Asking): Promise<boolean> {
  return (await actsAlike(one, other.images, asking)) && (await actsAlike(other, one.images, asking));
}

async function actsAlike({ cause, lost }: CausedCluster, images: readonly TriedImage[], asking: Asking) {
  const outcomes = (await tryChanges(images, [cause], asking)).get(cause) ?? [];
  const margin = mean(outcomes.map(({ before }) => before));
  return mean(outcomes.map(fallOf)) / (Math.max(margin, 0) + 1) >= leastShare * lost;
}
