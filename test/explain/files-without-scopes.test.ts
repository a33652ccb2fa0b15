/** What is listed of files whose nodes tell nothing of modules, such as those of old exporters. */

import { expect, test } from 'vitest';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { openTiny } from './open-tiny.ts';
import { TinyModel } from './tiny-model.ts';

const [width, heads, tokens] = [26, 2, 17];

/** Two blocks of attention with two heads over a class token and 4 x 4 patches; nodes bear numbers. */
function numbered(): TinyModel {
  const model = new TinyModel({ seed: 'numbered' });
  const weight = (dims: number[]) => model.weight(`w${model.initializers.length}`, dims);
  const shape = (dims: number[]) => model.ints(`s${model.initializers.length}`, dims);
  const linear = (x: string) => model.node('MatMul', [x, weight([width, width])]);
  const patches = model.conv(model.input([2, 3, 8, 8]), 'Conv_0', 3, width, { strides: [2, 2] });
  const rows = model.node('Reshape', [patches, shape([2, width, 16])]);
  const cells = model.node('Transpose', [rows], { attributes: { perm: [0, 2, 1] } });
  let x = model.node('Concat', [weight([2, 1, width]), cells], { attributes: { axis: 1 } });
  for (const block of ['first', 'second']) {
    const split = (from: string, perm: number[]) =>
      model.node('Transpose', [model.node('Reshape', [linear(from), shape([2, tokens, heads, width / heads])])], {
        attributes: { perm },
      });
    const scores = model.node('MatMul', [split(x, [0, 2, 1, 3]), split(x, [0, 2, 3, 1])]);
    const weights = model.node('Softmax', [scores], { attributes: { axis: -1 } });
    const read = model.node('MatMul', [weights, split(x, [0, 2, 1, 3])]);
    const turned = model.node('Transpose', [read], { attributes: { perm: [0, 2, 1, 3] } });
    const joined = model.node('Reshape', [turned, shape([2, tokens, width])]);
    x = model.node('Add', [x, linear(joined)], { name: `${block} block` });
  }
  const picked = model.node('Gather', [x, model.ints('first', [0], [])], { attributes: { axis: 1 } });
  return model.output(model.linear(picked, 'head', width, 5));
}

test('attention matrices are not suggested, but the last block that works', async () => {
  const { layers, suggestions } = await describeLayers(await numbered().write(await temporaryFolder()));
  const softmax = layers.filter(({ operator }) => operator === 'Softmax');
  expect(softmax.map(({ shape, differentiable }) => [shape, differentiable])).toEqual([
    [[2, heads, tokens, tokens], true],
    [[2, heads, tokens, tokens], true],
  ]);
  expect(suggestions).toEqual(['first block']);
  await using explainer = await openTiny(numbered(), { layers: ['first block', 'last'] });
  expect(explainer.layers.map(({ tensor }) => tensor)).toEqual(['first block_output_0', 'first block_output_0']);
});

test('each grid size is suggested once, by the node that ends it, and no padding', async () => {
  const model = new TinyModel();
  let x = model.conv(model.input(['n', 3, 8, 8]), 'Conv_0', 3, 4);
  x = model.node('Relu', [x], { name: 'Relu_1' });
  x = model.node('Pad', [x, model.ints('pads', [0, 0, 0, 0, 0, 0, 1, 1])], { name: 'Pad_2' });
  x = model.conv(x, 'Conv_3', 4, 4, { strides: [2, 2], pads: [0, 0, 0, 0] });
  const shortcut = x;
  x = model.node('Relu', [x], { name: 'Relu_4' });
  x = model.node('Add', [x, shortcut], { name: 'Add_5' });
  const file = await model.output(model.pooledHead(x, 4, 5)).write(await temporaryFolder());
  expect((await describeLayers(file)).suggestions).toEqual(['Relu_1', 'Add_5']);
});
