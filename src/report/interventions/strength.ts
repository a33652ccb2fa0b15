import type { TestedChange } from '../contract.ts';

/** What the strongest change is chosen by, and clusters are ordered by: the share of the margin that it takes. */
export function strength({ fall, margin }: TestedChange): number {
  return fall / (Math.max(margin, 0) + 1);
}
