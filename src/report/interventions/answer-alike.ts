/** Whether what is the cause of one cluster is that of another of its class as well, as the network answers. */

import { mean } from '../clusters/numbers.ts';
import { type LocatedCause, sharedByOthers } from './located-cause.ts';
import { type Asking, fallOf, tryChanges } from './trial.ts';
import type { TriedImage } from './tried-image.ts';
import { lost } from './verdict.ts';

export interface CausedCluster extends LocatedCause {
  images: readonly TriedImage[];
}

/** Whether each cluster's cause acts on the images of the other as it does on its own: what surrounds a thing covers a mark in a corner, too, but not the other way round. */
export async function answerAlike(one: CausedCluster, other: CausedCluster, asking: Asking): Promise<boolean> {
  return (await actsAlike(one, other.images, asking)) && (await actsAlike(other, one.images, asking));
}

async function actsAlike({ cause, lost: own }: CausedCluster, images: readonly TriedImage[], asking: Asking) {
  const outcomes = (await tryChanges(images, [cause], asking)).get(cause) ?? [];
  const [fall, margin] = [mean(outcomes.map(fallOf)), mean(outcomes.map(({ before }) => before))];
  return lost({ fall, margin }) >= sharedByOthers * own;
}
