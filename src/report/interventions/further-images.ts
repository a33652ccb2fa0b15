/** Mistakes outside a cluster that have its cause, as the network answers. */

import type { LocatedCause } from './located-cause.ts';
import { type Asking, fallOf, type Outcome, tryChanges } from './trial.ts';
import type { TriedImage } from './tried-image.ts';

/** How much of what the cause takes from the cluster's own images it has to take from another one. */
const leastShare = 0.6;
/** A half-hearted mistake changes its answer whatever is changed. */
const leastMargin = 1.2;

/** Whether single answers tell: of edges, and of what the whole picture is like, they do not. */
export function tellsImages({ cause: { kind } }: LocatedCause): boolean {
  return kind === 'place' || kind === 'marks';
}

/** Those of the images that lose nearly as much with the cause as the cluster's own do. */
export async function furtherImages(
  { cause, lost }: LocatedCause,
  images: readonly TriedImage[],
  asking: Asking,
): Promise<TriedImage[]> {
  const outcomes = (await tryChanges(images, [cause], asking)).get(cause) ?? [];
  const hasCause = (outcome: Outcome) =>
    outcome.before >= leastMargin && fallOf(outcome) / (outcome.before + 1) >= leastShare * lost;
  return outcomes.filter(hasCause).map(({ image }) => image);
}
