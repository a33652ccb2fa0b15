import { mean, rounded } from '../clusters/numbers.ts';
import type { TestedChange } from '../contract.ts';
import { rankSumPValue } from './rank-sum.ts';
import { fallOf, type Outcome } from './trial.ts';

/**
 * What came out of one change.
 * @param tried of a cluster's images
 * @param compared of ordinary mistakes; none: the change is held against as much elsewhere
 */
export function testedChange(
  tested: Pick<TestedChange, 'kind' | 'words' | 'isRemovable'>,
  tried: readonly Outcome[],
  compared: readonly Outcome[],
): TestedChange {
  const falls = tried.map(fallOf);
  const ordinaryFalls = compared.map(fallOf);
  const elsewhere = tried.flatMap(({ returnedElsewhere }) => returnedElsewhere ?? []);
  const against = compared.length > 0 ? ordinaryFalls : falls.map(() => 0);
  return {
    ...tested,
    images: tried.length,
    margin: rounded(mean(tried.map(({ before }) => before))),
    fall: rounded(mean(falls)),
    ordinaryFall: compared.length === 0 ? null : rounded(mean(ordinaryFalls)),
    returned: rounded(mean(tried.map(({ returned }) => returned))),
    returnedElsewhere: elsewhere.length === 0 ? null : rounded(mean(elsewhere)),
    ordinaryReturned: compared.length === 0 ? null : rounded(mean(compared.map(({ returned }) => returned))),
    chance: rankSumPValue(falls, against),
    transplanted: null,
    inRun: null,
  };
}
