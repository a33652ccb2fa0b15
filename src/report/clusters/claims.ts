/** Whether a group of mistakes has a cause. */

import { type ClassGroups, fewest, fewestOthers, unitOf } from './class-groups.ts';
import { heldOutSides } from './discriminant.ts';
import { mean } from './numbers.ts';
import type { OrdinarySureness } from './ordinary-sureness.ts';
import { pick } from './points.ts';

/**
 * Two things speak for a cause: more sure mistakes than chance gives, and something that earlier layers see in the images and not in other
 * mistakes. Each standard deviation of the second counts as a tenfold smaller chance; without either there is no claim.
 */
const claimLimits = { together: 1e-3, chance: 0.25, setApart: 0.7 };
/** Groups smaller than `fewest` show little: from this size on, and only where nearly nothing is left to chance. */
const small = { fewest: 7, together: 1e-5 };

export interface Judged {
  /** Places in the class's mistakes. */
  members: number[];
  /** Probability that an ordinary group has so many sure mistakes. */
  chance: number;
  /**
   * How far earlier layers set the members apart from mistakes for other classes, each member left out of the discriminant in turn: a mean, in standard
   * deviations of those. Null where there are too few of those.
   */
  setApart: number | null;
  claimed: boolean;
}

export function judge(members: number[], { isSure, early }: ClassGroups, ordinary: OrdinarySureness): Judged {
  const chance = ordinary.chance(unitOf(members, isSure));
  const setApart =
    early.others.length < fewestOthers ? null : mean(heldOutSides(pick(members, early.own), early.others));
  // What is not known speaks neither for nor against a cause.
  const counted = setApart ?? claimLimits.setApart;
  const together = members.length >= fewest ? claimLimits.together : small.together;
  const claimed =
    members.length >= small.fewest &&
    chance < claimLimits.chance &&
    counted >= claimLimits.setApart &&
    chance * 10 ** -counted < together;
  return { members, chance, setApart, claimed };
}
