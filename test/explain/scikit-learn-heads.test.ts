/** Networks whose last layers are a scikit-learn model, as skl2onnx writes it behind a network's features. */

import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import type { AttributeValue } from '../../src/explain/onnx/attributes.ts';
import { ValueInfoProtoSchema } from '../../src/explain/onnx/onnx_pb.ts';
import { difference, expectRefusal, openTiny, type TinyOptions } from './open-tiny.ts';
import { pixels, TinyModel } from './tiny-model.ts';

const images = pixels(4);
const channels = 4;
const classes = 3;
const coefficients = [0.5, -1, 0.25, 2, -0.75, 1.5, 1, -0.5, 1.25, 0.1, -2, 0.6];
const intercepts = [0.1, -0.2, 0.3];
const learned = { domain: 'ai.onnx.ml' };
const options: TinyOptions = { layers: ['conv'], targets: ['predicted', 'class:1'] };

/** Features `[N, 4]` of a small network. */
function features(): { model: TinyModel; pooled: string } {
  const model = new TinyModel({ seed: 'learned head' });
  const x = model.node('Relu', [model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, channels)]);
  return { model, pooled: model.node('Flatten', [model.node('GlobalAveragePool', [x])]) };
}

const classifier = (post: string): Record<string, AttributeValue> => ({
  coefficients: { floats: coefficients },
  intercepts: { floats: intercepts },
  classlabels_ints: [0, 1, 2],
  post_transform: post,
});

/** skl2onnx's logistic regression: labels and, through Normalizer and ZipMap, a map from class to score for each image. */
function logistic(post: string, prepare: (model: TinyModel, x: string) => string = (_, x) => x): TinyModel {
  const { model, pooled } = features();
  const outputs = ['label', 'raw'];
  model.node('LinearClassifier', [prepare(model, pooled)], {
    ...learned,
    name: 'LinearClassifier',
    output: outputs,
    attributes: classifier(post),
  });
  const scores = model.node('Normalizer', ['raw'], { ...learned, attributes: { norm: 'L1' } });
  model.node('ZipMap', [scores], {
    ...learned,
    output: 'output_probability',
    attributes: { classlabels_int64s: [0, 1, 2] },
  });
  model.output('label', [], 7);
  // A list of maps has a type of its own, which ONNX Runtime infers.
  model.outputs.push(create(ValueInfoProtoSchema, { name: 'output_probability' }));
  return model;
}

/** The same in standard operators. */
function plain(
  finish: (model: TinyModel, logits: string) => string,
  prepare = (_: TinyModel, x: string) => x,
): TinyModel {
  const { model, pooled } = features();
  const weights = [
    model.weight('weights', [classes, channels], coefficients),
    model.weight('bias', [classes], intercepts),
  ];
  const logits = model.node('Gemm', [prepare(model, pooled), ...weights], { attributes: { transB: 1 } });
  return model.output(finish(model, logits));
}

async function explained(model: TinyModel) {
  await using explainer = await openTiny(model, options);
  return explainer.explain(images, { count: 4 });
}

async function expectSame(a: TinyModel, b: TinyModel) {
  const [found, expected] = [await explained(a), await explained(b)];
  expect(difference(found.scores, expected.scores)).toBeLessThan(1e-6);
  for (const [i, { values, classes: of, gradientPeak }] of found.maps.entries()) {
    expect([...of]).toEqual([...(expected.maps[i]?.classes ?? [])]);
    expect(difference(values, expected.maps[i]?.values)).toBeLessThan(1e-6);
    expect(gradientPeak.every((peak) => peak > 0)).toBe(true);
  }
}

describe('logistic regression', () => {
  test('with softmax is a linear layer and a softmax, before which gradients start', async () => {
    await expectSame(
      logistic('SOFTMAX'),
      plain((model, x) => model.node('Softmax', [x], { attributes: { axis: 1 } })),
    );
  });

  test('of one class against the rest has sigmoids that are divided by their sum', async () => {
    const shares = (model: TinyModel, x: string) => {
      const each = model.node('Sigmoid', [x]);
      return model.node('Div', [each, model.node('ReduceSum', [each, model.ints('axes', [1])])]);
    };
    await expectSame(logistic('LOGISTIC'), plain(shares));
  });

  test('behind a scaler and a normaliser', async () => {
    const scaling: Record<string, AttributeValue> = {
      offset: { floats: [0.1, 0.2, -0.1, 0.4] },
      scale: { floats: [2, 0.5, 1.5, 3] },
    };
    const prepared = logistic('SOFTMAX', (model, x) => {
      const scaled = model.node('Scaler', [x], { ...learned, attributes: scaling });
      return model.node('Normalizer', [scaled], { ...learned, attributes: { norm: 'L2' } });
    });
    const standard = plain(
      (model, x) => model.node('Softmax', [x], { attributes: { axis: 1 } }),
      (model, x) => {
        const centred = model.node('Sub', [x, model.weight('offset', [4], [0.1, 0.2, -0.1, 0.4])]);
        const scaled = model.node('Mul', [centred, model.weight('scale', [4], [2, 0.5, 1.5, 3])]);
        return model.node('LpNormalization', [scaled], { attributes: { axis: 1 } });
      },
    );
    await expectSame(prepared, standard);
  });
});

test('a linear support vector classifier returns its margins', async () => {
  const { model, pooled } = features();
  const output = ['label', 'margins'];
  model.node('LinearClassifier', [pooled], { ...learned, output, attributes: classifier('NONE') });
  model.output('label', [], 7).output('margins');
  await expectSame(
    model,
    plain((_, x) => x),
  );
});

test('a forest is refused, because it moves in steps', async () => {
  const { model, pooled } = features();
  const one = [0, 0, 0];
  model.node('TreeEnsembleClassifier', [pooled], {
    ...learned,
    name: 'forest',
    output: ['label', 'probabilities'],
    attributes: {
      class_ids: [0, 1],
      class_nodeids: [1, 2],
      class_treeids: [0, 0],
      class_weights: { floats: [1, 1] },
      classlabels_int64s: [0, 1, 2],
      nodes_treeids: one,
      nodes_nodeids: [0, 1, 2],
      nodes_featureids: one,
      nodes_values: { floats: [0.2, 0, 0] },
      nodes_truenodeids: [1, 0, 0],
      nodes_falsenodeids: [2, 0, 0],
      nodes_missing_value_tracks_true: one,
      nodes_hitrates: { floats: [1, 1, 1] },
      nodes_modes: { strings: ['BRANCH_LEQ', 'LEAF', 'LEAF'] },
      post_transform: 'NONE',
    },
  });
  model.output('label', [], 7).output('probabilities');
  await expectRefusal(
    openTiny(model, { layers: ['conv'] }),
    'no-gradient-rule',
    "'forest'",
    'a decision tree moves in steps',
  );
});
