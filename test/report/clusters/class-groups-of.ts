import type { ClassGroups } from '../../../src/report/clusters/class-groups.ts';
import type { Point } from '../../../src/report/clusters/points.ts';

export interface Mistakes {
  points: Point[];
  isSure: boolean[];
  groups: number[][];
}

/** Mistakes of class 0 of which both views are the same points, among mistakes for other classes. */
export function classGroupsOf({ points, isSure, groups }: Mistakes, others: Point[]): ClassGroups {
  const wrong = points.map((_, at) => at);
  const looks = { own: points, others };
  return {
    predicted: 0,
    taken: wrong,
    columns: points.map((point) => [...point]),
    wrongAt: wrong,
    correctAt: [],
    wrong,
    isSure,
    early: looks,
    looks,
    groups,
  };
}
