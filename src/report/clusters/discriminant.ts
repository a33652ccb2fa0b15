/**
 * What separates two sets of points: a linear discriminant (Fisher 1936) whose pooled covariance is shrunk towards a sphere (Friedman 1989), since
 * sets of ten points in two dozen dimensions are usual here; and how well that holds for points which it was not made from.
 */

import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { at } from '../../explain/at.ts';
import { mean, range } from './numbers.ts';
import { centroid, difference, type Point } from './points.ts';

/** What is added to each variance: this times their mean. */
const ridge = 1;
const folds = 5;

/** A point's discriminant score, from the outside towards the inside: 0 and 1 are the outside's mean and one standard deviation away from it. */
export type Projection = (point: Point) => number;

export function discriminant(inside: readonly Point[], outside: readonly Point[]): Projection {
  const [here, there] = [centroid(inside), centroid(outside)];
  const size = here.length;
  const covariance = Matrix.zeros(size, size);
  for (const [points, middle] of [[inside, here] as const, [outside, there] as const]) {
    const centred = new Matrix(points.map((point) => difference(point, middle)));
    covariance.add(centred.transpose().mmul(centred));
  }
  covariance.div(Math.max(inside.length + outside.length, 1));
  // Points that do not vary at all are separated by their means alone.
  const variance = covariance.trace() / Math.max(size, 1) || 1;
  for (const i of range(size)) covariance.set(i, i, covariance.get(i, i) + ridge * variance);
  const towards = Matrix.columnVector(difference(here, there));
  const direction = new CholeskyDecomposition(covariance).solve(towards).to1DArray();
  const along = (point: Point) => point.reduce((total, value, i) => total + value * at(direction, i), 0);
  const known = outside.map(along);
  const middle = mean(known);
  const spread = Math.sqrt(mean(known.map((value) => (value - middle) ** 2))) || 1;
  return (point) => (along(point) - middle) / spread;
}

/** Each inside point's projection by the discriminant of the others: five-fold cross-validation. Needs two inside points. */
export function heldOutProjections(inside: readonly Point[], outside: readonly Point[]): number[] {
  const projections = inside.map(() => 0);
  for (const fold of range(Math.min(folds, inside.length))) {
    const project = discriminant(
      inside.filter((_, i) => i % folds !== fold),
      outside,
    );
    for (const [i, point] of inside.entries()) if (i % folds === fold) projections[i] = project(point);
  }
  return projections;
}

/**
 * Whether two groups are two: the area under the ROC curve of a discriminant between them, by five-fold cross-validation. It is the probability that of
 * one point of each the right one lies further to its group's side (Hanley and McNeil 1982). 0.5 for groups that cannot be separated.
 */
export function heldOutAuc(one: readonly Point[], other: readonly Point[]): number {
  const [ones, others]: [number[], number[]] = [[], []];
  for (const fold of range(folds)) {
    const kept = (points: readonly Point[]) => points.filter((_, i) => i % folds !== fold);
    const leftOut = (points: readonly Point[]) => points.filter((_, i) => i % folds === fold);
    if (kept(one).length < 2 || kept(other).length < 2) return 0.5;
    // Measured from the middle between the two, so that the folds are on one scale.
    const project = discriminant(kept(one), kept(other));
    const middle = (mean(kept(one).map(project)) + mean(kept(other).map(project))) / 2;
    ones.push(...leftOut(one).map((point) => project(point) - middle));
    others.push(...leftOut(other).map((point) => project(point) - middle));
  }
  const wins = ones.map((a) => others.filter((b) => b < a).length + others.filter((b) => b === a).length / 2);
  return wins.reduce((sum, count) => sum + count, 0) / (ones.length * others.length);
}
