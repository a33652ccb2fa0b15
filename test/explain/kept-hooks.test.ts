/** Simplification leaves hooked tensors where the author's graph has them: on the path, with their own gradient. */

import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import {
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/explain/onnx/onnx_pb.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { runDirectly } from './direct-run.ts';
import { difference, openTiny } from './open-tiny.ts';
import { inputName, pixels, TinyModel } from './tiny-model.ts';

async function gradientsAt(model: TinyModel, layers: string[]): Promise<Map<string, Float32Array>> {
  await using explainer = await openTiny(model, { layers, targets: ['class:1'], capture: ['gradients'] });
  const { captured } = await explainer.explain(pixels(2), { count: 2 });
  return new Map(captured.map(({ layer, values }) => [layer, values]));
}

async function directly(model: TinyModel, tensors: string[]): Promise<Record<string, Float32Array>> {
  return runDirectly(model.build(), pixels(2), [2, 3, 8, 8], await temporaryFolder(), tensors);
}

/** An operator between two convolutions that simplification would rather remove or move. */
function between(append: (model: TinyModel, x: string) => string): TinyModel {
  const model = new TinyModel({ seed: 'kept' });
  let x = model.conv(model.input(['n', 3, 8, 8]), '/first/Conv', 3, 4);
  x = append(model, x);
  x = model.conv(x, '/second/Conv', 4, 4);
  return model.output(model.pooledHead(x, 4, 5));
}

describe('the gradient at', () => {
  test.each<[string, (model: TinyModel, x: string) => string]>([
    ['Identity', (m, x) => m.node('Identity', [x], { name: '/hooked/Identity' })],
    ['Dropout', (m, x) => m.node('Dropout', [x], { name: '/hooked/Dropout' })],
    ['a Cast to the same type', (m, x) => m.node('Cast', [x], { name: '/hooked/Cast', attributes: { to: 1 } })],
    ['an addition of zero', (m, x) => m.node('Add', [x, m.weight('zero', [1], [0])], { name: '/hooked/Add' })],
    [
      'a Reshape to its own shape',
      (m, x) => m.node('Reshape', [x, m.ints('same', [0, 4, 8, 8])], { name: '/hooked/Reshape' }),
    ],
    [
      'a Pad of nothing',
      (m, x) => m.node('Pad', [x, m.ints('none', [0, 0, 0, 0, 0, 0, 0, 0])], { name: '/hooked/Pad' }),
    ],
    [
      'a Slice of everything',
      (m, x) =>
        m.node('Slice', [x, m.ints('from', [0]), m.ints('to', [99]), m.ints('axis', [2])], { name: '/hooked/Slice' }),
    ],
    [
      'an Expand to its own shape',
      (m, x) => m.node('Expand', [x, m.ints('shape', [1, 4, 8, 8])], { name: '/hooked/Expand' }),
    ],
  ])('%s is that at the layer before it', async (_, append) => {
    for (const layers of [['hooked'], ['hooked', 'first']]) {
      const found = await gradientsAt(between(append), layers);
      const plain = await gradientsAt(
        between((_m, x) => x),
        ['first'],
      );
      expect(plain.get('first')?.some((value) => value !== 0)).toBe(true);
      for (const layer of layers) expect(difference(found.get(layer), plain.get('first'))).toBeLessThan(1e-7);
    }
  });

  test('a batch normalisation that would be folded into the convolution before it', async () => {
    const model = between((m, x) =>
      m.node(
        'BatchNormalization',
        [
          x,
          m.weight('s', [4], [1, 2, 0.5, 1]),
          m.weight('b', [4]),
          m.weight('mean', [4]),
          m.weight('var', [4], [1, 1, 4, 1]),
        ],
        {
          name: '/norm/BatchNormalization',
        },
      ),
    );
    const found = await gradientsAt(model, ['first', 'norm']);
    const factors = [1, 2, 0.5 / 2, 1].map((factor) => factor);
    const expected = found.get('norm')?.map((value, i) => value * (factors[Math.floor(i / 64) % 4] ?? 0));
    expect(difference(found.get('first'), expected)).toBeLessThan(1e-4);
  });

  test('a residual layer among transpositions, which simplification would go around', async () => {
    const there = { perm: [0, 2, 3, 1] };
    const back = { perm: [0, 3, 1, 2] };
    /** As in ConvNeXt: channels last inside the block, first outside. */
    const block = (m: TinyModel, x: string, name: string) => {
      const last = m.node('Transpose', [x], { name: `/${name}/in/Transpose`, attributes: there });
      const mixed = m.node('MatMul', [last, m.weight(`${name}.weight`, [4, 4])], { name: `/${name}/MatMul` });
      const first = m.node('Transpose', [mixed], { name: `/${name}/out/Transpose`, attributes: back });
      const scaled = m.node('Mul', [first, m.weight(`${name}.scale`, [4, 1, 1])], { name: `/${name}/Mul` });
      return m.node('Add', [scaled, x], { name: `/${name}/Add` });
    };
    const model = between((m, x) => {
      const hooked = block(m, block(m, x, 'one'), 'two');
      const last = m.node('Transpose', [hooked], { name: '/Transpose', attributes: there });
      const rectified = m.node('Abs', [last], { name: '/Abs' });
      return m.node('Transpose', [rectified], { name: '/after/Transpose', attributes: back });
    });
    const found = await gradientsAt(model, ['one', 'two', 'after']);
    const direct = await directly(model, ['/two/Add_output_0']);
    const signs = direct['/two/Add_output_0']?.map(Math.sign);
    const expected = found.get('after')?.map((value, i) => value * (signs?.[i] ?? 0));
    expect(expected?.some((value) => value !== 0)).toBe(true);
    expect(difference(found.get('two'), expected)).toBeLessThan(1e-7);
    for (const layer of ['one', 'two', 'after']) {
      const alone = await gradientsAt(model, [layer]);
      expect(difference(alone.get(layer), found.get(layer))).toBeLessThan(1e-6);
    }
  });

  test('one of two equal layers is its own alone', async () => {
    const model = between((m, x) => {
      const left = m.node('Relu', [x], { name: '/left/Relu' });
      const right = m.node('Relu', [x], { name: '/right/Relu' });
      const three = m.node('Mul', [right, m.weight('three', [1], [3])], { name: '/three/Mul' });
      return m.node('Add', [left, three], { name: '/sum/Add' });
    });
    const sum = (await gradientsAt(model, ['sum'])).get('sum');
    for (const [layer, factor] of [
      ['left', 1],
      ['right', 3],
    ] as const) {
      const alone = (await gradientsAt(model, [layer])).get(layer);
      expect(
        difference(
          alone,
          sum?.map((value) => value * factor),
        ),
      ).toBeLessThan(1e-6);
    }
  });
});

/** Appends an If whose branches both read `x` from outside; the condition is computed from the image. */
function appendIf(model: TinyModel, x: string, name: string): string {
  const branch = (operator: string): GraphProto =>
    create(GraphProtoSchema, {
      name: operator,
      node: [
        create(NodeProtoSchema, {
          name: `${name}/${operator}`,
          opType: operator,
          input: [x],
          output: [`${name}/${operator}/out`],
        }),
      ],
      output: [create(ValueInfoProtoSchema, { name: `${name}/${operator}/out` })],
    });
  const total = model.node('ReduceSum', [inputName, model.ints(`${name}/axes`, [0, 1, 2, 3])], {
    attributes: { keepdims: 0 },
  });
  const condition = model.node('Greater', [total, model.weight(`${name}/limit`, [], [0])]);
  const result = model.node('If', [condition], { name });
  const graphAttribute = 5;
  model.nodes
    .at(-1)
    ?.attribute.push(
      create(AttributeProtoSchema, { name: 'then_branch', type: graphAttribute, g: branch('Relu') }),
      create(AttributeProtoSchema, { name: 'else_branch', type: graphAttribute, g: branch('Neg') }),
    );
  return result;
}

test('an If in front of the layer or beside the path does not matter', async () => {
  const before = between((m, x) => appendIf(m, x, '/choice/If'));
  const found = await gradientsAt(before, ['second']);
  const plain = await gradientsAt(
    between((_m, x) => x),
    ['second'],
  );
  expect(difference(found.get('second'), plain.get('second'))).toBe(0);
});

test('a layer that only the branches of an If read is listed', async () => {
  const model = between((m, x) => appendIf(m, x, '/choice/If'));
  const { layers } = await describeLayers(await model.write(await temporaryFolder()));
  expect(layers.filter((layer) => layer.kind === 'module').map((layer) => layer.name)).toEqual([
    'first',
    'choice',
    'second',
    'avgpool',
    'fc',
  ]);
});
