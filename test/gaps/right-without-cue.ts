/** What the network answers where the cue is not. */

import { stat } from 'node:fs/promises';
import { makeFindings } from '../../src/report/make-findings.ts';
import { isJudged, isMistake, keyOf } from '../../src/report/read/run-table.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import type { OpenInference } from '../../src/worker/pipeline/inference/durable-inference.ts';
import { explainPictures, type PicturesRun } from './explain-pictures.ts';

/**
 * @param run its input holds pictures of a set, by the same keys, drawn without the cue that they carry there
 * @returns keys of those that are right; null where there are no such pictures
 */
export async function rightWithoutCue(run: PicturesRun, open?: OpenInference): Promise<Set<string> | null> {
  const some = await stat(run.input).catch(() => null);
  if (some === null) return null;
  await explainPictures({ ...run, layers: run.layers.slice(-1), evidence: false }, open);
  const output = await openStore(run.output);
  const { table } = await makeFindings(output);
  await output.close();
  const rows = Array.from({ length: table.rows }, (_, row) => row);
  return new Set(rows.filter((row) => isJudged(table, row) && !isMistake(table, row)).map((row) => keyOf(table, row)));
}
