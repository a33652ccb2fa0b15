import { describe, expect, test } from 'vitest';
import { Explainer } from '../../src/explain/explainer.ts';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { difference, expectRefusal, openTiny, type TinyOptions } from './open-tiny.ts';
import { type Dimensions, inputName, pixels, TinyModel } from './tiny-model.ts';

/** A convolution and a head on an input of the given dimensions; channels last are moved to the front. */
function network(
  dims: Dimensions,
  options: { last?: boolean; channels?: number; elementType?: number } = {},
): TinyModel {
  const { last = false, channels = 3, elementType = ElementType.float32 } = options;
  const model = new TinyModel({ seed: 'image input' });
  let x = model.input(dims, inputName, elementType);
  if (elementType !== ElementType.float32) x = model.node('Cast', [x], { name: '/Cast', attributes: { to: 1 } });
  if (last) x = model.node('Transpose', [x], { name: '/Transpose', attributes: { perm: [0, 3, 1, 2] } });
  x = model.conv(x, '/conv/Conv', channels, 4);
  x = model.node('Relu', [x], { name: '/relu/Relu' });
  return model.output(model.pooledHead(x, 4, 5));
}

/** Opened with no size but the one given. */
async function open(dims: Dimensions, options: TinyOptions): Promise<Explainer> {
  const model = await network(dims).write(await temporaryFolder());
  return Explainer.open({ layers: ['last'], batchSize: 2, ...options, model });
}

describe('the size of the image', () => {
  test('that the model fixes', async () => {
    await using explainer = await open(['n', 3, 6, 10], {});
    expect(explainer.input).toMatchObject({ layout: 'NCHW', channels: 3, height: 6, width: 10 });
  });

  test('that the model leaves free', async () => {
    const size = { height: 6, width: 12 };
    await using explainer = await open(['n', 3, 'h', 'w'], { inputSize: size });
    expect(explainer.input).toMatchObject(size);
    const { maps } = await explainer.explain(pixels(2, 3 * 6 * 12), { count: 2 });
    expect(maps[0]).toMatchObject(size);
  });

  test('is 224 x 224 where nobody says', async () => {
    await using explainer = await open(['n', 3, 'h', 'w'], { batchSize: 1 });
    expect(explainer.input).toMatchObject({ height: 224, width: 224 });
  });

  test('may be repeated but not changed', async () => {
    await using explainer = await open(['n', 3, 6, 10], { inputSize: { height: 6, width: 10 } });
    expect(explainer.input.width).toBe(10);
    const attempt = open(['n', 3, 6, 10], { inputSize: { height: 6, width: 6 } });
    await expectRefusal(attempt, 'wrong-input-size', 'fixed width of 10', '6 was asked', '--size');
    const from = "'crop_size' in preprocessor_config.json (Hugging Face)";
    const read = open(['n', 3, 6, 10], { inputSize: { height: 8, width: 8, from } });
    await expectRefusal(read, 'wrong-input-size', 'fixed height of 6', `prepared with 8, by ${from}`, '--size 6x10');
  });

  test.each<[Dimensions, number]>([
    [['n', 8, 8, 3], 3],
    [['n', 'h', 'w', 3], 3],
    [['n', 'h', 'w', 1], 1],
    [[4, 8, 8, 1], 1],
  ])('channels last: %j', async (dims, channels) => {
    const last = network(dims, { last: true, channels });
    await using explainer = await openTiny(last);
    expect(explainer.input).toMatchObject({ layout: 'NHWC', channels, height: 8, width: 8 });
    await using first = await openTiny(network(['n', channels, 8, 8], { channels }));
    const images = pixels(2, channels * 64);
    const moved = new Float32Array(images.length);
    images.forEach((value, i) => {
      const [image, channel, cell] = [Math.floor(i / (channels * 64)), Math.floor(i / 64) % channels, i % 64];
      moved[(image * 64 + cell) * channels + channel] = value;
    });
    const a = await first.explain(images, { count: 2 });
    const b = await explainer.explain(moved, { count: 2 });
    expect(difference(b.maps[0]?.values, a.maps[0]?.values)).toBeLessThan(1e-6);
  });
});

describe('channels that the model leaves free are those of its first convolution', () => {
  test.each<[number, boolean]>([
    [1, false],
    [4, false],
    [1, true],
  ])('%i, channels last: %j', async (channels, last) => {
    const model = new TinyModel();
    let x = model.input(['n', 'a', 'b', 'c']);
    x = model.node('Sub', [x, model.weight('mean', [1], [0.5])]);
    if (last) x = model.node('Transpose', [x], { attributes: { perm: [0, 3, 1, 2] } });
    x = model.node('Relu', [model.conv(x, '/conv/Conv', channels, 4)]);
    await using explainer = await openTiny(model.output(model.pooledHead(x, 4, 5)));
    expect(explainer.input).toMatchObject({ layout: last ? 'NHWC' : 'NCHW', channels, height: 8, width: 8 });
    const { maps } = await explainer.explain(pixels(2, channels * 64), { count: 2 });
    expect(maps[0]?.gradientPeak.every((peak) => peak > 0)).toBe(true);
  });
});

test.each(['uint8', 'int32'] as const)('an input of %s is fed whole numbers as float32', async (type) => {
  const whole = network(['n', 3, 8, 8], { elementType: ElementType[type] });
  await using explainer = await openTiny(whole, { targets: ['class:1'] });
  await using reference = await openTiny(network(['n', 3, 8, 8]), { targets: ['class:1'] });
  const images = pixels(2).map((value) => Math.round(100 + 100 * value));
  const a = await explainer.explain(images, { count: 2 });
  const b = await reference.explain(images, { count: 2 });
  expect(difference(a.maps[0]?.values, b.maps[0]?.values)).toBeLessThan(1e-4);
  expect([...a.logits].every((value, i) => Math.abs(value - (b.logits[i] ?? Number.NaN)) < 1e-3)).toBe(true);
});

describe('refused', () => {
  test('several inputs, by name', async () => {
    const model = network(['n', 3, 8, 8]);
    model.input(['n', 4], 'metadata');
    await expectRefusal(
      openTiny(model),
      'no-image-input',
      "2 inputs: 'input' (float32 [n, 3, 8, 8]), 'metadata'",
      '--input metadata=',
    );
  });

  test('an input that is no batch of images', async () => {
    const model = new TinyModel();
    model.output(model.linear(model.input(['n', 10]), 'fc', 10, 5));
    await expectRefusal(openTiny(model), 'no-image-input', "'input' has 2 axes");
  });
});
