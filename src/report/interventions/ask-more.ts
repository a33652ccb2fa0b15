/** What a cluster's first images did not prove: asked about again, with more of them. */

import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import type { TestedChange } from '../contract.ts';
import { type Change, isLookChange } from './change.ts';
import { testedChange } from './tested-change.ts';
import { moreRecipients, mostRecipients, transplant } from './transplants.ts';
import { type Asking, tryChanges } from './trial.ts';
import { type ClusterTrial, members, ordinaryMistakes, underACause, underALook } from './try-cluster.ts';
import { evidenceOf, hasCause, isWorthMore, strongestFirst } from './verdict.ts';

/** Images of a cluster that are asked about then; with hardly more than before there is nothing to learn. */
export const moreMembers = 2 * members;
const fewest = 12;
/** Pictures that it may take. */
export const mostOfMore = moreMembers * underACause + ordinaryMistakes * (1 + underALook) + 2 * mostRecipients;

/** The test that may be proved so; null where none may. */
export function worthMore(
  cluster: Pick<UnrankedCluster, 'size' | 'chance'>,
  tests: readonly TestedChange[],
): TestedChange | null {
  if (cluster.size < fewest || hasCause(cluster, tests)) return null;
  const worth = tests.filter((test) => isWorthMore(cluster, test));
  return worth.sort((a, b) => evidenceOf(cluster, b) - evidenceOf(cluster, a))[0] ?? null;
}

/**
 * @param trial its `own` images are the more ones, and so are its `correct` ones
 * @param test of the change, by the first images
 * @returns all tests, with what more images say of this one; the strongest first
 */
export async function askMore(
  { cluster, own, mistakes, ordinaryOutcomes, correct }: ClusterTrial,
  change: Change,
  test: TestedChange,
  tests: readonly TestedChange[],
  asking: Asking,
): Promise<TestedChange[]> {
  const isLook = isLookChange(change);
  const outcomes = (await tryChanges(own, [change], asking)).get(change) ?? [];
  const compared = isLook ? (await tryChanges(mistakes, [change], asking)).get(change) : ordinaryOutcomes(change);
  const images = { own, mistakes, correct: await correct(), predicted: cluster.predicted };
  const again = {
    ...testedChange(test, outcomes, compared ?? []),
    transplanted: await transplant(change, images, asking, moreRecipients(change)),
  };
  const all = [...tests];
  if (outcomes.length > test.images && again.transplanted !== null) all[tests.indexOf(test)] = again;
  return strongestFirst(cluster, all);
}
