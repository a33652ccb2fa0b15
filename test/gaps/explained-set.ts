/** A set in a folder: explained, reported, and held against what was planted. */

import { stat } from 'node:fs/promises';
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
  /**
   * Holds `pictures`, and after the run `output`. `without` (those that carry a fault's cue, without it) and `training` (what the network was trained on) may be
   * missing.
   */
  folder: string;
  planted: PlantedSet;
  run: PicturesRun;
}

export interface ReportedSet {
  made: MadeFindings;
  result: SetResult;
}

/** Explains the set's pictures as a user would, unless that was done before, and makes the report anew. */
export async function reportOnSet({ folder, planted, run }: ExplainedSet, open?: OpenInference): Promise<ReportedSet> {
  await explainPictures(run, open);
  const made = await askedFindings(run.output);
  const bare = { ...run, input: join(folder, 'without'), output: join(folder, 'without-output') };
  return { made, result: evaluateSet(planted, made, await rightWithoutCue(bare, open)) };
}

/** The same with a reference run over the training pictures; null where the set has none. */
export async function reportWithReference(
  { folder, planted, run }: ExplainedSet,
  open?: OpenInference,
): Promise<ReportedSet | null> {
  const training = { ...run, input: join(folder, 'training'), output: join(folder, 'training-output') };
  if ((await stat(training.input).catch(() => null)) === null) return null;
  await explainPictures(run, open);
  await explainPictures(training, open);
  const made = await askedFindings(run.output, training.output);
  return { made, result: evaluateSet(planted, made, null) };
}

/** The findings with the network at hand, as `gradline report` makes them. */
async function askedFindings(location: string, known: string | null = null): Promise<MadeFindings> {
  const output = await openStore(location);
  const reference = known === null ? null : await openStore(known);
  const network = new RunAccess(output);
  try {
    return await makeFindings(output, { network, ...(reference === null ? {} : { reference }) });
  } finally {
    await network[Symbol.asyncDispose]();
    await reference?.close();
    await output.close();
  }
}
