import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../../src/explain/explanation.ts';
import { tensorValues } from '../../../src/explain/onnx/tensor-data.ts';
import type { MethodName } from '../../../src/explain/options.ts';
import { resized } from '../../../src/explain/resize.ts';
import { difference, expectRefusal, openTiny, type TinyOptions } from '../open-tiny.ts';
import { classCount, inputName, pixels, smallClassifier, TinyModel } from '../tiny-model.ts';

const count = 4;
const images = pixels(count);

async function explained(model: TinyModel, options: TinyOptions): Promise<Explanation> {
  await using explainer = await openTiny(model, options);
  return explainer.explain(images, { count });
}

const mapsOf = ({ maps }: Explanation, method: MethodName) =>
  maps.find((map) => map.method === method)?.values ?? new Float32Array();

/** Sum of each image's map. */
const sums = (values: Float32Array) =>
  Array.from({ length: count }, (_, i) =>
    values.subarray((i * values.length) / count, ((i + 1) * values.length) / count).reduce((a, b) => a + b, 0),
  );

/** A layer whose activations have both signs, and which the score reads through a product of its own. */
function signedLayer(): TinyModel {
  const model = new TinyModel({ seed: 'signed' });
  const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 6);
  const bent = model.node('Tanh', [x], { name: '/tanh/Tanh' });
  return model.output(model.pooledHead(bent, 6, classCount));
}

describe('hirescam', () => {
  test('adds up to the logit less the bias behind pooling and a linear layer', async () => {
    const model = smallClassifier();
    const target = 'class:2';
    const explanation = await explained(model, { layers: ['features.4'], methods: ['hirescam'], targets: [target] });
    const bias = model.initializers.find(({ name }) => name === '/fc/Gemm.bias');
    const [, , offset = Number.NaN] = (bias && tensorValues(bias)) ?? [];
    const logits = Array.from({ length: count }, (_, i) => explanation.logits[i * classCount + 2] ?? Number.NaN);
    const expected = logits.map((logit) => logit - offset);
    expect(difference(sums(mapsOf(explanation, 'hirescam')), expected)).toBeLessThan(1e-5);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
  });

  test('is the same as Grad-CAM there, whose weights are the same at every cell', async () => {
    const explanation = await explained(smallClassifier(), {
      layers: ['features.4'],
      methods: ['hirescam', 'grad-cam', 'xgrad-cam'],
    });
    const hires = mapsOf(explanation, 'hirescam');
    expect(difference(hires, mapsOf(explanation, 'grad-cam'))).toBeLessThan(1e-6);
    expect(difference(hires, mapsOf(explanation, 'xgrad-cam'))).toBeLessThan(1e-6);
  });
});

test('xgrad-cam adds up as hirescam does', async () => {
  const methods: MethodName[] = ['hirescam', 'xgrad-cam'];
  const explanation = await explained(signedLayer(), { layers: ['conv'], methods });
  const [hires, xgrad] = methods.map((method) => sums(mapsOf(explanation, method)));
  expect(difference(hires, xgrad)).toBeLessThan(1e-5);
});

describe('layercam', () => {
  test('has no negative cell behind a ReLU', async () => {
    const explanation = await explained(smallClassifier(), {
      layers: ['features.1'],
      methods: ['layercam', 'hirescam'],
    });
    expect(mapsOf(explanation, 'layercam').every((value) => value >= 0)).toBe(true);
    expect(mapsOf(explanation, 'hirescam').some((value) => value < 0)).toBe(true);
  });

  test('keeps the sign of negative activations', async () => {
    const explanation = await explained(signedLayer(), { layers: ['conv'], methods: ['layercam'] });
    expect(mapsOf(explanation, 'layercam').some((value) => value < 0)).toBe(true);
  });
});

test('elementwise grad-cam lies above hirescam and has no negative cell', async () => {
  const explanation = await explained(signedLayer(), {
    layers: ['conv'],
    methods: ['hirescam', 'elementwise-grad-cam'],
  });
  const elementwise = mapsOf(explanation, 'elementwise-grad-cam');
  const hires = mapsOf(explanation, 'hirescam');
  expect(elementwise.every((value, i) => value >= 0 && value >= (hires[i] ?? Number.NaN) - 1e-6)).toBe(true);
});

