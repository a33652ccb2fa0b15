import { describe, expect, test } from 'vitest';
import { tensorValues } from '../../src/explain/onnx/tensor-data.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { runDirectly } from './direct-run.ts';
import { difference, expectRefusal, openTiny } from './open-tiny.ts';
import { pixels, smallClassifier, TinyModel } from './tiny-model.ts';

/** Appends a head to features `[N, 6, 8, 8]` and returns the logits. */
type Head = (model: TinyModel, features: string) => string;

function withHead(head: Head): TinyModel {
  const model = new TinyModel({ seed: 'cam' });
  let x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 6);
  x = model.node('Relu', [x], { name: '/relu/Relu' });
  return model.output(head(model, x));
}

const flatten = (model: TinyModel, x: string) => model.node('Flatten', [x]);
const average = (model: TinyModel, x: string) => model.node('GlobalAveragePool', [x]);
const reduced =
  (axes: number[], keepdims: number): Head =>
  (model, x) =>
    model.node('ReduceMean', [x, model.ints('axes', axes)], { attributes: { keepdims } });

/** Heads of global average pooling and one linear layer, whose weight is `fc.weight`, `[5, 6]` in row-major order. */
const heads: Record<string, Head> = {
  'pooling, Flatten and Gemm': (m, x) => m.linear(flatten(m, average(m, x)), 'fc', 6, 5),
  'ReduceMean and Gemm': (m, x) => m.linear(reduced([2, 3], 0)(m, x), 'fc', 6, 5),
  'ReduceMean over negative axes': (m, x) => m.linear(flatten(m, reduced([-1, -2], 1)(m, x)), 'fc', 6, 5),
  'ReduceMean over flattened cells': (m, x) =>
    m.linear(reduced([2], 0)(m, m.node('Reshape', [x, m.ints('flat', [0, 6, 64])])), 'fc', 6, 5),
  'AveragePool over the whole grid': (m, x) =>
    m.linear(flatten(m, m.node('AveragePool', [x], { attributes: { kernel_shape: [8, 8] } })), 'fc', 6, 5),
  'a 1x1 convolution': (m, x) =>
    m.node('Conv', [average(m, x), m.weight('fc.weight', [5, 6, 1, 1]), m.weight('fc.bias', [5])], {
      attributes: { kernel_shape: [1, 1] },
    }),
  'a 1x1 convolution before the pooling': (m, x) =>
    flatten(
      m,
      average(
        m,
        m.node('Conv', [x, m.weight('fc.weight', [5, 6, 1, 1]), m.weight('fc.bias', [5])], {
          attributes: { kernel_shape: [1, 1] },
        }),
      ),
    ),
  'a 1x1 convolution, Dropout and ReduceMean': (m, x) =>
    reduced([2, 3], 0)(m, m.node('Dropout', [m.node('Conv', [x, m.weight('fc.weight', [5, 6, 1, 1])])])),
  'MatMul and Add': (m, x) => {
    const product = m.node('MatMul', [flatten(m, average(m, x)), m.weight('fc.weight', [6, 5])]);
    return m.node('Add', [product, m.weight('fc.bias', [5])]);
  },
  'MatMul alone and Softmax': (m, x) =>
    m.node('Softmax', [m.node('MatMul', [flatten(m, average(m, x)), m.weight('fc.weight', [6, 5])])]),
};

describe.each(Object.entries(heads))('behind %s', (title, head) => {
  test('CAM is the class row of the linear layer times the activations, and Grad-CAM times h w', async () => {
    const model = withHead(head);
    const images = pixels(3);
    await using explainer = await openTiny(model, {
      layers: ['relu'],
      methods: ['cam', 'grad-cam'],
      targets: ['class:3', 'predicted'],
    });
    const { maps } = await explainer.explain(images, { count: 3 });
    const name = '/relu/Relu_output_0';
    const direct = await runDirectly(model.build(), images, [3, 3, 8, 8], await temporaryFolder(), [name]);
    const activations = direct[name] ?? new Float32Array();
    const stored = model.initializers.find((tensor) => tensor.name === 'fc.weight');
    const weights = (stored && tensorValues(stored)) ?? [];
    const isTransposed = title.startsWith('MatMul');
    const expected = Array.from({ length: 3 * 64 }, (_, i) => {
      const [image, cell] = [Math.floor(i / 64), i % 64];
      let sum = 0;
      for (let c = 0; c < 6; c++) {
        const weight = weights[isTransposed ? c * 5 + 3 : 3 * 6 + c] ?? Number.NaN;
        sum += weight * (activations[(image * 6 + c) * 64 + cell] ?? Number.NaN);
      }
      return sum;
    });
    const of = (method: string, target: string) => maps.find((m) => m.method === method && m.target === target)?.values;
    expect(difference(of('cam', 'class:3'), expected)).toBeLessThan(1e-5);
    for (const target of ['class:3', 'predicted']) {
      const scaled = of('grad-cam', target)?.map((value) => value * 64);
      expect(difference(scaled, of('cam', target))).toBeLessThan(1e-5);
    }
  });
});

