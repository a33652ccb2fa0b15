import { describe, expect, test } from 'vitest';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import type { PixelScaling } from '../../src/explain/options.ts';
import { expectRefusal, openTiny } from './open-tiny.ts';
import { inputName, TinyModel } from './tiny-model.ts';

const imagenet: PixelScaling = {
  range: [0, 1],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: 'rgb',
};
const asItIs: PixelScaling = { range: [0, 255], mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' };
const bytes = { elementType: ElementType.uint8 };

/** A classifier that makes of its input what `prepare` says. */
function network(
  prepare: (model: TinyModel, x: string) => string,
  { elementType = ElementType.float32 }: { elementType?: number } = {},
) {
  const model = new TinyModel({ seed: 'input values' });
  const x = prepare(model, model.input(['n', 3, 8, 8], inputName, elementType));
  const relu = model.node('Relu', [model.conv(x, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
  return model.output(model.pooledHead(relu, 4, 5));
}

const cast = (model: TinyModel, x: string) => model.node('Cast', [x], { attributes: { to: 1 } });
const byte = (model: TinyModel, x: string) =>
  model.node('Div', [x, model.weight('255', [1], [255])], { name: '/rescaling' });

async function warningsOf(model: TinyModel, pixels: PixelScaling): Promise<readonly string[]> {
  await using explainer = await openTiny(model, { pixels });
  return explainer.warnings;
}

describe('a model of whole numbers', () => {
  test('takes no fractions', async () => {
    const opened = openTiny(network(cast, bytes), { pixels: imagenet });
    await expectRefusal(opened, 'wrong-preprocessing', inputName, 'uint8', '-2.12 to 2.64', '--preprocess none');
  });

  test('takes no numbers that its type does not have', async () => {
    const signed = network(cast, { elementType: ElementType.int8 });
    await expectRefusal(openTiny(signed, { pixels: asItIs }), 'wrong-preprocessing', 'int8', '0 to 255');
  });

  test('takes bytes as they are', async () => {
    expect(await warningsOf(network(cast, bytes), asItIs)).toEqual([]);
  });
});

describe('a model that scales bytes itself', () => {
  test('is warned of where pictures are scaled already', async () => {
    const [warning] = await warningsOf(network(byte), imagenet);
    expect(warning).toMatch(/Div '\/rescaling' .* -2\.12 to 2\.64.*scaled twice/);
  });

  test('takes bytes as they are', async () => {
    expect(await warningsOf(network(byte), asItIs)).toEqual([]);
  });

  test('a division by a deviation alone is no scaling of bytes', async () => {
    const divided = network((model, x) => model.node('Div', [x, model.weight('deviation', [1], [0.225])]));
    expect(await warningsOf(divided, { ...asItIs, range: [0, 1] })).toEqual([]);
  });
});

describe('a model that normalises pictures itself', () => {
  const normalising = (mean: number, deviation: number) =>
    network((model, x) => {
      const centred = model.node('Sub', [x, model.weight('mean', [1], [mean])], { name: '/centre' });
      return model.node('Div', [centred, model.weight('deviation', [1], [deviation])], { name: '/scale' });
    });

  test('is warned of where that is done already', async () => {
    const [fractions] = await warningsOf(normalising(0.45, 0.225), imagenet);
    expect(fractions).toMatch(
      /Sub '\/centre', Div '\/scale' subtract 0\.45 and multiply by 4\.44.* 0 to 1, .*--mean 0 --std 1/,
    );
    const [bytes] = await warningsOf(normalising(117, 1), imagenet);
    expect(bytes).toMatch(/subtract 117 .* 0 to 255, .* -2\.12 to 2\.64.*--preprocess none/);
  });

  test('takes what it was made for', async () => {
    expect(await warningsOf(normalising(0.45, 0.225), { ...asItIs, range: [0, 1] })).toEqual([]);
    expect(await warningsOf(normalising(117, 1), asItIs)).toEqual([]);
  });
});

describe('a quantised model', () => {
  const quantised = (scale: number) =>
    network((model, x) => {
      const constant = model.weight('scale', [], [scale]);
      return model.node('DequantizeLinear', [model.node('QuantizeLinear', [x, constant]), constant]);
    });

  test('is warned of where pictures are not what it was calibrated with', async () => {
    const [warning] = await warningsOf(quantised(1), { ...asItIs, range: [0, 1] });
    expect(warning).toMatch(/calibrated with inputs of 0 to 255, but the preprocessing gives it 0 to 1/);
  });

  test('is not warned of where they are', async () => {
    expect(await warningsOf(quantised(1), asItIs)).toEqual([]);
  });
});
