/** What of a cluster can be asked of other images. */

import type { TestedChange } from '../contract.ts';
import type { Change } from './change.ts';
import { lost } from './verdict.ts';

/** Of what goes with what each image's map shows, so much has to go with the place that the maps share. */
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

/**
 * The change that says most of a cluster; where that is what each image's own map shows, the place that the maps share: a map shows something in every image.
 * @param tests the strongest first
 * @param changes that were tried
 * @returns null where there is none
 */
export function locatedCause(tests: readonly TestedChange[], changes: readonly Change[]): LocatedCause | null {
  const [strongest] = tests;
  const located = strongest?.kind === 'seen' ? tests.find(({ kind }) => kind === 'place') : strongest;
  const cause = changes.find(({ kind }) => kind === located?.kind);
  if (strongest === undefined || located === undefined || cause === undefined) return null;
  const least = Math.max(leastLost, placedShare * lost(strongest));
  return lost(located) < least ? null : { cause, lost: lost(located) };
}
