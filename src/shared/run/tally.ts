/** Counts over records. `labelled` and `correct` are over the `done` ones. */
export interface Tally {
  done: number;
  quarantined: number;
  labelled: number;
  correct: number;
  /** Quarantined images by error code. */
  failures: Record<string, number>;
}

/** The numbers of a run while shards are settled. */
export interface RunTotals {
  /** Shards that are committed or given up, and shards of the plan; null before planning has ended. */
  settledShards: number;
  shards: number | null;
  /** Images of the plan; null before planning has ended. */
  expected: number | null;
  done: number;
  quarantined: number;
  /** Over the `done` images. */
  labelled: number;
  correct: number;
  /** Images of the shards that were given up: planned, but without a record. */
  missing: number;
}

/** The fields of a record that are counted. */
export type CountedRecord =
  | { status: 'done'; correct?: boolean | undefined }
  | { status: 'quarantined'; error: { code: string } };

export function emptyTally(): Tally {
  return { done: 0, quarantined: 0, labelled: 0, correct: 0, failures: {} };
}

export function count(tally: Tally, record: CountedRecord): void {
  if (record.status === 'quarantined') {
    tally.quarantined += 1;
    tally.failures[record.error.code] = (tally.failures[record.error.code] ?? 0) + 1;
    return;
  }
  tally.done += 1;
  if (record.correct !== undefined) tally.labelled += 1;
  if (record.correct === true) tally.correct += 1;
}

export function tallyOf(records: Iterable<CountedRecord>): Tally {
  const tally = emptyTally();
  for (const record of records) count(tally, record);
  return tally;
}
