/** Whether images that look as a cluster's do are taken for its class more often than others, in the run itself: nothing is asked of the network. */

import { at } from '../../explain/at.ts';
import { rounded, sum } from '../clusters/numbers.ts';
import type { TestedChange } from '../contract.ts';
import { fisherChance } from '../pairs/fisher.ts';
import type { LookPlaces } from './look-places.ts';

type InRun = NonNullable<TestedChange['inRun']>;

/** On the line from what is usual to what the cluster looks like: beyond it an image rather looks like those. */
const halfway = 0.5;

/** Of so many images of the run one stands for. */
export interface Weights {
  /** Mistakes for the cluster's class. */
  mistakes: readonly number[];
  /** Correct images of other classes. */
  correct: readonly number[];
}

/**
 * Images of other classes, those taken for the cluster's class (its own and others) and the correct ones, in two groups: that look so and that do not.
 * @param weights of the mistakes, the cluster's own first, and of the correct ones, which are the usual ones
 */
export function lookInRun({ own, others, usual }: LookPlaces, weights: Weights): InRun {
  const images = [
    ...[...own, ...others].map((place, i) => ({ place, isTaken: true, weight: at(weights.mistakes, i) })),
    ...usual.map((place, i) => ({ place, isTaken: false, weight: at(weights.correct, i) })),
  ];
  const alike = images.filter(({ place }) => place > halfway);
  const rest = images.filter(({ place }) => place <= halfway);
  const taken = (all: typeof images) => all.filter(({ isTaken }) => isTaken);
  const weightOf = (all: typeof images) => sum(all.map(({ weight }) => weight));
  const shareOf = (all: typeof images) => ({
    images: all.length,
    taken: all.length === 0 ? 0 : rounded(weightOf(taken(all)) / weightOf(all)),
  });
  const chance = fisherChance(taken(alike).length, alike.length, own.length + others.length, images.length);
  return { alike: shareOf(alike), others: shareOf(rest), chance };
}
