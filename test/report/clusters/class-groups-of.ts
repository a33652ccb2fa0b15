import type { ClassGroups, FalsePositive } from '../../../src/report/clusters/class-groups.ts';
import type { Point } from '../../../src/report/clusters/points.ts';

export interface Mistakes {
  points: Point[];
  highMargin: boolean[];
  /** Places in `points`. */
  groups: number[][];
}

/** Mistakes of class 0 of which both embeddings are the same points, among mistakes for other classes. A mistake's row is its place. */
export function classGroupsOf({ points, highMargin, groups }: Mistakes, others: Point[]): ClassGroups {
  const falsePositives = points.map((point, row): FalsePositive => {
    const image = { row, key: `${row}.png`, label: 1, predicted: 0, margin: 0.9, weight: 1 };
    const looks = { features: point, point, early: point, full: point };
    return { ...image, ...looks, highMargin: highMargin[row] === true, slice: { rate: 0, lookAlikes: [] } };
  });
  return {
    predicted: 0,
    falsePositives,
    correct: [],
    early: { pointOf: ({ early }) => early, others },
    full: { pointOf: ({ full }) => full, others },
    baseRate: 0,
    groups: groups.map((places) => falsePositives.filter(({ row }) => places.includes(row))),
  };
}
