/** Half-hearted mistakes that have the cause of a claimed group, too. */

import type { Judged } from './claims.ts';
import { type ClassGroups, fewestOthers, smallestGroup } from './class-groups.ts';
import { discriminant, heldOutSides } from './discriminant.ts';
import { range } from './numbers.ts';
import { pick } from './points.ts';

/** A mistake joins when it lies beyond this share of the members, each left out of the discriminant. */
const joiningShare = 0.98;

/**
 * What tells the members of a claimed group from mistakes for other classes tells the class's other mistakes as well: those that lie on the members'
 * side join the group. Groups without a claim lose what joins another, and go when too little is left.
 */
export function withJoining(judged: readonly Judged[], { wrong, looks }: ClassGroups): Judged[] {
  const claimed = judged.filter((one) => one.claimed);
  if (claimed.length === 0 || looks.others.length < fewestOthers) return [...judged];
  const settled = new Set(claimed.flatMap(({ members }) => members));
  const open = range(wrong.length).filter((at) => !settled.has(at));
  const joining = new Map<number, { to: Judged; beyond: number }>();
  for (const to of claimed) {
    const inside = pick(to.members, looks.own);
    const sides = heldOutSides(inside, looks.others).sort((a, b) => b - a);
    const limit = sides[Math.floor(sides.length * joiningShare)] ?? Number.POSITIVE_INFINITY;
    const side = discriminant(inside, looks.others);
    for (const at of open) {
      const beyond = side(looks.own[at] ?? []) - limit;
      if (beyond >= (joining.get(at)?.beyond ?? 0)) joining.set(at, { to, beyond });
    }
  }
  return judged
    .map((one) => ({
      ...one,
      members: one.claimed
        ? [...one.members, ...open.filter((at) => joining.get(at)?.to === one)]
        : one.members.filter((at) => !joining.has(at)),
    }))
    .filter(({ members }) => members.length >= smallestGroup);
}
