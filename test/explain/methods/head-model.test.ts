import { expect, test } from 'vitest';
import { cutBehind } from '../../../src/explain/methods/repeated/head-model.ts';
import { Graph } from '../../../src/explain/onnx/graph.ts';
import { difference, openTiny } from '../open-tiny.ts';
import { classCount, pixels, TinyModel } from '../tiny-model.ts';

const count = 3;
const images = pixels(count);

/** A block that its input passes by, and a channel gate that is made of the network's first layer. */
function withShortcut(): TinyModel {
  const model = new TinyModel({ seed: 'shortcut' });
  const x = model.conv(model.input(['n', 3, 8, 8]), '/stem/Conv', 3, 6);
  const inner = model.node('Relu', [model.conv(x, '/block/conv/Conv', 6, 6)], { name: '/block/relu/Relu' });
  const sum = model.node('Add', [inner, x], { name: '/block/Add' });
  const gate = model.node('Sigmoid', [model.node('GlobalAveragePool', [x])], { name: '/gate/Sigmoid' });
  const gated = model.node('Mul', [sum, gate], { name: '/gated/Mul' });
  return model.output(model.pooledHead(gated, 6, classCount));
}

test('behind a layer lie the nodes from it to the scores; what passes it by crosses', () => {
  const model = withShortcut();
  const graph = new Graph(model.build().graph);
  const { nodes, crossing } = cutBehind(graph, '/block/relu/Relu_output_0', '/fc/Gemm_output_0');
  expect(nodes.map(({ opType }) => opType)).toEqual(['Add', 'Mul', 'GlobalAveragePool', 'Flatten', 'Gemm']);
  expect(crossing).toEqual(['/block/relu/Relu_output_0', '/stem/Conv_output_0', '/gate/Sigmoid_output_0']);
});

test('ablation-cam beside a shortcut weighs a channel by what it adds to the logit', async () => {
  const model = withShortcut();
  await using explainer = await openTiny(model, {
    layers: ['block.relu'],
    methods: ['ablation-cam', 'grad-cam'],
    targets: ['class:1'],
    capture: ['activations', 'gradients'],
  });
  const { maps, captured } = await explainer.explain(images, { count });
  const [activations, gradients] = ['activations', 'gradients'].map(
    (wanted) => captured.find(({ kind }) => kind === wanted)?.values,
  );
  // Behind the layer everything is linear in it: a channel's part of the logit is the sum of its cells times their gradients.
  const expected = new Float32Array(count * 64);
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < 6; channel++) {
      const start = (image * 6 + channel) * 64;
      let part = 0;
      for (let cell = 0; cell < 64; cell++) {
        part += (activations?.[start + cell] ?? Number.NaN) * (gradients?.[start + cell] ?? Number.NaN);
      }
      for (let cell = 0; cell < 64; cell++) {
        const at = image * 64 + cell;
        expected[at] = (expected[at] ?? 0) + part * (activations?.[start + cell] ?? Number.NaN);
      }
    }
  }
  const found = maps.find(({ method }) => method === 'ablation-cam')?.values;
  expect(difference(found, expected)).toBeLessThan(1e-4);
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.01);
});

test('the pixels can be the layer: a colour is taken away', async () => {
  const model = new TinyModel({ seed: 'linear' });
  const features = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 6, { pads: [0, 0, 0, 0] });
  const built = model.output(model.pooledHead(features, 6, classCount));
  await using explainer = await openTiny(built, {
    layers: ['input', 'conv'],
    methods: ['ablation-cam', 'reciprocam'],
    targets: ['class:2'],
  });
  const { maps } = await explainer.explain(images, { count });
  expect(maps.map(({ layer, method }) => `${layer} ${method}`)).toEqual([
    'input ablation-cam',
    'input reciprocam',
    'conv ablation-cam',
    'conv reciprocam',
  ]);
  // Of a linear network the colours' weights add up to the logit less that of a black picture.
  await using black = await openTiny(built, { layers: ['conv'], targets: ['class:2'] });
  const empty = await black.explain(new Float32Array(images.length), { count });
  const uniform = new Float32Array(images.length).fill(1);
  await using same = await openTiny(built, { layers: ['input'], methods: ['ablation-cam'], targets: ['class:2'] });
  const flat = await same.explain(uniform, { count });
  const expected = (flat.logits[2] ?? 0) - (empty.logits[2] ?? 0);
  expect(flat.maps[0]?.values[0]).toBeCloseTo(expected, 4);
});
