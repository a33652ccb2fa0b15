/** `npm run gaps`: explains the sets with planted faults, makes their reports, and prints how well each fault is named. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printTable } from '../../bench/table.ts';
import { makeFindings } from '../../src/report/make-findings.ts';
import { openStore } from '../../src/shared/open-store.ts';
import { evaluateSet, type SetResult } from './evaluate.ts';
import { explainSet } from './explain-set.ts';
import { planSets } from './plan.ts';

const networks = 'test/gaps/networks';
const results: SetResult[] = [];
const folder = await mkdtemp(join(tmpdir(), 'gradline-gaps-'));
try {
  for (const set of planSets('test')) {
    const place = join(folder, set.name);
    const pictures = await explainSet(set, join(networks, `${set.name}.onnx`), place);
    const output = await openStore(join(place, 'output'));
    const { findings } = await makeFindings(output);
    await output.close();
    results.push(evaluateSet(set, pictures, findings));
    await rm(place, { recursive: true, force: true });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const share = (value: number | undefined) => (value === undefined ? '0.00' : value.toFixed(2));
console.log(
  'Planted faults: pictures that are misclassified because of each, and the claim of the report that names them best.\n',
);
printTable(
  ['set', 'classes', 'accuracy', 'fault', 'of class', 'pictures', 'rank', 'precision', 'recall'],
  results.flatMap(({ set, faults, accuracy }) =>
    faults.map(({ kind, subject, size, claim }) => [
      set.name,
      String(set.classes.length),
      (accuracy ?? 0).toFixed(2),
      kind,
      subject,
      String(size),
      claim === null ? '-' : String(claim.rank),
      share(claim?.precision),
      share(claim?.recall),
    ]),
  ),
);
const claims = results.flatMap(({ faults }) => faults.map(({ claim }) => claim));
const mean = (pick: (claim: NonNullable<(typeof claims)[number]>) => number) =>
  claims.reduce((sum, claim) => sum + (claim === null ? 0 : pick(claim)), 0) / claims.length;
console.log(
  `\nMean precision ${share(mean(({ precision }) => precision))}, mean recall ${share(mean(({ recall }) => recall))} over ${claims.length} faults.\n`,
);
const clean = results.filter(({ set }) => set.faults.length === 0);
printTable(
  ['set without faults', 'classes', 'accuracy', 'claims'],
  clean.map(({ set, accuracy, falseAlarms }) => [
    set.name,
    String(set.classes.length),
    (accuracy ?? 0).toFixed(2),
    falseAlarms.length === 0 ? 'none' : falseAlarms.join(', '),
  ]),
);
const alarmed = clean.filter(({ falseAlarms }) => falseAlarms.length > 0).length;
const beside = results.filter(({ set }) => set.faults.length > 0).flatMap(({ falseAlarms }) => falseAlarms).length;
console.log(
  `\nFalse alarms in ${alarmed} of ${clean.length} sets without faults; ${beside} claims beside the planted faults in the others.`,
);
