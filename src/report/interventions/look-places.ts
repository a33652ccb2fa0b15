/** Where images lie between what is usual and what a cluster's images look like, by what their pictures measure. */

import { at } from '../../explain/at.ts';
import type { StatisticName } from '../../interventions/statistics/statistic.ts';
import type { Measurements } from '../../interventions/statistics/statistics.ts';
import { mean, median, sum } from '../clusters/numbers.ts';
import { difference, type Point, transposed } from '../clusters/points.ts';

/** Standard deviations that a statistic counts by at most: of coarse pixels usual pictures have none at all. */
const mostDeviations = 3;

export interface LookPlaces {
  own: number[];
  others: number[];
  usual: number[];
}

/** Measurements of three kinds of images. */
interface Measured {
  /** Of a cluster. */
  own: readonly Measurements[];
  /** Other mistakes for its class. */
  others: readonly Measurements[];
  /** Correct ones. */
  usual: readonly Measurements[];
}

/**
 * On a line on which usual images lie about 0 and the cluster's about 1: the way from the median of the ones to that of the others, in each statistic in standard deviations of usual
 * images (Fisher's discriminant with statistics taken as independent). Null where the medians are the same.
 */
export function lookPlaces(names: readonly StatisticName[], { own, others, usual }: Measured): LookPlaces | null {
  const lines = names.flatMap((name) => lineOf(name, own, usual) ?? []);
  const length = sum(lines.map(({ deviations }) => deviations ** 2));
  if (length === 0) return null;
  const place = (measured: Measurements) =>
    sum(lines.map((line) => line.deviations ** 2 * line.along(measured))) / length;
  return { own: own.map(place), others: others.map(place), usual: usual.map(place) };
}

interface Line {
  /** 0 in the middle of usual images, 1 in the middle of the cluster's. */
  along(measured: Measurements): number;
  /** Standard deviations of usual images between the two. */
  deviations: number;
}

function lineOf(name: StatisticName, own: readonly Measurements[], usual: readonly Measurements[]): Line | null {
  const valuesOf = (measured: Measurements): Point => measured.get(name) ?? [];
  const middle = middleOf(usual.map(valuesOf));
  const direction = difference(middleOf(own.map(valuesOf)), middle);
  const length = sum(direction.map((value) => value ** 2));
  if (length === 0) return null;
  const along = (measured: Measurements) =>
    sum(valuesOf(measured).map((value, i) => (value - at(middle, i)) * at(direction, i))) / length;
  const spread = Math.sqrt(mean(usual.map((measured) => along(measured) ** 2)));
  return { along, deviations: spread * mostDeviations < 1 ? mostDeviations : 1 / spread };
}

function middleOf(values: readonly Point[]): Point {
  return transposed(values).map(median);
}
