/** Mistakes with a low margin that have the cause of a claimed group, too. */

import type { JudgedGroup } from './claims.ts';
import { type ClassGroups, type FalsePositive, fewestOthers, smallestGroup } from './class-groups.ts';
import { discriminant, heldOutProjections } from './discriminant.ts';

/** A mistake joins when its projection is beyond this share of the members', each of them held out. */
const joiningShare = 0.98;

/**
 * What separates the members of a claimed group from mistakes for other classes separates the class's other mistakes as well: those that lie on the
 * members' side join the group. Groups without a claim lose what joins another, and go when too little is left.
 */
export function withLowMargins(
  judged: readonly JudgedGroup[],
  { falsePositives, full: { pointOf, others } }: Pick<ClassGroups, 'falsePositives' | 'full'>,
): JudgedGroup[] {
  const claimed = judged.filter((one) => one.claimed);
  if (claimed.length === 0 || others.length < fewestOthers) return [...judged];
  const settled = new Set(claimed.flatMap(({ members }) => members));
  const open = falsePositives.filter((one) => !settled.has(one));
  const joining = new Map<FalsePositive, { to: JudgedGroup; beyond: number }>();
  for (const to of claimed) {
    const inside = to.members.map(pointOf);
    const projections = heldOutProjections(inside, others).sort((a, b) => b - a);
    const limit = projections[Math.floor(projections.length * joiningShare)] ?? Number.POSITIVE_INFINITY;
    const project = discriminant(inside, others);
    for (const one of open) {
      const beyond = project(pointOf(one)) - limit;
      if (beyond >= (joining.get(one)?.beyond ?? 0)) joining.set(one, { to, beyond });
    }
  }
  return judged
    .map((group) => ({
      ...group,
      members: group.claimed
        ? [...group.members, ...open.filter((one) => joining.get(one)?.to === group)]
        : group.members.filter((one) => !joining.has(one)),
    }))
    .filter(({ members }) => members.length >= smallestGroup);
}
