import { UserError } from '../../explain/user-error.ts';
import { keyOf, type RunTable } from '../read/run-table.ts';

export interface MatchedRuns {
  /** Row of the earlier run for each row of the later one; -1 where its key is new. */
  rowBefore: Int32Array;
  /** Rows of the earlier run whose key the later one does not have. */
  vanished: number[];
}

export function matchByKey(before: RunTable, after: RunTable): MatchedRuns {
  const rows = new Map<string, number>();
  for (const [row, key] of before.keys.entries()) rows.set(key, row);
  const seen = new Uint8Array(before.rows);
  const rowBefore = new Int32Array(after.rows);
  for (const [row, key] of after.keys.entries()) {
    const match = rows.get(key) ?? -1;
    rowBefore[row] = match;
    if (match >= 0) seen[match] = 1;
  }
  const vanished: number[] = [];
  for (const [row, isSeen] of seen.entries()) if (isSeen === 0) vanished.push(row);
  return { rowBefore, vanished };
}

/** @throws UserError `nothing-in-common` when no key is in both */
export function checkInCommon(before: RunTable, after: RunTable, { rowBefore }: MatchedRuns): void {
  if (rowBefore.some((row) => row >= 0)) return;
  throw new UserError(
    'nothing-in-common',
    `The runs have no image in common: keys are like "${keyOf(before, 0)}" in the earlier one and "${keyOf(after, 0)}" in the later one. ` +
      'Images are matched by key, which is the path below --input: run both on the same input.',
  );
}
