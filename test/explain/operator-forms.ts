/** How each operator that was rewritten between opset 7 and 18 is written in the opsets before and after. */

import type { TinyModel } from './tiny-model.ts';

export interface Form {
  title: string;
  opsets: number[];
  /** Appends the operator to features `[N, 4, 8, 8]`; returns a tensor of four axes with four channels. */
  append(model: TinyModel, x: string): string;
}

/** Reductions keep their axes; their result is added to what they reduced. */
function reduction(opType: string, axes: 'attribute' | 'input' | 'all'): Form['append'] {
  return (model, x) => {
    const positive = model.node('Abs', [x]);
    const inputs = axes === 'input' ? [positive, model.ints('axes', [2, 3])] : [positive];
    const attributes = axes === 'attribute' ? { axes: [2, -1], keepdims: 1 } : { keepdims: 1 };
    const reduced = axes === 'all' ? model.node(opType, inputs) : model.node(opType, inputs, { attributes });
    return model.node('Add', [positive, model.node('Mul', [reduced, model.weight('small', [1], [0.01])])]);
  };
}

const reductions = [
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceSumSquare',
  'ReduceProd',
];

const flattened =
  (opType: string, axis: number | undefined): Form['append'] =>
  (model, x) =>
    model.node(opType, [x], { attributes: axis === undefined ? {} : { axis } });

