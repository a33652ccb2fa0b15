import { describe, expect, test } from 'vitest';
import type { PixelScaling } from '../../../src/explain/options.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';
import { runDirectly } from '../direct-run.ts';
import { difference, openTiny, type TinyOptions } from '../open-tiny.ts';
import { classCount, pixels, smallClassifier, TinyModel } from '../tiny-model.ts';

const images = pixels(4);
const dims = [4, 3, 8, 8];
const logitsName = '/fc/Gemm_output_0';

async function explained(model: TinyModel, options: TinyOptions = {}) {
  await using explainer = await openTiny(model, { targets: ['class:1'], ...options });
  return { warnings: explainer.warnings, ...(await explainer.explain(images, { count: 4 })) };
}

async function direct(model: TinyModel): Promise<Float32Array> {
  const [output] = model.outputs;
  const answers = await runDirectly(model.build(), images, dims, await temporaryFolder());
  return answers[output?.name ?? ''] ?? new Float32Array();
}

function endingIn(end: (model: TinyModel, logits: string) => string): TinyModel {
  const model = smallClassifier();
  model.outputs.length = 0;
  return model.output(end(model, logitsName));
}

const axis = (m: TinyModel) => m.ints('axis', [1]);
const softmax = (m: TinyModel, x: string) => m.node('Softmax', [x], { attributes: { axis: 1 } });

test('nothing is said of an ordinary classifier', async () => {
  expect((await explained(smallClassifier())).warnings).toEqual([]);
  expect((await explained(smallClassifier({ end: ['Softmax'] }))).warnings).toEqual([]);
});

describe('scores', () => {
  test('of an activation that no rule knows are found in the numbers', async () => {
    const model = endingIn((m, z) => {
      const powers = m.node('Pow', [m.weight('e', [1], [Math.E]), z]);
      return m.node('Div', [powers, m.node('ReduceSum', [powers, axis(m)])]);
    });
    const plain = await explained(smallClassifier());
    const found = await explained(model);
    expect(found.warnings).toEqual([]);
    expect(difference(found.logits, plain.logits)).toBeLessThan(1e-5);
    expect(difference(found.maps[0]?.values, plain.maps[0]?.values)).toBeLessThan(1e-6);
    expect(difference(found.scores, await direct(model))).toBeLessThan(1e-6);
  });

  test('that average two softmaxes are explained from their logarithm, and that is said', async () => {
    const model = endingIn((m, z) => {
      const other = softmax(m, m.node('Neg', [z]));
      const sum = m.node('Add', [softmax(m, z), other]);
      return m.node('Mul', [sum, m.weight('half', [1], [0.5])]);
    });
    const found = await explained(model);
    const own = await direct(model);
    expect(found.warnings[0]).toMatch(/probabilities.*logarithm.*--score-activation/);
    expect(difference(found.scores, own)).toBeLessThan(1e-6);
    expect(difference(found.logits, own.map(Math.log))).toBeLessThan(1e-5);
    const asked = await explained(model, { scoreActivation: 'none' });
    expect(asked.warnings).toEqual([]);
    expect(difference(asked.scores, own)).toBeLessThan(1e-6);
  });

  test('between 0 and 1 that nothing explains are questioned', async () => {
    const model = endingIn((m, z) => m.node('Div', [m.node('Abs', [z]), m.weight('much', [1], [1000])]));
    expect((await explained(model)).warnings[0]).toMatch(/between 0 and 1.*taken as logits.*--score-activation/);
  });

  test('between 0 and 1 of a quantised model are not taken from its integers', async () => {
    const model = endingIn((m, z) => {
      const scale = m.weight('scale', [], [0.001]);
      const quantized = m.node('QuantizeLinear', [
        m.node('Div', [m.node('Abs', [z]), m.weight('much', [1], [1000])]),
        scale,
      ]);
      return m.node('DequantizeLinear', [quantized, scale]);
    });
    const found = await explained(model);
    expect(found.warnings[0]).toMatch(/between 0 and 1.*taken as logits/);
    expect(difference(found.logits, await direct(model))).toBeLessThan(1e-6);
  });

  test('of several heads are said to be, and of logits beside their softmax not', async () => {
    const heads = smallClassifier();
    heads.output(heads.node('ReduceMean', ['input', heads.ints('cells', [2, 3])]));
    expect((await explained(heads)).warnings).toEqual([
      expect.stringMatching(/More than one.*3 values.*--output-name/),
    ]);
    const beside = smallClassifier();
    beside.output(softmax(beside, logitsName));
    expect((await explained(beside)).warnings).toEqual([]);
  });

  test('of a softmax over the images are taken over the classes, and that is said', async () => {
    const model = endingIn((m, z) => m.node('Softmax', [z], { attributes: { axis: 0 } }));
    const found = await explained(model);
    expect(found.warnings).toContainEqual(expect.stringMatching(/softmax is taken over the images/));
    expect(found.scores.slice(0, classCount).reduce((a, b) => a + b)).toBeCloseTo(1);
  });

  test('that are costs, the lowest of which is the best, are called so', async () => {
    const model = endingIn((m, z) => m.node('Neg', [m.node('LogSoftmax', [z], { attributes: { axis: 1 } })]));
    expect((await explained(model)).warnings[0]).toMatch(/negative logarithms of probabilities.*--output-name/);
  });

  test('of length 1 are called an embedding', async () => {
    const model = new TinyModel();
    const x = model.node('Relu', [model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4)]);
    const features = model.pooledHead(x, 4, 32);
    model.output(model.node('LpNormalization', [features], { attributes: { axis: 1, p: 2 } }));
    expect((await explained(model)).warnings[0]).toMatch(/length 1, as an embedding/);
  });

  test('that do not depend on the picture are said to', async () => {
    const model = endingIn((m, z) => m.node('Mul', [z, m.weight('nothing', [1], [0])]));
    expect((await explained(model)).warnings).toEqual([expect.stringMatching(/same scores to all/)]);
  });

  test('that are not finite are said to be', async () => {
    const model = endingIn((m, z) => m.node('Log', [m.node('Neg', [m.node('Abs', [z])])]));
    expect((await explained(model)).warnings[0]).toMatch(/not finite/);
  });
});

