/**
 * What maps of each image's own classes cost beside maps of two targets: `npm run bench:multi-label`.
 *
 *     npm run bench:multi-label -- --model resnet34 --rounds 7
 *
 * A batch of 64 images, 14 classes, two true ones an image on average: the session makes as many reverse sweeps as the image with the most has. Beside
 * it the same network with the targets `predicted` and `label`, which are two sweeps. Prints; judges nothing.
 */

import { parseArgs } from 'node:util';
import { Random } from '../demo/draw/random.ts';
import { Explainer } from '../src/explain/explainer.ts';
import type { ExplainerOptions } from '../src/explain/options.ts';
import { randomBatch } from './batch.ts';
import { interleave, ratioTo } from './interleave.ts';
import { printMachine } from './machine.ts';
import { benchModel, writeBenchModel } from './models/models.ts';
import { wholeNumber } from './options.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'resnet34' },
    rounds: { type: 'string', default: '7' },
    batch: { type: 'string', default: '64' },
  },
});
const rounds = wholeNumber('rounds', values.rounds);
const count = wholeNumber('batch', values.batch);
const [classes, meanLabels] = [14, 2];
const model = benchModel(values.model);

printMachine();
const file = await writeBenchModel(model, temporaryFolder());
const pictures = randomBatch(count, 1);
const [last, deeper] = model.layers;
const head = ['', 'seconds', 'beside two targets', 'middle half'];
const rows: string[][] = [];
for (const layer of [last, deeper ?? last]) rows.push(...(await compare(layer)));
const { most, mean } = labelsAnImage();
console.log(
  `\n${model.name}, batch of ${count}, ${classes} classes, ${mean.toFixed(2)} labels an image on average and ${most} at most, ${rounds} rounds`,
);
printTable(head, rows);

async function compare(layer: string): Promise<string[][]> {
  const shared: ExplainerOptions = { model: file, layers: [layer], batchSize: count, probe: false };
  await using two = await Explainer.open({ ...shared, targets: ['predicted', 'label'] });
  await using several = await Explainer.open({ ...shared, targets: ['label'], thresholds: 0.5 });
  const truth = truthFor(several.classCount);
  const labels = new Int32Array(count).fill(3);
  const contenders = [
    { name: `${layer}, two targets`, work: () => two.explain(pictures, { count, labels }) },
    { name: `${layer}, each image's own classes`, work: () => several.explain(pictures, { count, truth }) },
  ];
  const [reference = [], own = []] = await interleave(contenders, { rounds, turn: 0 });
  const { median, middleHalf } = ratioTo(own, reference);
  const seconds = (times: number[]) => [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
  const [low, high] = middleHalf;
  return [
    [`${layer}, two targets`, seconds(reference).toFixed(2), '1', ''],
    [
      `${layer}, each image's own classes`,
      seconds(own).toFixed(2),
      median.toFixed(2),
      `${low.toFixed(2)} to ${high.toFixed(2)}`,
    ],
  ];
}

/** Of the first classes of the network, each is true of an image as often as the mean asks. */
function truthFor(classCount: number): Int8Array {
  const truth = new Int8Array(count * classCount);
  for (const [image, own] of drawnLabels().entries()) for (const index of own) truth[image * classCount + index] = 1;
  return truth;
}

function drawnLabels(): number[][] {
  const random = new Random('labels');
  return Array.from({ length: count }, () =>
    Array.from({ length: classes }, (_, index) => index).filter(() => random.chance(meanLabels / classes)),
  );
}

function labelsAnImage() {
  const sizes = drawnLabels().map(({ length }) => length);
  return { most: Math.max(...sizes), mean: sizes.reduce((a, b) => a + b, 0) / count };
}