describe('eigen-cam', () => {
  test('knows no class', async () => {
    const { maps } = await explained(smallClassifier(), {
      layers: ['features.4'],
      methods: ['eigen-cam'],
      targets: ['class:0', 'class:3'],
    });
    expect(maps[0]?.values).toEqual(maps[1]?.values);
  });

  test('has no negative cell behind a ReLU', async () => {
    const explanation = await explained(smallClassifier(), { layers: ['features.1'], methods: ['eigen-cam'] });
    const values = mapsOf(explanation, 'eigen-cam');
    expect(values.every((value) => value >= -1e-6)).toBe(true);
    expect(values.some((value) => value > 0)).toBe(true);
  });

  test('is a map of zeros where every activation is zero', async () => {
    const model = new TinyModel();
    const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 6);
    const dead = model.node('Relu', [model.node('Sub', [x, model.weight('high', [1], [100])])], { name: '/dead/Relu' });
    model.output(model.pooledHead(dead, 6, classCount));
    const { maps } = await explained(model, {
      layers: ['dead'],
      methods: ['eigen-cam', 'eigen-grad-cam', 'xgrad-cam'],
    });
    for (const { method, values } of maps) {
      expect(
        values.every((value) => value === 0),
        method,
      ).toBe(true);
    }
  });
});