export const forms: Form[] = [
  ...reductions.flatMap((opType): Form[] => [
    { title: `${opType} with axes as an attribute`, opsets: [7, 11, 13, 17], append: reduction(opType, 'attribute') },
    { title: `${opType} over all axes`, opsets: [7, 17], append: reduction(opType, 'all') },
    { title: `${opType} with axes as an input`, opsets: [18], append: reduction(opType, 'input') },
  ]),
  { title: 'ReduceSum with axes as an attribute', opsets: [7, 11, 12], append: reduction('ReduceSum', 'attribute') },
  { title: 'ReduceSum with axes as an input', opsets: [13, 17, 18], append: reduction('ReduceSum', 'input') },
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((opType): Form[] => [
    { title: `${opType} of the flattened input`, opsets: [7, 10, 11, 12], append: flattened(opType, undefined) },
    { title: `${opType} flattened at axis 2`, opsets: [7, 12], append: flattened(opType, 2) },
    { title: `${opType} along an axis`, opsets: [7, 11, 12, 13, 17, 18], append: flattened(opType, 3) },
    { title: `${opType} along the default axis`, opsets: [13, 18], append: flattened(opType, undefined) },
    { title: `${opType} along the channels`, opsets: [13, 17, 18], append: flattened(opType, 1) },
  ]),
  { title: 'Softmax along the last axis, counted from behind', opsets: [11, 12, 13], append: flattened('Softmax', -1) },
  {
    title: 'BatchNormalization',
    opsets: [7, 8, 9, 13, 14, 15, 18],
    append: (model, x) => {
      const ones = model.weight('variance', [4], [1, 0.5, 2, 0.25]);
      const statistics = [model.weight('scale', [4]), model.weight('shift', [4]), model.weight('mean', [4]), ones];
      return model.node('BatchNormalization', [x, ...statistics], { attributes: { epsilon: { float: 1e-3 } } });
    },
  },
  {
    title: 'Clip with limits as attributes',
    opsets: [7, 10],
    append: (model, x) => model.node('Clip', [x], { attributes: { min: { float: -0.2 }, max: { float: 0.6 } } }),
  },
  {
    title: 'Clip with one limit as an attribute',
    opsets: [7, 10],
    append: (model, x) => model.node('Clip', [x], { attributes: { max: { float: 0.3 } } }),
  },
  {
    title: 'Clip with limits as inputs',
    opsets: [11, 12, 13, 18],
    append: (model, x) => model.node('Clip', [x, '', model.weight('max', [], [0.3])]),
  },
  {
    title: 'Dropout with a ratio as an attribute',
    opsets: [7, 10, 11],
    append: (model, x) =>
      model.node('Dropout', [x], { attributes: { ratio: { float: 0.4 } }, output: ['kept', 'mask'] }),
  },
  {
    title: 'Dropout with a ratio as an input',
    opsets: [12, 13, 18],
    append: (model, x) => model.node('Dropout', [x, model.weight('ratio', [], [0.4])]),
  },
  {
    title: 'Pad with amounts as an attribute',
    opsets: [7, 10],
    append: (model, x) =>
      model.node('Pad', [x], { attributes: { pads: [0, 0, 1, 0, 0, 0, 2, 1], value: { float: 0.5 } } }),
  },
  {
    title: 'Pad with amounts as an input',
    opsets: [11, 13, 18],
    append: (model, x) =>
      model.node('Pad', [x, model.ints('pads', [0, 0, 1, 0, 0, 0, 2, 1]), model.weight('value', [], [0.5])]),
  },
  {
    title: 'Slice with ranges as attributes',
    opsets: [7, 9],
    append: (model, x) => model.node('Slice', [x], { attributes: { starts: [1, 0], ends: [-1, 6], axes: [2, 3] } }),
  },
  {
    title: 'Slice of the first axes as attributes',
    opsets: [7, 9],
    append: (model, x) => model.node('Slice', [x], { attributes: { starts: [0, 0, 2], ends: [99, 4, 7] } }),
  },
  {
    title: 'Slice with ranges as inputs',
    opsets: [10, 11, 13, 18],
    append: (model, x) =>
      model.node('Slice', [x, model.ints('starts', [1, 0]), model.ints('ends', [-1, 6]), model.ints('axes', [2, 3])]),
  },
  {
    title: 'Split into given parts as an attribute',
    opsets: [7, 11, 12],
    append: (model, x) => {
      model.node('Split', [x], { attributes: { axis: 1, split: [1, 3] }, output: ['one', 'three'] });
      return model.node('Concat', ['three', 'one'], { attributes: { axis: 1 } });
    },
  },
  {
    title: 'Split into given parts as an input',
    opsets: [13, 17, 18],
    append: (model, x) => {
      model.node('Split', [x, model.ints('parts', [1, 3])], { attributes: { axis: 1 }, output: ['one', 'three'] });
      return model.node('Concat', ['three', 'one'], { attributes: { axis: 1 } });
    },
  },
  {
    title: 'Split into equal parts',
    opsets: [7, 12, 13, 17],
    append: (model, x) => {
      model.node('Split', [x], { attributes: { axis: 1 }, output: ['first', 'second'] });
      return model.node('Concat', ['second', 'first'], { attributes: { axis: 1 } });
    },
  },
  {
    title: 'Split into equal parts, the input of the parts left out by an empty name',
    opsets: [13, 17],
    append: (model, x) => {
      model.node('Split', [x, ''], { attributes: { axis: 1 }, output: ['first', 'second'] });
      return model.node('Concat', ['second', 'first'], { attributes: { axis: 1 } });
    },
  },
  {
    title: 'Squeeze and Unsqueeze with axes as attributes',
    opsets: [7, 11, 12],
    append: (model, x) => {
      const longer = model.node('Unsqueeze', [x], { attributes: { axes: [1, 4] } });
      return model.node('Squeeze', [longer], { attributes: { axes: [1, 4] } });
    },
  },
  {
    title: 'Squeeze and Unsqueeze with axes as inputs',
    opsets: [13, 18],
    append: (model, x) => {
      const longer = model.node('Unsqueeze', [x, model.ints('added', [1, 4])]);
      return model.node('Squeeze', [longer, model.ints('dropped', [1, 4])]);
    },
  },
  {
    title: 'TopK with k as an attribute',
    opsets: [7, 9],
    append: (model, x) => model.node('TopK', [x], { attributes: { axis: 3, k: 3 }, output: ['best', 'places'] }),
  },
  {
    title: 'TopK with k as an input',
    opsets: [10, 11, 18],
    append: (model, x) =>
      model.node('TopK', [x, model.ints('k', [3])], { attributes: { axis: 3 }, output: ['best', 'places'] }),
  },
  ...['nearest', 'linear'].flatMap((mode): Form[] => [
    {
      title: `Upsample, ${mode}, with scales as an attribute`,
      opsets: [7, 8],
      append: (model, x) => model.node('Upsample', [x], { attributes: { mode, scales: { floats: [1, 1, 2, 1.5] } } }),
    },
    {
      title: `Upsample, ${mode}, with scales as an input`,
      opsets: [9],
      append: (model, x) =>
        model.node('Upsample', [x, model.weight('scales', [4], [1, 1, 2, 2])], { attributes: { mode } }),
    },
    {
      title: `Resize, ${mode}, upwards`,
      opsets: [10],
      append: (model, x) =>
        model.node('Resize', [x, model.weight('scales', [4], [1, 1, 2, 3])], { attributes: { mode } }),
    },
    {
      title: `Resize, ${mode}, downwards`,
      opsets: [10],
      append: (model, x) =>
        model.node('Resize', [x, model.weight('scales', [4], [1, 1, 0.6, 0.5])], { attributes: { mode } }),
    },
    {
      title: `Resize, ${mode}, to sizes with empty scales`,
      opsets: [11, 12, 13, 18],
      append: (model, x) => {
        const empty = model.weight('empty', [0], []);
        const sizes = model.ints('sizes', [2, 4, 12, 12]);
        const attributes = { mode, coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
        return model.node('Resize', [x, empty, empty, sizes], { attributes });
      },
    },
  ]),
  {
    title: 'Scatter, now ScatterElements',
    opsets: [9, 10],
    append: (model, x) => {
      const places = model.ints('places', [0, 3, 1, 2], [1, 1, 2, 2]);
      return model.node('Scatter', [x, places, model.weight('updates', [1, 1, 2, 2])], { attributes: { axis: 3 } });
    },
  },
];
