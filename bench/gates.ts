/**
 * Both forms of a ReLU's gradient (docs/decisions/0004-gates.md) in four-layer Grad-CAM against the bare forward:
 * `npm run bench:gates`. Prints; judges nothing.
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
import { BareForward, batchSize } from './throughput/forward.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = wholeNumber('rounds', values.rounds);

const folder = temporaryFolder();
printMachine();
for (const model of benchModels) {
  const file = await writeBenchModel(model, folder);
  const batch = randomBatch(batchSize, 1);
  await using bare = await BareForward.open(file, batch);
  const options = { model: file, layers: model.layers, batchSize };
  await using plain = await Explainer.open({ ...options, blockedLayout: false });
  await using blocked = await Explainer.open({ ...options, blockedLayout: true });
  const work = (explainer: Explainer) => () => explainer.explain(batch, { count: batchSize });
  const [reference = [], plainSeconds = [], blockedSeconds = []] = await interleave(
    [bare, { name: 'plain', work: work(plain) }, { name: 'blocked', work: work(blocked) }],
    { rounds, turn: 0.8 },
  );
  console.log(`\n${model.name}, four layers, batch ${batchSize}, ${rounds} rounds`);
  printTable(
    ['', 'to bare (middle half)'],
    [
      ['comparisons and masks', ratioText(ratioTo(reference, plainSeconds))],
      ['in the blocked layout', ratioText(ratioTo(reference, blockedSeconds))],
    ],
  );
}
