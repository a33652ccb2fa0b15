/** `npm run gaps`: explains the sets with planted faults, makes their reports, and prints how well each fault is named. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printTable } from '../../bench/table.ts';
import { makeFindings } from '../../src/report/make-findings.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
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
  'Planted faults: pictures that are misclassified because of each, the claim of the report that names them best, and the best cluster or gap, claimed or not.\n',
);
printTable(
  [
    'set',
    'classes',
    'accuracy',
    'fault',
    'of class',
    'pictures',
    'rank',
    'precision',
    'recall',
    'shown: precision',
    'recall',
  ],
  results.flatMap(({ set, faults, accuracy }) =>
    faults.map(({ kind, subject, size, claim, shown }) => [
      set.name,
      String(set.classes.length),
      (accuracy ?? 0).toFixed(2),
      kind,
      subject,
      String(size),
      claim === null ? '-' : String(claim.rank),
      share(claim?.precision),
      share(claim?.recall),
      share(shown?.precision),
      share(shown?.recall),
    ]),
  ),
);
const planted = results.flatMap(({ faults }) => faults);
const mean = (values: readonly (number | undefined)[]) =>
  share(values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length);
for (const [what, named] of [
  ['Claimed', planted.map(({ claim }) => claim)],
  ['Shown', planted.map(({ shown }) => shown)],
] as const) {
  const [precision, recall] = [named.map((group) => group?.precision), named.map((group) => group?.recall)].map(mean);
  console.log(`${what}: mean precision ${precision}, mean recall ${recall} over ${planted.length} faults.`);
}
console.log();
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
