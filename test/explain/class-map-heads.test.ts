/** Heads that end in a map of each class: what is hooked before them, and gradients that start behind their convolution. */

import { expect, test } from 'vitest';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { difference, openTiny, type TinyOptions, tensorOf } from './open-tiny.ts';
import { pixels, TinyModel } from './tiny-model.ts';

type Step = (model: TinyModel, x: string) => string;
const classes = 5;

const one =
  (opType: string, attributes = {}): Step =>
  (model, x) =>
    model.node(opType, [x], { name: `/classifier/${opType}`, attributes });
const classMap: Step = (model, x) =>
  model.node('Conv', [x, model.weight('classes.weight', [classes, 4, 1, 1]), model.weight('classes.bias', [classes])], {
    name: '/classifier/classes/Conv',
  });
const average = one('GlobalAveragePool');
const flatten = one('Flatten');
const over =
  (opType: string, axes: number[]): Step =>
  (model, x) =>
    model.node(opType, [x, model.ints(`${opType} axes`, axes)], { attributes: { keepdims: 0 } });
const reshaped =
  (shape: number[]): Step =>
  (model, x) =>
    model.node('Reshape', [x, model.ints(`to ${shape.join()}`, shape)]);
const turned = (perm: number[]) => one('Transpose', { perm });

/** What follows features `[N, 4, 8, 8]`. */
const heads: Record<string, Step[]> = {
  'a ReLU and pooling, as in SqueezeNet': [classMap, one('Relu'), average, flatten],
  'pooling alone': [classMap, over('ReduceMean', [2, 3])],
  'normalisation and a bounded ReLU': [
    classMap,
    (model, x) => {
      const parameters = ['scale', 'bias', 'mean', 'variance'].map((name) =>
        model.weight(name, [classes], name === 'variance' ? [1, 2, 3, 4, 5] : undefined),
      );
      return model.node('BatchNormalization', [x, ...parameters], { name: '/classifier/norm/BatchNormalization' });
    },
    (model, x) => model.node('Clip', [x, model.weight('low', [], [0]), model.weight('high', [], [6])]),
    average,
    flatten,
  ],
  'a softmax over the classes': [classMap, one('Softmax', { axis: 1 }), average, flatten],
  'the largest cell of a sigmoid': [classMap, one('Sigmoid'), one('GlobalMaxPool'), flatten],
  'weights for the cells': [
    (model, x) => {
      const weights = model.node('Conv', [x, model.weight('cells.weight', [1, 4, 1, 1])], {
        name: '/classifier/cells/Conv',
      });
      return model.node('Mul', [classMap(model, x), model.node('Sigmoid', [weights])], { name: '/classifier/Mul' });
    },
    over('ReduceSum', [2, 3]),
  ],
  'the best cells of several maps a class': [
    (model, x) =>
      model.node('Conv', [x, model.weight('parts.weight', [2 * classes, 4, 1, 1])], { name: '/classifier/Conv' }),
    reshaped([-1, classes, 2, 16]),
    over('ReduceMax', [2]),
    (model, x) => {
      const best = model.node('TopK', [x, model.ints('best', [3])], { output: ['best cells', 'places'] });
      return over('ReduceMean', [2])(model, best);
    },
  ],
  'a padded convolution, whose maps have a size of their own': [
    (model, x) =>
      model.node('Conv', [x, model.weight('classes.weight', [classes, 4, 1, 1])], {
        name: '/classifier/Conv',
        attributes: { pads: [1, 1, 1, 1] },
      }),
    one('Relu'),
    average,
    flatten,
  ],
  'a linear layer for each cell': [
    reshaped([-1, 4, 16]),
    turned([0, 2, 1]),
    (model, x) => model.node('MatMul', [x, model.weight('fc.weight', [4, classes])], { name: '/classifier/MatMul' }),
    over('ReduceMean', [1]),
  ],
};

function withHead(head: readonly Step[]): TinyModel {
  const model = new TinyModel({ seed: 'class maps' });
  let x = model.conv(model.input(['n', 3, 8, 8]), '/stem/Conv', 3, 4);
  x = model.conv(x, '/features/conv/Conv', 4, 4, { strides: [2, 2] });
  x = model.node('Relu', [x], { name: '/features/relu/Relu' });
  for (const step of head) x = step(model, x);
  return model.output(x);
}

test.each(Object.entries(heads))('last and the suggestions lie before class maps and %s', async (_, head) => {
  const model = withHead(head);
  expect(await tensorOf(model, 'last')).toBe('/features/relu/Relu_output_0');
  const { suggestions } = await describeLayers(await model.write(await temporaryFolder()));
  expect(suggestions).toEqual(['stem', 'features']);
});

const images = pixels(3, 3 * 8 * 8);
const labels = Int32Array.of(4, -1, 0);

test.each([
  'a ReLU and pooling, as in SqueezeNet',
  'pooling alone',
  'normalisation and a bounded ReLU',
  'the largest cell of a sigmoid',
])('gradients from behind the convolution are those of a sweep from the scores, before %s', async (title) => {
  const options: TinyOptions = {
    methods: ['grad-cam', 'finer-cam', 'hirescam', 'grad-cam++'],
    targets: ['predicted', 'label', 'class:1-vs-3'],
  };
  const explained = async (layers: string[]) => {
    await using explainer = await openTiny(withHead(heads[title] ?? []), { ...options, layers });
    const { maps } = await explainer.explain(images, { count: 3, labels });
    return maps.filter(({ layer }) => layer === 'features');
  };
  const short = await explained(['features']);
  // With the class maps hooked themselves, the sweep goes all the way.
  const whole = await explained(['features', 'classifier.classes']);
  expect(short).toHaveLength(12);
  short.forEach((map, i) => {
    expect(difference(map.values, whole[i]?.values)).toBeLessThan(1e-6);
    expect(difference(map.gradientPeak, whole[i]?.gradientPeak)).toBeLessThan(1e-6);
  });
});
