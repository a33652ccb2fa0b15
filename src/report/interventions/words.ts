/** Causes in words. */

import type { Statistic } from '../../interventions/statistics/statistic.ts';
import type { ChangeKind } from '../contract.ts';
import { series } from '../series.ts';

/** A statistic's means over a cluster's images and over correct ones. */
export interface StatisticMeans {
  statistic: Statistic;
  own: readonly number[];
  usual: readonly number[];
  /** Standard deviations of correct images that lie between. */
  deviations: number;
}

/** Of several statistics at once, those that lie farthest. */
const mostNamed = 3;

/**
 * @param place of the cluster's mean heatmap, as `placeOf` says it
 * @param moved statistics that are changed
 */
export function causeInWords(kind: ChangeKind, place: string, moved: readonly StatisticMeans[]): string {
  if (moved.length > 0) {
    const farthest = [...moved].sort((a, b) => b.deviations - a.deviations).slice(0, mostNamed);
    return series(farthest.map(({ statistic, own, usual }) => statistic.words(own, usual)));
  }
  switch (kind) {
    case 'border':
      return 'a border or frame';
    case 'surroundings':
      return 'what surrounds them';
    case 'marks':
      return isOnePlace(place) ? `the same mark ${located(place)}` : 'the same mark in each picture';
    case 'place':
      return isOnePlace(place) ? `something ${located(place)}` : 'something at the same place in each';
    default:
      return isOnePlace(place) ? `what their maps mark ${located(place)}` : 'what their maps mark';
  }
}

function isOnePlace(place: string): boolean {
  return place !== 'nowhere' && place !== 'all over';
}

function located(place: string): string {
  if (place.endsWith('side')) return `on the ${place}`;
  return place.endsWith('edge') ? `at the ${place}` : `in the ${place}`;
}
