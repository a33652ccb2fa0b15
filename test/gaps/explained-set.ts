/** A set in a folder: explained, reported, and held against what was planted. */

import { join } from 'node:path';
import { RunAccess } from '../../src/report/interventions/run-access.ts';
import { type MadeFindings, makeFindings } from '../../src/report/make-findings.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import type { OpenInference } from '../../src/worker/pipeline/inference/durable-inference.ts';
import { evaluateSet, type SetResult } from './evaluate.ts';
import { explainPictures, type PicturesRun } from './explain-pictures.ts';
import type { PlantedSet } from './planted-set.ts';
import { rightWithoutCue } from './right-without-cue.ts';

export interface ExplainedSet {
  /** Holds `pictures`, `without` (those that carry a fault's cue, without it; may be missing), and after the run `output`. */
  folder: string;
  planted: PlantedSet;
  run: PicturesRun;
}

/** Explains the set's pictures as a user would, unless that was done before, and makes the report anew. */
export async function reportOnSet(
  { folder, planted, run }: ExplainedSet,
  open?: OpenInference,
): Promise<{ made: MadeFindings; result: SetResult }> {
  await explainPictures(run, open);
  const made = await askedFindings(run.output);
  const bare = { ...run, input: join(folder, 'without'), output: join(folder, 'without-output') };
  return { made, result: evaluateSet(planted, made, await rightWithoutCue(bare, open)) };
}

/** The findings with the network at hand, as `gradline report` makes them. */
async function askedFindings(location: string): Promise<MadeFindings> {
  const output = await openStore(location);
  const network = new RunAccess(output);
  try {
    return await makeFindings(output, { network });
  } finally {
    await network[Symbol.asyncDispose]();
    await output.close();
  }
}
