import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openTiny } from './open-tiny.ts';
import { pixels, smallClassifier } from './tiny-model.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Memory of this process, which vitest gives to this file alone. */
function residentMiB(): number {
  collectGarbage();
  return process.memoryUsage().rss / 2 ** 20;
}

test('2,000 batches leave the memory where it was after the first 100', async () => {
  const batchSize = 16;
  const images = pixels(batchSize);
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % 5);
  await using explainer = await openTiny(smallClassifier(), {
    layers: ['features.0', 'features.1', 'last'],
    targets: ['predicted', 'label'],
    capture: ['activations', 'gradients'],
    statistics: true,
    batchSize,
  });
  let bytes = 0;
  const explainBatches = async (count: number) => {
    for (let batch = 1; batch <= count; batch++) {
      const { maps, captured } = await explainer.explain(images, { count: batchSize - (batch % 2), labels });
      bytes += [...maps, ...captured].reduce((sum, { values }) => sum + values.byteLength, 0);
    }
    return residentMiB();
  };
  const early = await explainBatches(100);
  const settled = await explainBatches(1000);
  // Far less than the results themselves, some 250 MiB for 2,000 batches, which would pile up if anything kept them. Newer V8
  // lets more of them wait for collection before it settles: 17 MiB more on Node 20, 40 on Node 24.
  expect(settled - early).toBeLessThan(64);
  // From then on nothing is added. What is kept is kept in every round; what the allocator takes or returns comes and goes.
  const growth: number[] = [];
  for (let before = settled; growth.length < 5; ) {
    const after = await explainBatches(400);
    growth.push(after - before);
    before = after;
  }
  expect(bytes / 2 ** 20).toBeGreaterThan(128);
  expect(middle(growth), `MiB in each of 5 rounds: ${growth}`).toBeLessThan(8);
});

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

test('opening and closing again and again does not either', async () => {
  const openAndClose = async () => {
    await using explainer = await openTiny(smallClassifier(), { layers: ['features.1'] });
    await explainer.explain(pixels(1), { count: 1 });
  };
  for (let i = 0; i < 20; i++) await openAndClose();
  const early = residentMiB();
  for (let i = 0; i < 80; i++) await openAndClose();
  expect(residentMiB() - early).toBeLessThan(32);
});
