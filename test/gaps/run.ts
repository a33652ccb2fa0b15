/**
 * `npm run gaps`: explains sets with planted faults, makes their reports, and prints how well each fault is named.
 *
 *     node dist-tools/test/gaps/run.js [--photographs <folder>] [--split development|test] [--only <name>] [--keep <folder>] [--reference] [--others] [--explain]
 *
 * Without options the drawn sets of the test split. With `--photographs` the photographed sets in that folder, and the drawn ones, too, where all of
 * the test split is asked for. `--only` names a set. `--keep` is where drawn sets stay. `--others` compares with what `others/find_slices.py` wrote beside each run.
 * `--explain` does no more than what that needs.
 * `--reference` holds each photographed set that has its training pictures (`write-further.js training`) against a run over them, as well.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareMethods, type MethodResult } from './compare.ts';
import { drawSet } from './draw-set.ts';
import type { SetResult } from './evaluate.ts';
import { explainPictures } from './explain-pictures.ts';
import { type ExplainedSet, reportOnSet, reportWithReference } from './explained-set.ts';
import { photographedSets } from './photographed-sets.ts';
import { planSets, type Split } from './plan.ts';
import { printComparison } from './print-comparison.ts';
import { printResults } from './print-results.ts';

const networks = 'test/gaps/networks';
const { values } = parseArgs({
  options: {
    photographs: { type: 'string' },
    split: { type: 'string', default: 'test' },
    only: { type: 'string' },
    keep: { type: 'string' },
    reference: { type: 'boolean', default: false },
    others: { type: 'boolean', default: false },
    explain: { type: 'boolean', default: false },
  },
});
const split: Split = values.split === 'development' ? 'development' : 'test';
const asked = (name: string) => values.only === undefined || values.only === name;

interface Evaluated {
  result: SetResult;
  /** Null unless asked for, and where there are no training pictures. */
  withReference: SetResult | null;
  /** Empty unless asked for. */
  compared: MethodResult[];
}

if (values.photographs === undefined || (split === 'test' && values.only === undefined)) {
  print('Drawn pictures', await evaluateDrawn());
}
if (values.photographs !== undefined) {
  print('Photographs', await evaluatePhotographed(values.photographs));
}

function print(title: string, evaluated: readonly Evaluated[]): void {
  if (values.explain) return;
  console.log(`${title}\n`);
  printResults(evaluated.map(({ result }) => result));
  const referred = evaluated.flatMap(({ withReference }) => withReference ?? []);
  if (referred.length > 0) {
    console.log(`${title}, with a reference run over the training pictures\n`);
    printResults(referred);
  }
  if (values.others) printComparison(evaluated.flatMap(({ compared }) => compared));
}

async function evaluateDrawn(): Promise<Evaluated[]> {
  const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'gradline-gaps-')));
  const evaluated: Evaluated[] = [];
  try {
    for (const set of planSets('test').filter(({ name }) => asked(name))) {
      const drawn = await drawSet(set, join(networks, `${set.name}.onnx`), join(folder, set.name));
      evaluated.push(...(await evaluate(drawn)));
    }
  } finally {
    if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
  }
  return evaluated;
}

async function evaluatePhotographed(photographs: string): Promise<Evaluated[]> {
  const evaluated: Evaluated[] = [];
  for (const set of await photographedSets(photographs, split)) {
    if (asked(set.planted.name)) evaluated.push(...(await evaluate(set)));
  }
  return evaluated;
}

async function evaluate(set: ExplainedSet): Promise<Evaluated[]> {
  if (values.explain) {
    await explainPictures(set.run);
    return [];
  }
  const { made, result } = await reportOnSet(set);
  const slices = join(set.folder, 'slices.json');
  const referred = values.reference ? await reportWithReference(set) : null;
  const compared = values.others ? await compareMethods(set.planted, made, slices) : [];
  return [{ result, withReference: referred?.result ?? null, compared }];
}
