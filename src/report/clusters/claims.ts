/** Whether a group of mistakes has a cause. */

import { type FalsePositive, fewest, fewestOthers, marginCounts } from './class-groups.ts';
import { heldOutProjections } from './discriminant.ts';
import type { View } from './merge-groups.ts';
import type { NullModel } from './null-model.ts';
import { mean } from './numbers.ts';

/**
 * Two things speak for a cause: more high margins than chance gives, and something that earlier layers see in the images and not in other
 * mistakes. Each standard deviation of the second counts as a tenfold smaller p-value; without either there is no claim.
 */
const claimLimits = { together: 1e-3, pValue: 0.25, separation: 0.7 };
/** Groups smaller than `fewest` show little: from this size on, and only where nearly nothing is left to chance. */
const small = { fewest: 7, together: 1e-5 };

export interface JudgedGroup {
  members: FalsePositive[];
  /** Probability that a group without a cause has so many high margins. */
  pValue: number;
  /**
   * Mean projection of the members along a discriminant between them and mistakes for other classes, by what earlier layers see, each member held
   * out: in standard deviations of those others. Null where they are too few.
   */
  separation: number | null;
  claimed: boolean;
}

/** @param early the members by what earlier layers see */
export function judge(
  members: FalsePositive[],
  { pointOf, others }: View<FalsePositive>,
  nullModel: NullModel,
): JudgedGroup {
  const pValue = nullModel.pValue(marginCounts(members));
  const separation = others.length < fewestOthers ? null : mean(heldOutProjections(members.map(pointOf), others));
  // What is not known speaks neither for nor against a cause.
  const counted = separation ?? claimLimits.separation;
  const together = members.length >= fewest ? claimLimits.together : small.together;
  const claimed =
    members.length >= small.fewest &&
    pValue < claimLimits.pValue &&
    counted >= claimLimits.separation &&
    pValue * 10 ** -counted < together;
  return { members, pValue, separation, claimed };
}
