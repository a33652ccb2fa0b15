/** Models of other than one or three channels, opened with `pixels`: their graph scales float samples. */

import { describe, expect, test } from 'vitest';
import type { PixelScaling } from '../../src/explain/options.ts';
import { scaledPixels } from '../../src/explain/pixel-input.ts';
import { difference, expectRefusal, openTiny } from './open-tiny.ts';
import { type Dimensions, inputName, pixels, TinyModel } from './tiny-model.ts';

const mean = (bands: number) => Array.from({ length: bands }, (_, band) => 0.1 * band);

function network(dims: Dimensions, bands: number, last = false): TinyModel {
  const model = new TinyModel({ seed: 'bands' });
  let x = model.input(dims, inputName);
  if (last) x = model.node('Transpose', [x], { name: '/Transpose', attributes: { perm: [0, 3, 1, 2] } });
  x = model.node('Relu', [model.conv(x, '/conv/Conv', bands, 4)], { name: '/relu/Relu' });
  return model.output(model.pooledHead(x, 4, 5));
}

describe.each<[number, Dimensions, boolean]>([
  [2, ['n', 2, 8, 8], false],
  [4, ['n', 4, 8, 8], false],
  [13, ['n', 13, 8, 8], false],
  [5, ['n', 5, 'h', 'w'], false],
  [4, ['n', 8, 8, 4], true],
  [5, ['n', 8, 8, 5], true],
  [6, ['n', 'h', 'w', 6], true],
])('%i bands, input %j', (bands, dims, last) => {
  const scaling: PixelScaling = { range: [0, 1], mean: mean(bands), std: [0.5], channels: 'rgb' };

  test('are scaled as floats are outside', async () => {
    const options = { methods: ['grad-cam', 'integrated-gradients'] as const, targets: ['class:1'] };
    const given = { ...options, methods: [...options.methods] };
    await using floats = await openTiny(network(dims, bands, last), given);
    await using samples = await openTiny(network(dims, bands, last), { ...given, pixels: scaling });
    expect(samples.input).toMatchObject({ channels: bands, height: 8, width: 8, layout: last ? 'NHWC' : 'NCHW' });
    const pictures = pixels(2, bands * 64).map((value) => 127 + 150 * value);
    const found = await samples.explain(pictures, { count: 2 });
    const wanted = await floats.explain(scaledPixels(pictures, scaling, floats.input), { count: 2 });
    expect(difference(found.logits, wanted.logits)).toBeLessThan(1e-4);
    for (const [i, map] of found.maps.entries()) {
      expect(difference(map.values, wanted.maps[i]?.values)).toBeLessThan(1e-4);
    }
  });

  test('need a mean for each', async () => {
    const imagenet: PixelScaling = { ...scaling, mean: [0.485, 0.456, 0.406] };
    const attempt = openTiny(network(dims, bands, last), { pixels: imagenet });
    await expectRefusal(attempt, 'wrong-preprocessing', `has ${bands} channels`, '3 numbers for mean', '.npy or TIFF');
  });
});
