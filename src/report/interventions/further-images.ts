/** Mistakes outside a cluster that have its cause, as the network answers. */

import { type LocatedCause, sharedByOthers } from './located-cause.ts';
import { type Asking, fallOf, type Outcome, tryChanges } from './trial.ts';
import type { TriedImage } from './tried-image.ts';
import { leastMargin, lost } from './verdict.ts';

/** Whether single answers tell: of edges, and of what the whole picture is like, they do not. Marks are seen without asking. */
export function tellsImages({ cause: { kind } }: LocatedCause): boolean {
  return kind === 'place';
}

/** Those of the images that lose nearly as much with the cause as the cluster's own do. */
export async function furtherImages(
  { cause, lost: own }: LocatedCause,
  images: readonly TriedImage[],
  asking: Asking,
): Promise<TriedImage[]> {
  const outcomes = (await tryChanges(images, [cause], asking)).get(cause) ?? [];
  const hasCause = (outcome: Outcome) =>
    outcome.before >= leastMargin && lost({ fall: fallOf(outcome), margin: outcome.before }) >= sharedByOthers * own;
  return outcomes.filter(hasCause).map(({ image }) => image);
}
