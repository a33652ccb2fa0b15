/** When the network's answers claim a cause. */

import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import type { TestedChange } from '../contract.ts';

/** Set on the development sets of docs/reference/planted-gaps.md. */
const limits = { size: 7, share: 0.5, fall: 1.2, returned: 0.25 };

/** @param strongest the strongest of the changes that were tried */
export function isCause({ size }: Pick<UnrankedCluster, 'size'>, strongest: TestedChange | undefined): boolean {
  if (strongest === undefined || size < limits.size) return false;
  const { fall, margin, returned, returnedElsewhere, ordinaryReturned } = strongest;
  const control = Math.max(returnedElsewhere ?? 0, ordinaryReturned ?? 0);
  return (
    fall >= limits.fall && fall / (Math.max(margin, 0) + 1) >= limits.share && returned - control >= limits.returned
  );
}