/** What is not global average pooling and one linear layer, with the operator that the refusal names. */
const refused: [string, Head, string | RegExp][] = [
  [
    'a convolution before the pooling',
    (m, x) => m.pooledHead(m.conv(x, '/neck/Conv', 6, 6), 6, 5),
    "Conv '/neck/Conv'",
  ],
  [
    "an activation behind the classes' convolution, as in SqueezeNet",
    (m, x) => {
      const classes = m.node('Conv', [x, m.weight('fc.weight', [5, 6, 1, 1])], { name: '/fc/Conv' });
      return flatten(m, average(m, m.node('Relu', [classes], { name: '/fc/Relu' })));
    },
    "Relu '/fc/Relu'",
  ],
  [
    'a convolution that reads every other cell',
    (m, x) => {
      const attributes = { kernel_shape: [1, 1], strides: [2, 2] };
      return flatten(m, average(m, m.node('Conv', [x, m.weight('fc.weight', [5, 6, 1, 1])], { attributes })));
    },
    'Conv',
  ],
  ['maximum pooling', (m, x) => m.linear(flatten(m, m.node('GlobalMaxPool', [x])), 'fc', 6, 5), 'GlobalMaxPool'],
  [
    'average and maximum pooling together, as in fastai',
    (m, x) => {
      const both = m.node('Concat', [average(m, x), m.node('GlobalMaxPool', [x])], { attributes: { axis: 1 } });
      return m.linear(flatten(m, both), 'fc', 12, 5);
    },
    'several operators',
  ],
  [
    'pooling of parts',
    (m, x) => {
      const parts = m.node('AveragePool', [x], { attributes: { kernel_shape: [4, 4], strides: [4, 4] } });
      return m.linear(flatten(m, parts), 'fc', 24, 5);
    },
    'AveragePool',
  ],
  [
    'pooling of one part',
    (m, x) => {
      const part = m.node('AveragePool', [x], { attributes: { kernel_shape: [7, 7], strides: [7, 7] } });
      return m.linear(flatten(m, part), 'fc', 6, 5);
    },
    'AveragePool',
  ],
  ['no pooling', (m, x) => m.linear(flatten(m, x), 'fc', 384, 5), 'Gemm'],
  ['a mean over channels', (m, x) => m.linear(flatten(m, reduced([1], 0)(m, x)), 'fc', 64, 5), 'ReduceMean'],
  [
    'two linear layers',
    (m, x) => m.linear(m.linear(flatten(m, average(m, x)), 'hidden', 6, 6), 'fc', 6, 5),
    "Gemm 'fc'",
  ],
  [
    'an activation between linear layers',
    (m, x) =>
      m.linear(m.node('Relu', [m.linear(flatten(m, average(m, x)), 'hidden', 6, 6)], { name: 'between' }), 'fc', 6, 5),
    "Relu 'between'",
  ],
  [
    'an activation behind the pooling',
    (m, x) => m.linear(m.node('Tanh', [flatten(m, average(m, x))], { name: 'squash' }), 'fc', 6, 5),
    "Tanh 'squash'",
  ],
];

test.each(refused)('refused before %s, pointing to Grad-CAM', async (_, head, what) => {
  const attempt = openTiny(withHead(head), { layers: ['relu'], methods: ['cam'] });
  await expectRefusal(attempt, 'no-cam-head', "'relu'", what, '--method grad-cam');
  await using explainer = await openTiny(withHead(head), { layers: ['relu'], methods: ['grad-cam'] });
  expect((await explainer.explain(pixels(1), { count: 1 })).maps).toHaveLength(1);
});

test('refused where only one of several layers is right before the head', async () => {
  const attempt = openTiny(smallClassifier(), { layers: ['last', 'features.0'], methods: ['cam', 'grad-cam'] });
  await expectRefusal(attempt, 'no-cam-head', "'features.0'", 'Relu');
});

test('an unknown method, with the nearest', async () => {
  const options = JSON.parse('{ "methods": ["gradcam"] }');
  await expectRefusal(openTiny(smallClassifier(), options), 'unknown-method', "'gradcam'", 'Did you mean grad-cam');
  expect(options.methods).toHaveLength(1);
});
