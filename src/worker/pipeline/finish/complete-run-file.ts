/** `run.json` of a fleet's run after its end. The producer wrote it first; what it says of settings and versions stays. */

import { z } from 'zod';
import { type MapFindings, readRunFile, runFileSchema, writeRunFile } from '../../../shared/run/run-file.ts';
import type { Tally } from '../../../shared/run/tally.ts';
import { retryTransient } from '../../../shared/store/retry.ts';
import type { Store } from '../../../shared/store/store.ts';

/** With all other fields in their order, those of other versions included. */
const begun = z
  .record(z.string(), z.unknown())
  .and(runFileSchema.pick({ started: true }).extend({ warnings: z.array(z.string()).default([]) }));

export interface RunEnd {
  state: 'complete' | 'failed';
  /** Images of the plan; null when planning has not ended. */
  images: number | null;
  tally: Tally;
  /** Images of shards that were given up: planned, but without a record. */
  missing: number;
  /** Why a failed run stopped. */
  error: { code: string; message: string } | null;
  finished: Date;
  /** Of a complete run. */
  findings?: MapFindings;
  /** What was found wrong with the set-up, in words, besides what the file says. */
  warnings?: readonly string[];
}

/** @throws UserError `damaged-output`; StoreError */
export async function writeRunEnd(output: Store, end: RunEnd): Promise<void> {
  const file = await retryTransient(() => readRunFile(output, begun));
  const { done, quarantined, labelled, correct } = end.tally;
  const images = done + quarantined;
  const seconds = Math.max(0, (end.finished.getTime() - Date.parse(file.started)) / 1000);
  const ended = {
    ...file,
    state: end.state,
    finished: end.finished.toISOString(),
    counts: {
      images: end.images,
      skipped: 0,
      ...end.tally,
      ...(end.missing > 0 ? { missing: end.missing } : {}),
    },
    accuracy: labelled === 0 ? null : correct / labelled,
    timings: { seconds, images, imagesPerSecond: images / Math.max(seconds, 1e-3) },
    ...end.findings,
    warnings: [...new Set([...file.warnings, ...(end.warnings ?? [])])],
    error: end.error,
  };
  await retryTransient(() => writeRunFile(output, ended));
}
