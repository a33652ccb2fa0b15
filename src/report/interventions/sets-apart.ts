/** Which statistics set a cluster's images apart from correct ones. */

import { at } from '../../explain/at.ts';
import type { Statistic } from '../../interventions/statistics/statistic.ts';
import { type Measurements, statistics } from '../../interventions/statistics/statistics.ts';
import { mean, sum } from '../clusters/numbers.ts';
import { centroid, difference, type Point } from '../clusters/points.ts';
import type { StatisticValues } from './change.ts';
import type { StatisticMeans } from './words.ts';

/** Standard deviations by which images lie from correct ones before a statistic is worth a trial. */
const leastDeviation = 0.5;
/** Fewer correct images say nothing of what is usual. */
const fewest = 5;

export interface ApartStatistic {
  values: StatisticValues;
  means: StatisticMeans;
}

export function setsApart(own: readonly Measurements[], correct: readonly Measurements[]): ApartStatistic[] {
  return statistics.flatMap((statistic) => {
    const valuesOf = (all: readonly Measurements[]) => all.map((measured) => [...(measured.get(statistic.name) ?? [])]);
    const [ofMembers, ofCorrect] = [valuesOf(own), valuesOf(correct)];
    const far = leastAlike(statistic, ofMembers, ofCorrect);
    if (far === null) return [];
    const { usual, deviations } = far;
    const means = { statistic, own: centroid(ofMembers), usual: centroid(ofCorrect), deviations };
    return [{ values: { statistic: statistic.name, usual, own: ofMembers }, means }];
  });
}

/**
 * Values of the third of the correct images that has least of what sets the members apart, and by how many standard deviations it does; null where nothing does.
 */
function leastAlike(
  statistic: Statistic,
  own: readonly Point[],
  correct: readonly number[][],
): { usual: number[][]; deviations: number } | null {
  if (own.length === 0 || correct.length < fewest) return null;
  const middle = centroid(correct);
  const direction = difference(centroid(own), middle);
  const along = (point: Point) => sum(point.map((value, i) => (value - at(middle, i)) * at(direction, i)));
  const places = correct.map(along);
  const spreadOf = Math.sqrt(mean(places.map((value) => value ** 2)));
  // Correct images may all have the same.
  const far = mean(own.map(along));
  if (!(far > 0) || far < leastDeviation * spreadOf) return null;
  if (statistic.isPresence && sum(centroid(own)) < sum(middle)) return null;
  const count = Math.max(fewest, Math.floor(correct.length / 3));
  const usual = [...correct].sort((a, b) => along(a) - along(b)).slice(0, count);
  return { usual, deviations: far / Math.max(spreadOf, 1e-9) };
}
