/** Zeros that a Pad puts around an image are zeros for the pool behind it, whatever ONNX Runtime makes of the two. */

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { openFile } from './open-tiny.ts';
import { inputName, TinyModel } from './tiny-model.ts';

interface Kind {
  pads: number[];
  pool: 'AveragePool' | 'MaxPool';
  attributes?: Record<string, number | number[]>;
  between?: 'Identity';
  value?: number;
}

/** The image, padded and pooled; the score of class 0 is the mean of the result, that of class 1 its negative. */
async function padded({ pads, pool, attributes = {}, between, value = 0 }: Kind): Promise<string> {
  const model = new TinyModel();
  model.input(['batch', 1, 8, 8]);
  const kernel = model.weight('kernel', [1, 1, 1, 1], [1]);
  let x = model.node('Conv', [inputName, kernel], { name: '/stem/Conv', attributes: { kernel_shape: [1, 1] } });
  const filling = model.weight('filling', [], [value]);
  x = model.node('Pad', [x, model.ints('pads', pads), filling], { name: '/pad/Pad' });
  if (between !== undefined) x = model.node(between, [x]);
  x = model.node(pool, [x], { name: '/pool/Pool', attributes: { kernel_shape: [3, 3], ...attributes } });
  x = model.node('GlobalAveragePool', [x]);
  x = model.node('Flatten', [x]);
  x = model.node('MatMul', [x, model.weight('head', [1, 2], [1, -1])], { name: '/head/MatMul' });
  return model.output(x).write(await temporaryFolder());
}

/** What the file itself says: no optimisation, no Gradline. */
async function logitsOf(file: string, image: Float32Array): Promise<number[]> {
  const session = await InferenceSession.create(file, { graphOptimizationLevel: 'disabled' });
  const [logits] = Object.values(await session.run({ [inputName]: new Tensor('float32', image, [1, 1, 8, 8]) }));
  await session.release();
  return Array.from(logits?.data ?? [], Number);
}

const image = Float32Array.from({ length: 64 }, (_, i) => -0.5 - ((i * 37) % 23) / 23);
const around = [0, 0, 1, 1, 0, 0, 1, 1];

it.each<[string, Kind]>([
  ['zeros before a maximum', { pads: around, pool: 'MaxPool' }],
  ['zeros before a maximum that pads as well', { pads: around, pool: 'MaxPool', attributes: { pads: [1, 1, 1, 1] } }],
  ['more zeros than a maximum can pad', { pads: [0, 0, 3, 3, 0, 0, 3, 3], pool: 'MaxPool' }],
  ['zeros before an Identity and a maximum', { pads: around, pool: 'MaxPool', between: 'Identity' }],
  ['another number before a maximum', { pads: around, pool: 'MaxPool', value: -0.7 }],
  ['fewer cells before a maximum', { pads: [0, 0, -1, -1, 0, 0, 1, 1], pool: 'MaxPool' }],
  ['zeros before a mean', { pads: around, pool: 'AveragePool' }],
  ['zeros before a mean that counts pads', { pads: around, pool: 'AveragePool', attributes: { count_include_pad: 1 } }],
  [
    'zeros before a mean that rounds up',
    { pads: [0, 0, 1, 0, 0, 0, 2, 2], pool: 'AveragePool', attributes: { strides: [2, 2], ceil_mode: 1 } },
  ],
  [
    'more zeros than a mean can pad',
    {
      pads: [0, 0, 1, 0, 0, 0, 2, 2],
      pool: 'AveragePool',
      attributes: { count_include_pad: 1, pads: [1, 1, 1, 1] },
    },
  ],
])('%s', async (_, kind) => {
  const file = await padded(kind);
  await using explainer = await openFile(file, { layers: ['stem'], batchSize: 1 });
  const { logits } = await explainer.explain(image, { count: 1 });
  const expected = await logitsOf(file, image);
  for (const [i, logit] of logits.entries()) expect(logit).toBeCloseTo(expected[i] ?? Number.NaN, 5);
});

it('the border of a maximum over zeros and negative cells is zero', async () => {
  const file = await padded({ pads: around, pool: 'MaxPool' });
  await using explainer = await openFile(file, { layers: ['stem'], batchSize: 1 });
  const { logits } = await explainer.explain(new Float32Array(64).fill(-1), { count: 1 });
  // 36 of 64 windows see nothing but -1.
  expect(logits[0]).toBeCloseTo(-36 / 64, 6);
});
