/** Whether a GPU says of the trial picture what the model says. */

import { deviation } from '../explain/deviation.ts';
import type { PageTrial } from './contract.ts';

/** @returns the largest deviation of scores and maps, as a share of the output's largest magnitude; null where it is rounding */
export function disagreement(
  { scores, maps, tolerance }: PageTrial,
  found: { scores: Float32Array; maps: readonly { values: Float32Array }[] },
): number | null {
  const shares = maps.map((map, i) => deviation(map, found.maps[i]?.values ?? []));
  const largest = Math.max(deviation(scores, found.scores), ...shares);
  return largest <= tolerance ? null : largest;
}