describe('a class against another', () => {
  const linear: MethodName[] = ['cam', 'grad-cam', 'xgrad-cam', 'hirescam'];
  const classNames = ['cat', 'dog', 'cat-vs-dog', 'a-vs-b', 'owl'];

  test('turns its sign when the classes are exchanged', async () => {
    const options = { layers: ['features.4'], methods: linear, targets: ['class:1-vs-3', 'class:3-vs-1'] };
    const { maps } = await explained(smallClassifier(), options);
    for (const method of linear) {
      const [one, other] = maps.filter((map) => map.method === method).map(({ values }) => values);
      expect(
        difference(
          one,
          other?.map((value) => -value),
        ),
        method,
      ).toBeLessThan(1e-6);
      expect(
        one?.some((value) => value > 0.001),
        method,
      ).toBe(true);
    }
  });

  test('is the difference of the two maps, and is reported under the first class', async () => {
    const options = { layers: ['features.4'], targets: ['class:1-vs-3', 'class:1', 'class:3'] };
    const { maps } = await explained(smallClassifier(), options);
    const [versus, one, other] = maps.map(({ values }) => values);
    expect(
      difference(
        versus,
        one?.map((value, i) => value - (other?.[i] ?? Number.NaN)),
      ),
    ).toBeLessThan(1e-6);
    expect([...(maps[0]?.classes ?? [])]).toEqual([1, 1, 1, 1]);
  });

  test('works behind heads that are not one Gemm', async () => {
    const withMatMul = (end: string[]) => smallClassifier({ end });
    const targets = ['class:1-vs-3', 'class:1', 'class:3'];
    const { maps } = await explained(withMatMul(['Tanh', 'Identity']), { layers: ['features.4'], targets });
    const [versus, one, other] = maps.map(({ values }) => values);
    expect(
      difference(
        versus,
        one?.map((value, i) => value - (other?.[i] ?? Number.NaN)),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each([
    ['class:cat-vs-owl', 'class:0-vs-4'],
    ['class:0-vs-owl', 'class:0-vs-4'],
    ['class:cat-vs-dog-vs-owl', 'class:2-vs-4'],
    ['class:owl-vs-a-vs-b', 'class:4-vs-3'],
    ['class:cat-vs-dog', 'class:2'],
  ])('%s is %s', async (written, indices) => {
    const options = { layers: ['features.4'], classNames, targets: [written, indices] };
    const { maps } = await explained(smallClassifier(), options);
    expect(maps[0]?.target).toBe(written);
    expect(maps[0]?.values).toEqual(maps[1]?.values);
    expect(maps[0]?.classes).toEqual(maps[1]?.classes);
  });

  test.each([
    ['class:2-vs-2', 'unknown-target', 'itself'],
    ['class:2-vs-9', 'unknown-class', 'nor an index below 5'],
    ['class:cat-vs-dgo', 'unknown-class', 'Did you mean dog'],
  ])('%s is refused', async (target, code, text) => {
    await expectRefusal(openTiny(smallClassifier(), { classNames, targets: [target] }), code, text);
  });
});

describe('finer-cam', () => {
  test('is Grad-CAM less the mean of those of the three classes with the nearest logits', async () => {
    const every = Array.from({ length: classCount }, (_, i) => `class:${i}`);
    const found = await explained(smallClassifier(), {
      layers: ['features.4'],
      methods: ['grad-cam', 'finer-cam'],
      targets: every,
    });
    const map = (method: string, target: number, image: number) => {
      const values = found.maps.find((m) => m.method === method && m.target === `class:${target}`)?.values;
      return [...(values?.subarray(16 * image, 16 * image + 16) ?? [])];
    };
    for (let image = 0; image < count; image++) {
      const logits = [...found.logits.subarray(image * classCount, (image + 1) * classCount)];
      const distance = (c: number) => Math.abs((logits[c] ?? 0) - (logits[1] ?? 0));
      const similar = [0, 2, 3, 4].sort((a, b) => distance(a) - distance(b)).slice(0, 3);
      const expected = map('grad-cam', 1, image).map(
        (value, cell) => value - similar.reduce((sum, c) => sum + (map('grad-cam', c, image)[cell] ?? 0), 0) / 3,
      );
      expect(difference(map('finer-cam', 1, image), expected)).toBeLessThan(1e-6);
    }
  });

  test('against a named class is Grad-CAM against it', async () => {
    const options: TinyOptions = { methods: ['finer-cam', 'grad-cam'], targets: ['class:4-vs-0'] };
    const explanation = await explained(smallClassifier(), { layers: ['features.1'], ...options });
    expect(mapsOf(explanation, 'finer-cam')).toEqual(mapsOf(explanation, 'grad-cam'));
  });
});

describe('over the pixels', () => {
  test("input gradients are the largest magnitude of the pixel's channels", async () => {
    const options: TinyOptions = { layers: ['input'], methods: ['input-gradients'], capture: ['gradients'] };
    const { maps, captured } = await explained(smallClassifier(), options);
    const gradients = captured[0]?.values ?? new Float32Array();
    const expected = Float32Array.from({ length: count * 64 }, (_, i) => {
      const [image, pixel] = [Math.floor(i / 64), i % 64];
      return Math.max(...[0, 1, 2].map((c) => Math.abs(gradients[(image * 3 + c) * 64 + pixel] ?? Number.NaN)));
    });
    expect(maps[0]?.values).toEqual(expected);
    expect(maps.map(({ layer }) => layer)).toEqual(['input']);
  });

  test('the layer input is the pixels whatever the model calls them', async () => {
    const model = new TinyModel();
    const features = model.conv(model.input(['n', 3, 8, 8], 'photo'), '/conv/Conv', 3, 6);
    model.output(model.pooledHead(model.node('Relu', [features]), 6, classCount));
    const explanation = await explained(model, { layers: ['input'], methods: ['hirescam', 'input-gradients'] });
    expect(explanation.maps.map(({ layer, method }) => [layer, method])).toEqual([
      ['input', 'hirescam'],
      ['input', 'input-gradients'],
    ]);
    // A ReLU network's logit is pixels times gradients plus what its biases add: hirescam at the pixels is the first part.
    expect(mapsOf(explanation, 'hirescam').some((value) => value !== 0)).toBe(true);
  });

  test('guided backpropagation is refused for a model without a ReLU', async () => {
    await expectRefusal(openTiny(signedLayer(), { methods: ['guided-backprop'] }), 'no-relu', 'input-gradients');
  });

  test('guided backpropagation lets only positive gradients through a ReLU', async () => {
    const model = new TinyModel({ seed: 'guided' });
    const x = model.input(['n', 1, 8, 8], inputName);
    // The score is -relu(x): its gradient is negative, and stops at the ReLU.
    const negative = model.node('Neg', [model.node('Relu', [x], { name: '/relu/Relu' })]);
    const pooled = model.node('Flatten', [model.node('GlobalAveragePool', [negative])]);
    model.output(model.node('MatMul', [pooled, model.weight('fc', [1, 2], [1, -1])]));
    await using explainer = await openTiny(model, {
      layers: ['relu'],
      methods: ['guided-backprop', 'input-gradients'],
      targets: ['class:0', 'class:1'],
    });
    const { maps } = await explainer.explain(pixels(count, 64), { count });
    const isZero = maps.map(({ values }) => values.every((value) => value === 0));
    expect(maps.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'guided-backprop class:0',
      'input-gradients class:0',
      'guided-backprop class:1',
      'input-gradients class:1',
    ]);
    expect(isZero).toEqual([true, false, false, false]);
  });
});

describe('fullgrad', () => {
  /** Each image's magnitudes, scaled from 0 to 1 over all channels and added up channel by channel: `[count, cells]`. */
  const scaled = (products: Float32Array, channels: number): number[][] =>
    Array.from({ length: count }, (_, image) => {
      const size = products.length / count;
      const own = [...products.subarray(image * size, (image + 1) * size)].map(Math.abs);
      const [low, high] = [Math.min(...own), Math.max(...own)];
      const cells = size / channels;
      return Array.from({ length: cells }, (_, cell) =>
        own.reduce((sum, value, i) => (i % cells === cell ? sum + (value - low) / (high - low) : sum), 0),
      );
    });

  test('adds up input times gradient and bias times gradient of every convolution, each scaled', async () => {
    const model = smallClassifier();
    const layers = ['input', 'features.0', 'features.3'];
    const options: TinyOptions = { layers, methods: ['fullgrad'], capture: ['gradients'], targets: ['class:2'] };
    const explanation = await explained(model, options);
    const gradients = layers.map(
      (layer) => explanation.captured.find((tensor) => tensor.layer === layer)?.values ?? new Float32Array(),
    );
    const biases = ['/features/features.0/Conv.bias', '/features/features.3/Conv.bias'].map((wanted) => {
      const stored = model.initializers.find(({ name }) => name === wanted);
      return (stored && tensorValues(stored)) ?? [];
    });
    const [input, first, second] = gradients;
    const biased = (gradient: Float32Array | undefined, bias: number[] | undefined, cells: number) =>
      (gradient ?? new Float32Array()).map((value, i) => value * (bias?.[Math.floor(i / cells) % bias.length] ?? 0));
    const parts = [
      scaled(
        (input ?? new Float32Array()).map((value, i) => value * (images[i] ?? 0)),
        3,
      ),
      scaled(biased(first, biases[0], 64), 4),
      scaled(biased(second, biases[1], 16), 6).map((map) => [
        ...resized(Float32Array.from(map), { height: 4, width: 4 }, { height: 8, width: 8 }),
      ]),
    ];
    const expected = Array.from({ length: count * 64 }, (_, i) =>
      parts.reduce((sum, part) => sum + (part[Math.floor(i / 64)]?.[i % 64] ?? Number.NaN), 0),
    );
    expect(difference(mapsOf(explanation, 'fullgrad'), expected)).toBeLessThan(1e-5);
  });

  test('counts a constant that is added to a layer, but not a single number', async () => {
    const withSum = (dims: number[], values: number[]) => {
      const model = new TinyModel({ seed: 'constants' });
      const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 6);
      const bent = model.node('Tanh', [x], { name: '/tanh/Tanh' });
      const added = model.node('Add', [bent, model.weight('constant', dims, values)], { name: '/add/Add' });
      return model.output(model.pooledHead(added, 6, classCount));
    };
    const options: TinyOptions = { layers: ['conv'], methods: ['fullgrad'], targets: ['class:2'] };
    const none = await explained(withSum([6, 1, 1], [0, 0, 0, 0, 0, 0]), options);
    const single = await explained(withSum([], [0.5]), options);
    const channels = await explained(withSum([6, 1, 1], [1, 2, 3, 4, 5, 6]), options);
    expect(mapsOf(single, 'fullgrad')).toEqual(mapsOf(none, 'fullgrad'));
    expect(difference(mapsOf(channels, 'fullgrad'), mapsOf(none, 'fullgrad'))).toBeGreaterThan(0.1);
  });

  test('refuses a convolution that hides its bias behind an activation', async () => {
    const model = new TinyModel();
    const weights = [model.weight('w', [6, 3, 3, 3]), model.weight('b', [6])];
    const fused = model.node('FusedConv', [model.input(['n', 3, 8, 8]), ...weights], {
      name: '/conv/FusedConv',
      domain: 'com.microsoft',
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], activation: 'Relu' },
    });
    model.output(model.pooledHead(fused, 6, classCount));
    await expectRefusal(openTiny(model, { methods: ['fullgrad'] }), 'fused-activation', '/conv/FusedConv', 'Relu');
  });
});
