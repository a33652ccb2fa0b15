/**
 * The forms of a ReLU's gradient (docs/decisions/0004-gates.md) in four-layer Grad-CAM against the bare forward:
 * `npm run bench:gates`, on a GPU `npm run bench:gates -- --provider cuda --batch 64`. Prints; judges nothing.
 */

import { parseArgs } from 'node:util';
import { Explainer } from '../src/explain/explainer.ts';
import { randomBatch } from './batch.ts';
import { interleave, ratioText, ratioTo } from './interleave.ts';
import { printMachine } from './machine.ts';
import { benchModels, writeBenchModel } from './models/models.ts';
import { wholeNumber } from './options.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { BareForward, batchSize as defaultBatchSize } from './throughput/forward.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    provider: { type: 'string', default: 'cpu' },
    batch: { type: 'string', default: String(defaultBatchSize) },
  },
});
const rounds = wholeNumber('rounds', values.rounds);
const batchSize = wholeNumber('batch', values.batch);

const folder = temporaryFolder();
printMachine();
for (const model of benchModels) {
  const file = await writeBenchModel(model, folder);
  const batch = randomBatch(batchSize, 1);
  await using bare = await BareForward.open(file, batch, batchSize, values.provider);
  const common = { model: file, layers: model.layers, batchSize, providers: [values.provider] };
  await using multiplied = await Explainer.open({ ...common, gates: 'multiplied' });
  await using blocked = await Explainer.open({ ...common, gates: 'blocked' });
  await using selected = await Explainer.open({ ...common, gates: 'selected' });
  const forms = Object.entries({ multiplied, blocked, selected });
  const contenders = forms.map(([name, explainer]) => ({
    name,
    work: () => explainer.explain(batch, { count: batchSize }),
  }));
  const [reference = [], ...seconds] = await interleave([bare, ...contenders], { rounds, turn: 0.8 });
  console.log(`\n${model.name}, four layers, batch ${batchSize}, ${rounds} rounds`);
  printTable(
    ['', 'to bare (middle half)'],
    forms.map(([name], i) => [name, ratioText(ratioTo(reference, seconds[i] ?? []))]),
  );
}