test('a normalisation over the batch that is spelled out is told by its answers', async () => {
  const model = new TinyModel({ seed: 'batch' });
  const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
  const axes = model.ints('batch and cells', [0, 2, 3]);
  const centred = model.node('Sub', [x, model.node('ReduceMean', [x, axes])]);
  const variance = model.node('ReduceMean', [model.node('Mul', [centred, centred]), axes]);
  const normal = model.node('Div', [centred, model.node('Sqrt', [variance])]);
  model.output(model.pooledHead(model.node('Relu', [normal]), 4, classCount));
  expect((await explained(model)).warnings).toEqual([expect.stringMatching(/depends on the pictures beside it/)]);
});

test('a Pad of zeros before a MaxPool is computed as the file says', async () => {
  const model = new TinyModel({ seed: 'pad' });
  const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
  const low = model.node('Sub', [x, model.weight('much', [1], [9])]);
  const padded = model.node('Pad', [low, model.ints('pads', [0, 0, 1, 1, 0, 0, 1, 1])], { name: '/pad/Pad' });
  const pooled = model.node('MaxPool', [padded], {
    name: '/pool',
    attributes: { kernel_shape: [3, 3], strides: [2, 2] },
  });
  model.output(model.pooledHead(pooled, 4, classCount));
  expect(difference((await explained(model)).logits, await direct(model))).toBeLessThan(1e-4);
});

describe('a network that holds a BatchNormalization', () => {
  const bytes: PixelScaling = { range: [0, 255], mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' };

  /** Trained on inputs whose deviation is `deviation`; the convolution hands them on. */
  function network(deviation: number): TinyModel {
    const model = new TinyModel({ seed: 'normalised' });
    const x = model.node('Relu', [model.input(['n', 3, 8, 8])]);
    const vector = (name: string, value: number) => model.weight(name, [3], [value, value, value]);
    const known = [vector('scale', 1), vector('shift', 0), vector('mean', 0.1), vector('variance', deviation ** 2)];
    const normal = model.node('BatchNormalization', [x, ...known], { name: '/bn/BatchNormalization' });
    const relu = model.node('Relu', [model.conv(normal, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
    return model.output(model.pooledHead(relu, 4, classCount));
  }

  test.each([
    ['much weaker', 0.25, /times as strong/],
    ['much stronger', 10_000, /times as weak/],
  ])('for %s pictures is warned of', async (_, deviation, text) => {
    await using explainer = await openTiny(network(deviation), { pixels: bytes });
    expect(explainer.warnings).toEqual([expect.stringMatching(text)]);
    expect(explainer.warnings[0]).toContain('/bn/BatchNormalization');
  });

  test('for such pictures is not', async () => {
    await using explainer = await openTiny(network(60), { pixels: bytes });
    expect(explainer.warnings).toEqual([]);
  });
});
