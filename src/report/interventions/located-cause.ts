/** What of a cluster can be asked of other images. */

import type { ChangeKind, TestedChange } from '../contract.ts';
import type { Change } from './change.ts';
import { lost } from './verdict.ts';

/** Of what goes with what each image's map shows, or with marks, so much has to go with the place that the maps share. */
const placedShare = 0.6;
/** What takes less, such as a blur that cannot be taken out, acts on nothing. */
const leastLost = 0.2;

/** How much of what a cause takes from its cluster's own images it has to take from others that have it, too. */
export const sharedByOthers = 0.6;

export interface LocatedCause {
  cause: Change;
  /** Share of the margin of the cluster's own images that goes with it. */
  lost: number;
}

/** What is asked of other images in place of what lies elsewhere in each: a map shows something in every image, and marks are seen in others without asking. */
const inPlaceOf: { [Kind in ChangeKind]?: readonly ChangeKind[] } = {
  seen: ['place'],
  marks: ['place', 'border', 'surroundings'],
};

/**
 * The change that says most of a cluster; where that is what each image's own map shows, or marks, the place or the edges that take nearly as much.
 * @param tests the strongest first
 * @param changes that were tried
 * @returns null where there is none
 */
export function locatedCause(tests: readonly TestedChange[], changes: readonly Change[]): LocatedCause | null {
  const [strongest] = tests;
  if (strongest === undefined) return null;
  const kinds = inPlaceOf[strongest.kind] ?? [strongest.kind];
  const least = Math.max(leastLost, placedShare * lost(strongest));
  const located = tests.find((test) => kinds.includes(test.kind) && lost(test) >= least);
  const cause = changes.find(({ kind }) => kind === located?.kind);
  return located === undefined || cause === undefined ? null : { cause, lost: lost(located) };
}
