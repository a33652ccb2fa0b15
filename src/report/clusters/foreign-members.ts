/**
 * Members of a group that lack what the group shares. A cue comes with pictures of any class: its pictures of one class look like those of the
 * others. Where those of one class do not, that class has a reason of its own, such as a view that the training data lacks.
 */

import { mean, range } from './numbers.ts';
import { distance, type Point } from './points.ts';

/** Nearest members of other classes that a distance is the mean of. */
const around = 5;
/** A class is looked into when there are so many of the others to compare with. */
const fewestOthers = 12;
const fewestOwn = 4;
/** Members farther than so many of the others' are from each other lack what these share. */
const usualShare = 0.95;

/**
 * @param points where each member lies
 * @param labels true class of each
 * @returns whether each belongs
 */
export function sharesWithOthers(points: readonly Point[], labels: readonly number[]): boolean[] {
  const belongs = points.map(() => true);
  const nearestFirst = points.map((point) =>
    points.map((other, place) => ({ label: labels[place], far: distance(point, other) })).sort((a, b) => a.far - b.far),
  );
  /** Mean distance to the nearest members of neither class; null where they are too few. */
  const reach = (from: number, without: number): number | null => {
    const nearest: number[] = [];
    for (const { label, far } of nearestFirst[from] ?? []) {
      if (label === without || label === labels[from]) continue;
      nearest.push(far);
      if (nearest.length === around) return mean(nearest);
    }
    return null;
  };
  for (const label of new Set(labels)) {
    const own = range(points.length).filter((at) => labels[at] === label);
    if (own.length < fewestOwn) continue;
    const usual = range(points.length)
      .flatMap((at) => (labels[at] === label ? [] : (reach(at, label) ?? [])))
      .sort((a, b) => a - b);
    if (usual.length < fewestOthers) continue;
    const limit = usual[Math.floor(usual.length * usualShare)] ?? Number.POSITIVE_INFINITY;
    for (const at of own) belongs[at] = (reach(at, label) ?? 0) <= limit;
  }
  return belongs;
}
