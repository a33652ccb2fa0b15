/** Explainers that take pictures as bytes: what they say is bit for bit what floats would have made them say. */

import { describe, expect, test } from 'vitest';
import type { ModelInput } from '../../src/explain/explanation.ts';
import type { PixelScaling } from '../../src/explain/options.ts';
import { pictureLength, sampleValues, scaledPixels } from '../../src/explain/pixel-input.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { seededRandom } from './gradients/samples.ts';
import { openFile, openTiny, type TinyOptions } from './open-tiny.ts';
import { inputName, pixels, smallClassifier, TinyModel } from './tiny-model.ts';

const asTheyAre: PixelScaling = { range: [0, 255], mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' };
const imagenet: PixelScaling = {
  range: [0, 1],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: 'rgb',
};
const scalings: [string, PixelScaling][] = [
  ['as they are', asTheyAre],
  [
    '0..255 in BGR, less a mean',
    { range: [0, 255], mean: [103.939, 116.779, 123.68], std: [1, 1, 1], channels: 'bgr' },
  ],
  ['0..1, of ImageNet', imagenet],
  ['0..1 in BGR', { range: [0, 1], mean: [0.406, 0.456, 0.485], std: [0.225, 0.224, 0.229], channels: 'bgr' }],
  ['-1..1', { range: [-1, 1], mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' }],
  ['-1..1 with its own std', { range: [-1, 1], mean: [0.1, 0.2, 0.3], std: [0.7, 0.8, 0.9], channels: 'rgb' }],
];

/** A convolution and a head on pictures of 8 x 8. */
function network(
  { layout, channels }: Pick<ModelInput, 'layout' | 'channels'>,
  batch: number | string = 'n',
): TinyModel {
  const model = new TinyModel({ seed: 'pictures as bytes' });
  let x = model.input(layout === 'NCHW' ? [batch, channels, 8, 8] : [batch, 8, 8, channels], inputName);
  if (layout === 'NHWC') x = model.node('Transpose', [x], { name: '/Transpose', attributes: { perm: [0, 3, 1, 2] } });
  x = model.conv(x, '/conv/Conv', channels, 4);
  x = model.node('Relu', [x], { name: '/relu/Relu' });
  return model.output(model.pooledHead(x, 4, 5));
}

/** Samples of pictures; a grey model's have three equal ones in each pixel. */
function pictures(count: number, input: ModelInput): Uint8Array {
  const random = seededRandom('bytes');
  const samples = Uint8Array.from({ length: count * pictureLength(input) }, () => Math.floor(random() * 256));
  return input.channels === 3 ? samples : samples.map((_, i) => samples[i - (i % 3)] ?? 0);
}

/** Explains the same pictures as bytes and as floats. */
async function explainBoth(model: TinyModel, scaling: PixelScaling, options: TinyOptions = {}, count = 3) {
  const file = await model.write(await temporaryFolder());
  await using floats = await openFile(file, options);
  await using bytes = await openFile(file, { ...options, pixels: scaling });
  const samples = pictures(count, floats.input);
  const labels = Int32Array.from({ length: count }, (_, image) => (image + 3) % 5);
  expect(bytes.input).toEqual(floats.input);
  expect(bytes.maps).toEqual(floats.maps);
  return {
    asBytes: await bytes.explain(samples, { count, labels }),
    asFloats: await floats.explain(scaledPixels(samples, scaling, floats.input), { count, labels }),
  };
}

describe('scores and maps are those of floats', () => {
  const options: TinyOptions = { targets: ['predicted', 'label'], statistics: true };

  describe.each(scalings)('%s', (_, scaling) => {
    test.each<[string, Pick<ModelInput, 'layout' | 'channels'>]>([
      ['channels first', { layout: 'NCHW', channels: 3 }],
      ['channels last', { layout: 'NHWC', channels: 3 }],
      ['grey, channels first', { layout: 'NCHW', channels: 1 }],
      ['grey, channels last', { layout: 'NHWC', channels: 1 }],
    ])('%s', async (_, input) => {
      const { asBytes, asFloats } = await explainBoth(network(input), scaling, options);
      expect(asBytes.maps.some(({ values }) => values.some((value) => value !== 0))).toBe(true);
      expect(asBytes).toEqual(asFloats);
    });
  });

  test('in a model with a fixed batch of one', async () => {
    const model = network({ layout: 'NCHW', channels: 3 }, 1);
    const { asBytes, asFloats } = await explainBoth(model, imagenet, {}, 1);
    expect(asBytes).toEqual(asFloats);
  });

  test.each(['score-cam', 'smoothgrad', 'integrated-gradients', 'ablation-cam'] as const)(
    'of %s, which runs the model several times',
    async (method) => {
      for (const layout of ['NCHW', 'NHWC'] as const) {
        const model = network({ layout, channels: 3 });
        const { asBytes, asFloats } = await explainBoth(model, imagenet, { methods: [method, 'grad-cam'] });
        expect(asBytes.maps.map((map) => map.method)).toContain(method);
        expect(asBytes).toEqual(asFloats);
      }
    },
  );

  test('at the pixels themselves, which the layer `input` names', async () => {
    const layers = ['input', 'features.4'];
    const { asBytes, asFloats } = await explainBoth(smallClassifier(), imagenet, { layers });
    expect(asBytes.maps.map(({ layer, height }) => [layer, height])).toEqual([
      ['input', 8],
      ['features.4', 4],
    ]);
    expect(asBytes).toEqual(asFloats);
  });
});

describe('what does not fit is refused', () => {
  const model = network({ layout: 'NCHW', channels: 3 });

  test('floats where bytes were announced, and bytes where they were not', async () => {
    const message =
      'opened with `pixels` takes a Uint8Array, for a model of one or three channels; else a Float32Array';
    await using bytes = await openTiny(model, { pixels: asTheyAre });
    await expect(bytes.explain(pixels(1), { count: 1 })).rejects.toThrow(TypeError);
    await expect(bytes.explain(pixels(1), { count: 1 })).rejects.toThrow(message);
    await using floats = await openTiny(model);
    await expect(floats.explain(new Uint8Array(3 * 64), { count: 1 })).rejects.toThrow(TypeError);
    await expect(floats.explain(new Uint8Array(3 * 64), { count: 1 })).rejects.toThrow(message);
  });

  test('fewer bytes than the pictures have', async () => {
    await using explainer = await openTiny(network({ layout: 'NCHW', channels: 1 }), { pixels: asTheyAre });
    await expect(explainer.explain(new Uint8Array(2 * 64), { count: 1 })).rejects.toThrow(RangeError);
    await expect(explainer.explain(new Uint8Array(3 * 64), { count: 1 })).resolves.toMatchObject({ count: 1 });
  });

  test('bytes for a model that takes neither RGB nor grey: its bands are floats', async () => {
    await using explainer = await openTiny(network({ layout: 'NCHW', channels: 4 }), { pixels: asTheyAre });
    await expect(explainer.explain(new Uint8Array(4 * 64), { count: 1 })).rejects.toThrow(TypeError);
    await expect(explainer.explain(new Float32Array(4 * 64), { count: 1 })).resolves.toMatchObject({ count: 1 });
  });
});

test('samples are scaled in float32, step by step, in the order of the model’s channels', () => {
  const [low, high] = [-1, 1];
  const [mean, std] = [[0.1, 0.2, 0.3] as [number, number, number], [0.5, 0.6, 0.7] as [number, number, number]];
  const tables = sampleValues({ range: [low, high], mean, std, channels: 'bgr' }, { channels: 3 });
  const f = Math.fround;
  for (const [channel, table] of tables.entries()) {
    const expected = Array.from({ length: 256 }, (_, sample) =>
      f(f(f(f(f(sample / 255) * (high - low)) + low) - f(mean[channel] ?? 0)) / f(std[channel] ?? 1)),
    );
    expect([...table]).toEqual(expected);
  }
});
