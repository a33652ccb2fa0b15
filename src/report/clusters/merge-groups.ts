/**
 * Groups of one class's false positives that have the same cause. Clustering parts light from dark and class from class; what separates one part from
 * other mistakes separates the other parts of a cause as well, and hardly those of another.
 */

import { at } from '../../explain/at.ts';
import { discriminant, heldOutProjections } from './discriminant.ts';
import { mean } from './numbers.ts';
import type { Point } from './points.ts';

/**
 * How much of a group's own separation from other mistakes another must have for the two to be one, each along the discriminant of the other: a mean
 * over the views, in which the first counts for two. Set on the development sets of docs/reference/planted-gaps.md.
 */
const leastAffinity = 0.6;

/** Mistakes as points of one embedding. */
export interface View<Member> {
  pointOf(member: Member): Point;
  /** Mistakes for other classes. */
  others: readonly Point[];
}

interface SeparatedGroup<Member> {
  members: Member[];
  /** For each view: the mean projection of other members along this group's discriminant, 1 being that of its own, each held out. */
  affinities: ((theirs: readonly Member[]) => number)[];
}

/**
 * Merges the two groups with the highest affinity until none has enough of it.
 * @param views the first one counts for two; without a view nothing is merged
 * @returns the same members: groups that belong together as one
 */
export function mergeGroups<Member>(groups: readonly Member[][], views: readonly View<Member>[]): Member[][] {
  const merged = groups.map((members) => separated(members, views));
  for (;;) {
    let best: { one: SeparatedGroup<Member>; other: SeparatedGroup<Member>; affinity: number } | null = null;
    for (const [place, other] of merged.entries())
      for (const one of merged.slice(0, place)) {
        const affinity = mutualAffinity(one, other);
        if (affinity >= (best?.affinity ?? leastAffinity)) best = { one, other, affinity };
      }
    if (best === null) return merged.map(({ members }) => members);
    const { one, other } = best;
    merged[merged.indexOf(one)] = separated([...one.members, ...other.members], views);
    merged.splice(merged.indexOf(other), 1);
  }
}

function separated<Member>(members: Member[], views: readonly View<Member>[]): SeparatedGroup<Member> {
  const affinities = views.map(({ pointOf, others }) => {
    const points = members.map(pointOf);
    const project = discriminant(points, others);
    const own = mean(heldOutProjections(points, others));
    return (theirs: readonly Member[]) => (own <= 0 ? 0 : mean(theirs.map((member) => project(pointOf(member)))) / own);
  });
  return { members, affinities };
}

/** The smaller of both for each view; 0 without a view. */
function mutualAffinity<Member>(one: SeparatedGroup<Member>, other: SeparatedGroup<Member>): number {
  const ofViews = one.affinities.map((affinity, view) =>
    Math.min(affinity(other.members), at(other.affinities, view)(one.members)),
  );
  return mean([...ofViews.slice(0, 1), ...ofViews]);
}
