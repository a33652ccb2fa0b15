/** Words of the ledger that pages in the browser use, too: no imports. */

export const runStates = ['planning', 'running', 'paused', 'finishing', 'complete', 'cancelled', 'failed'] as const;

export type LedgerState = (typeof runStates)[number];

/** An image that failed, or a shard that was given up. */
export interface Failure {
  shard: number;
  /** Place of the image in the shard and its key; null for a whole shard. */
  place: number | null;
  key: string | null;
  code: string;
  message: string;
}
