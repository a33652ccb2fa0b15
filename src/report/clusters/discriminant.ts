/**
 * What tells two sets of points apart: a linear discriminant (Fisher 1936) whose pooled covariance is shrunk towards a sphere (Friedman 1989), since
 * sets of ten points in two dozen dimensions are usual here; and how well that holds for points which it was not made from.
 */

import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { mean, range } from './numbers.ts';
import { centroid, type Point } from './points.ts';

/** What is added to each variance: this times their mean. */
const ridge = 1;
const folds = 5;

/** How far a point lies from the outside towards the inside: 0 and 1 are the outside's mean and standard deviation away from it. */
export type Side = (point: Point) => number;

export function discriminant(inside: readonly Point[], outside: readonly Point[]): Side {
  const [here, there] = [centroid(inside), centroid(outside)];
  const size = here.length;
  const covariance = Matrix.zeros(size, size);
  for (const [points, middle] of [[inside, here] as const, [outside, there] as const]) {
    const centred = new Matrix(points.map((point) => point.map((value, at) => value - (middle[at] ?? 0))));
    covariance.add(centred.transpose().mmul(centred));
  }
  covariance.div(Math.max(inside.length + outside.length, 1));
  // Points that do not vary at all are told apart by their means alone.
  const variance = covariance.trace() / Math.max(size, 1) || 1;
  for (const at of range(size)) covariance.set(at, at, covariance.get(at, at) + ridge * variance);
  const difference = Matrix.columnVector(here.map((value, at) => value - (there[at] ?? 0)));
  const direction = new CholeskyDecomposition(covariance).solve(difference).to1DArray();
  const along = (point: Point) => point.reduce((sum, value, at) => sum + value * (direction[at] ?? 0), 0);
  const known = outside.map(along);
  const middle = mean(known);
  const spread = Math.sqrt(mean(known.map((value) => (value - middle) ** 2))) || 1;
  return (point) => (along(point) - middle) / spread;
}

/** Where each inside point lies by the discriminant of the others: five folds, each left out in turn. Needs two inside points. */
export function heldOutSides(inside: readonly Point[], outside: readonly Point[]): number[] {
  const sides = inside.map(() => 0);
  for (const fold of range(Math.min(folds, inside.length))) {
    const side = discriminant(
      inside.filter((_, at) => at % folds !== fold),
      outside,
    );
    for (const [at, point] of inside.entries()) if (at % folds === fold) sides[at] = side(point);
  }
  return sides;
}

/**
 * Whether two groups are two: the probability that of one point of each, both left out of the discriminant, the right one lies further to its group's
 * side (area under the ROC curve; Hanley and McNeil 1982). 0.5 for groups that cannot be told apart.
 */
export function toldApart(one: readonly Point[], other: readonly Point[]): number {
  const ranked: { at: number; first: boolean }[] = [];
  for (const fold of range(folds)) {
    const kept = (points: readonly Point[]) => points.filter((_, at) => at % folds !== fold);
    const [ones, others] = [kept(one), kept(other)];
    if (ones.length < 2 || others.length < 2) return 0.5;
    // Measured from the middle between the two, so that the folds are on one scale.
    const side = discriminant(ones, others);
    const middle = (mean(ones.map(side)) + mean(others.map(side))) / 2;
    const leftOut = (points: readonly Point[], first: boolean) => {
      for (const [at, point] of points.entries())
        if (at % folds === fold) ranked.push({ at: side(point) - middle, first });
    };
    leftOut(one, true);
    leftOut(other, false);
  }
  const firsts = ranked.filter(({ first }) => first);
  const seconds = ranked.filter(({ first }) => !first);
  const wins = firsts.map(
    (a) => seconds.filter((b) => b.at < a.at).length + seconds.filter((b) => b.at === a.at).length / 2,
  );
  return wins.reduce((sum, count) => sum + count, 0) / (firsts.length * seconds.length);
}
