/** Valid models that are written in ways that few exporters choose. */

import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { OperatorSetIdProtoSchema } from '../../src/explain/onnx/onnx_pb.ts';
import { difference, expectRefusal, openTiny, type TinyOptions } from './open-tiny.ts';
import { classCount, pixels, smallClassifier, TinyModel } from './tiny-model.ts';

const images = pixels(4);
const logitsName = '/fc/Gemm_output_0';
const embeddingName = '/Flatten_output_0';

async function explained(model: TinyModel, options: TinyOptions = {}) {
  await using explainer = await openTiny(model, options);
  return explainer.explain(images, { count: 4 });
}

/** Scores and maps are those of the plain classifier. */
async function expectSame(model: TinyModel, options: TinyOptions = {}) {
  const expected = await explained(smallClassifier(), options);
  const found = await explained(model, options);
  expect(found.classCount).toBe(classCount);
  expect(difference(found.scores, expected.scores)).toBeLessThan(1e-6);
  expect(found.maps.map(({ classes }) => [...classes])).toEqual(expected.maps.map(({ classes }) => [...classes]));
  found.maps.forEach((map, i) => {
    expect(difference(map.values, expected.maps[i]?.values)).toBeLessThan(1e-6);
  });
}

/** The small classifier with other tensors returned before its scores. */
function returning(...tensors: string[]): TinyModel {
  const model = smallClassifier();
  const scores = model.outputs.splice(0);
  for (const tensor of tensors) model.output(tensor);
  model.outputs.push(...scores);
  return model;
}

describe('scores are found behind other outputs', () => {
  test('features, which are no scores by their shape', async () => {
    await expectSame(returning('/features/features.4/Relu_output_0'));
  });

  test('an embedding, which the last layer makes the scores of', async () => {
    await expectSame(returning(embeddingName));
  });

  test('an embedding and, behind the scores, their softmax and the best of them', async () => {
    const model = returning(embeddingName);
    model.output(model.node('Softmax', [logitsName], { attributes: { axis: 1 } }));
    const axes = model.ints('axes', [1]);
    model.output(model.node('ReduceMax', [logitsName, axes], { attributes: { keepdims: 0 } }));
    await expectSame(model);
  });

  test('of two heads the first counts', async () => {
    const model = smallClassifier();
    model.output(model.linear(embeddingName, 'second', 6, 3));
    await expectSame(model);
  });

  test('the best scores alone are traced back to all of them', async () => {
    const model = smallClassifier({ end: ['Softmax'] });
    const [scores] = model.outputs.splice(0);
    const best = ['best', 'which'];
    model.node('TopK', [scores?.name ?? '', model.ints('k', [3])], { attributes: { axis: 1 }, output: best });
    model.output('best').output('which', [], 7);
    await expectSame(model);
  });
});

describe('the layer called last', () => {
  test('is not the scores themselves where these are [N, classes, 1]', async () => {
    const model = smallClassifier();
    const [scores] = model.outputs.splice(0);
    model.output(model.node('Unsqueeze', [scores?.name ?? '', model.ints('axis', [2])]));
    await expectSame(model, { layers: ['last'] });
  });

  test('is missing where all gradients end at one operator, which is named', async () => {
    const model = smallClassifier();
    model.outputs.length = 0;
    const rounded = model.node('Round', [embeddingName], { name: '/codes/Round' });
    model.output(model.linear(rounded, 'head', 6, classCount));
    await expectRefusal(openTiny(model), 'no-spatial-layer', "No gradient passes Round '/codes/Round'");
  });
});

test('an input without a shape takes images of any size', async () => {
  const model = smallClassifier();
  const type = model.inputs[0]?.type?.tensorType;
  if (type === undefined) throw new Error('the model has no input');
  delete type.shape;
  await expectSame(model);
});

test('a standard operator set that is listed twice, as joining two models leaves it, counts as listed last', async () => {
  const reference = await explained(smallClassifier({ opset: 11 }), { layers: ['features.0'] });
  const built = smallClassifier({ opset: 11 });
  const model = built.build();
  const twice = [9, 11].map((version) => create(OperatorSetIdProtoSchema, { version: BigInt(version) }));
  model.opsetImport = [...model.opsetImport.filter(({ domain }) => domain !== ''), ...twice];
  built.build = () => model;
  const found = await explained(built, { layers: ['features.0'] });
  expect(difference(found.maps[0]?.values, reference.maps[0]?.values)).toBe(0);
});

