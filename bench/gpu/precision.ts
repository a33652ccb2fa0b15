/**
 * How far each precision is from PyTorch in float64, network by network: `npm run bench:precision`. On a GPU
 * `-- --provider cuda --precision float32`, then `tf32` and `float16`, each in a run of its own: a process has one. Without a GPU float16 is
 * simulated, each operator in float32 between roundings.
 *
 * Reads the goldens of test/goldens/thin, or of the folder in GRADLINE_ORACLE (see bench/oracle-agreement.ts). Prints the largest deviation
 * as a share of the image's largest magnitude; judges nothing.
 */

import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Precision, precisions } from '../../src/explain/options.ts';
import { type Deviation, deviations } from '../../test/explain/agreement/compare.ts';
import { type Golden, goldenNames, readGolden, withModel } from '../../test/explain/agreement/golden.ts';
import { printMachine } from '../machine.ts';
import { median } from '../statistics.ts';
import { printTable } from '../table.ts';

const { values } = parseArgs({
  options: {
    provider: { type: 'string', default: 'cpu' },
    precision: { type: 'string', multiple: true, default: ['float32', 'float16'] },
  },
});
const { provider } = values;
const folder = path.resolve(process.env.GRADLINE_ORACLE ?? 'test/goldens/thin');
printMachine();
for (const name of values.precision) {
  const precision = precisions.find((known) => known === name);
  if (precision === undefined) throw new Error(`--precision takes ${precisions.join(', ')}; it is '${name}'.`);
  await compare(precision);
}

async function compare(precision: Precision): Promise<void> {
  const simulated = provider === 'cpu';
  const rows: string[][] = [];
  const worst: number[][] = [[], [], []];
  for (const name of await goldenNames(folder)) {
    const golden = await readGolden(folder, name);
    const how = { providers: [provider], precision, simulated };
    const found = await withModel(folder, golden, (model) => deviations(model, golden, how));
    const shares = summary(golden, found);
    shares.forEach((share, i) => {
      worst[i]?.push(share);
    });
    rows.push([name, ...shares.map(text)]);
  }
  console.log(`\n${precision} on ${provider}${simulated && precision === 'float16' ? ', simulated' : ''}`);
  printTable(
    ['network', 'logits', 'last map', 'worst map'],
    [
      ...rows,
      ['median', ...worst.map((shares) => text(median(shares)))],
      ['largest', ...worst.map((shares) => text(Math.max(...shares)))],
    ],
  );
}

/** Of the logits, of the last layer's maps, and of the worst layer's. */
function summary(golden: Golden, found: readonly Deviation[]): number[] {
  const largest = (belongs: (deviation: Deviation) => boolean) =>
    Math.max(...found.filter(belongs).map(({ share }) => share));
  const last = golden.cam?.layer ?? golden.layers.at(0)?.layer;
  return [
    largest(({ what }) => what === 'logits'),
    largest(({ what, layer }) => what === 'map' && layer === last),
    largest(({ what }) => what === 'map'),
  ];
}

function text(share: number): string {
  return share.toExponential(1);
}
