/** Causes in words. */

import type { Statistic } from '../../interventions/statistics/statistic.ts';
import type { ChangeKind } from '../contract.ts';

/**
 * @param place of the cluster's mean heatmap, as `placeOf` says it
 * @param statistic that is changed, with its mean over the cluster's images and over usual ones
 */
export function causeInWords(
  kind: ChangeKind,
  place: string,
  statistic: Statistic | undefined,
  own: readonly number[],
  usual: readonly number[],
): string {
  if (statistic !== undefined) return statistic.words(own, usual);
  switch (kind) {
    case 'border':
      return 'a border or frame';
    case 'surroundings':
      return 'what surrounds the middle';
    case 'place':
      return somethingAt(place);
    default:
      return 'what their maps mark';
  }
}

function somethingAt(place: string): string {
  if (place === 'nowhere' || place === 'all over') return 'something at the same place in each';
  if (place.endsWith('side')) return `something on the ${place}`;
  return place.endsWith('edge') ? `something at the ${place}` : `something in the ${place}`;
}