test('a layer that is used twice is hooked at each use by its node', async () => {
  const model = new TinyModel();
  const first = model.conv(model.input(['n', 3, 8, 8]), '/stem/Conv', 3, 4);
  const weights = [model.weight('shared.weight', [4, 4, 3, 3]), model.weight('shared.bias', [4])];
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const once = model.node('Relu', [model.node('Conv', [first, ...weights], { name: '/shared/Conv', attributes })]);
  const again = model.node('Conv', [once, ...weights], { name: '/shared_1/Conv', attributes });
  model.output(model.pooledHead(again, 4, classCount));
  const { maps } = await explained(model, { layers: ['/shared/Conv', '/shared_1/Conv'] });
  expect(maps.map(({ gradientPeak }) => gradientPeak.every((peak) => peak > 0))).toEqual([true, true]);
  expect(difference(maps[0]?.values, maps[1]?.values)).toBeGreaterThan(1e-3);
});

test('a signed square root lets gradients pass, although the sign has none', async () => {
  const model = smallClassifier();
  model.outputs.length = 0;
  const root = model.node('Sqrt', [model.node('Abs', [embeddingName])]);
  const signed = model.node('Mul', [model.node('Sign', [embeddingName]), root]);
  model.output(model.linear(signed, 'head', 6, classCount));
  const { maps } = await explained(model);
  expect(maps[0]?.gradientPeak.every((peak) => peak > 0)).toBe(true);
});

test('the deviation of channels that are all off makes no NaN', async () => {
  const model = new TinyModel();
  let x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
  x = model.node('Relu', [model.node('Sub', [x, model.weight('far', [4, 1, 1], [0, 100, 0, 100])])], { name: '/relu' });
  const axes = model.ints('axes', [2, 3]);
  const centred = model.node('Sub', [x, model.node('ReduceMean', [x, axes])]);
  const variance = model.node('ReduceMean', [model.node('Mul', [centred, centred]), axes], {
    attributes: { keepdims: 0 },
  });
  model.output(model.linear(model.node('Sqrt', [variance]), 'head', 4, classCount));
  const { maps } = await explained(model, { layers: ['/relu'] });
  expect([...(maps[0]?.values ?? [])].every(Number.isFinite)).toBe(true);
  expect(maps[0]?.gradientPeak.every((peak) => peak > 0)).toBe(true);
});

describe('a pool whose last window would begin behind the image', () => {
  /** 2 x 2 windows, padded and rounded up, over an image of 9 x 9 cells: 5 windows each way, not 6. */
  function pooled(opset: number): TinyModel {
    const model = new TinyModel({ opset, irVersion: opset < 21 ? 8 : 10 });
    const x = model.conv(model.input(['n', 3, 9, 9]), '/conv/Conv', 3, 4);
    const attributes = { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 };
    const small = model.node('MaxPool', [model.node('Relu', [x])], { name: '/pool/MaxPool', attributes });
    return model.output(model.pooledHead(model.conv(small, '/next/Conv', 4, 6), 6, classCount));
  }

  test.each([12, 18])('in opset %i has the shape that the run gives it', async (opset) => {
    const size = { layers: ['conv', 'pool', 'next'], inputSize: { height: 9, width: 9 } };
    const results = [];
    for (const each of [opset, 22]) {
      await using explainer = await openTiny(pooled(each), size);
      expect(explainer.layers.map(({ shape }) => shape.slice(2))).toEqual([
        [9, 9],
        [5, 5],
        [5, 5],
      ]);
      results.push(await explainer.explain(pixels(4, 3 * 81), { count: 4 }));
    }
    const [found, expected] = results;
    found?.maps.forEach((map, i) => {
      expect(difference(map.values, expected?.maps[i]?.values)).toBeLessThan(1e-6);
      expect(map.gradientPeak.every((peak) => peak > 0)).toBe(true);
    });
  });
});
