import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { runDirectly } from './direct-run.ts';
import { difference, openTiny, type TinyOptions } from './open-tiny.ts';
import { classCount, pixels, smallClassifier, type TinyModel } from './tiny-model.ts';

const images = pixels(4);
const dims = [4, 3, 8, 8];
const logitsName = '/fc/Gemm_output_0';

/** A classifier whose output is made of its logits by `end`. */
function endingIn(end: (model: TinyModel, logits: string) => string): { model: TinyModel; output: string } {
  const model = smallClassifier();
  model.outputs.length = 0;
  const output = end(model, logitsName);
  model.output(output);
  return { model, output };
}

async function explained(model: TinyModel, options: TinyOptions = {}) {
  await using explainer = await openTiny(model, { targets: ['class:1'], ...options });
  return explainer.explain(images, { count: 4 });
}

async function direct(model: TinyModel, output: string): Promise<Float32Array> {
  return (await runDirectly(model.build(), images, dims, await temporaryFolder(), []))[output] ?? new Float32Array();
}

const constant = (m: TinyModel, value: number) => m.weight(`constant ${value}`, [1], [value]);
const softmax = (m: TinyModel, x: string) => m.node('Softmax', [x], { attributes: { axis: 1 } });
const lastAxis = (m: TinyModel) => m.ints('last axis', [1]);
const reduced = (m: TinyModel, operator: string, x: string) =>
  m.node(operator, [x, lastAxis(m)], { attributes: { keepdims: 1 } });

/** What a model does behind its logits, of which the maps must know nothing. */
const ends: Record<string, (m: TinyModel, z: string) => string> = {
  'Softmax, clipped': (m, z) => m.node('Clip', [softmax(m, z), m.weight('low', [], [1e-7]), m.weight('high', [], [1])]),
  'Softmax, times 1': (m, z) => m.node('Mul', [softmax(m, z), constant(m, 1)]),
  'Softmax, in percent': (m, z) => m.node('Mul', [softmax(m, z), constant(m, 100)]),
  'Softmax, quantised': (m, z) => {
    const scale = m.weight('scale', [], [1 / 256]);
    return m.node('DequantizeLinear', [m.node('QuantizeLinear', [softmax(m, z), scale]), scale]);
  },
  'exp, sum, division': (m, z) => {
    const powers = m.node('Exp', [z]);
    return m.node('Div', [powers, reduced(m, 'ReduceSum', powers)]);
  },
  'exp of what is above the largest, sum, division': (m, z) => {
    const powers = m.node('Exp', [m.node('Sub', [z, reduced(m, 'ReduceMax', z)])]);
    return m.node('Div', [powers, m.node('Add', [reduced(m, 'ReduceSum', powers), constant(m, 1e-7)])]);
  },
  'exp, times the reciprocal of the sum': (m, z) => {
    const powers = m.node('Exp', [z]);
    return m.node('Mul', [powers, m.node('Reciprocal', [reduced(m, 'ReduceSum', powers)])]);
  },
  'Log of a Softmax, and Exp': (m, z) => m.node('Exp', [m.node('Log', [softmax(m, z)])]),
  'Exp of a LogSoftmax': (m, z) => m.node('Exp', [m.node('LogSoftmax', [z])]),
  'two Softmaxes': (m, z) => softmax(m, softmax(m, z)),
  'Softmax of a LogSoftmax': (m, z) => softmax(m, m.node('LogSoftmax', [z])),
  'Softmax and a division by the sum': (m, z) => {
    const p = softmax(m, z);
    return m.node('Div', [p, reduced(m, 'ReduceL1', p)]);
  },
  'a sigmoid, spelled out': (m, z) =>
    m.node('Div', [constant(m, 1), m.node('Add', [constant(m, 1), m.node('Exp', [m.node('Neg', [z])])])]),
  'a sigmoid, spelled out with Reciprocal': (m, z) => {
    const power = m.node('Exp', [m.node('Mul', [z, constant(m, -1)])]);
    return m.node('Reciprocal', [m.node('Add', [power, constant(m, 1)])]);
  },
  'Sigmoid, transposed twice': (m, z) => {
    const turned = m.node('Transpose', [m.node('Sigmoid', [z])], { attributes: { perm: [1, 0] } });
    return m.node('Transpose', [turned], { attributes: { perm: [1, 0] } });
  },
};

describe('a model that ends in', () => {
  test.each(Object.entries(ends))('%s is explained from its logits, and reports its own scores', async (_, end) => {
    const plain = await explained(smallClassifier());
    const { model, output } = endingIn(end);
    const found = await explained(model);
    expect(difference(found.logits, plain.logits)).toBeLessThan(1e-5);
    expect(difference(found.maps[0]?.values, plain.maps[0]?.values)).toBeLessThan(1e-6);
    expect(difference(found.scores, await direct(model, output))).toBeLessThan(1e-5);
  });

  test.each([
    ['Softmax', 0.5],
    ['Sigmoid', 4],
  ])('%s with a temperature is explained from what it reads', async (operator, temperature) => {
    const plain = await explained(smallClassifier());
    const { model, output } = endingIn((m, z) => m.node(operator, [m.node('Div', [z, constant(m, temperature)])]));
    const found = await explained(model);
    const scaled = (values: Float32Array | undefined) => values?.map((value) => value / temperature);
    expect(difference(found.logits, scaled(plain.logits))).toBeLessThan(1e-5);
    expect(difference(found.maps[0]?.values, scaled(plain.maps[0]?.values))).toBeLessThan(1e-6);
    expect(difference(found.scores, await direct(model, output))).toBeLessThan(1e-5);
  });

  test.each<[string, (m: TinyModel, z: string) => string]>([
    ['the log softmax as a difference', (m, z) => m.node('Sub', [z, reduced(m, 'ReduceLogSumExp', z)])],
    ['the logarithm of a Softmax', (m, z) => m.node('Log', [softmax(m, z)])],
    [
      'the log softmax, spelled out',
      (m, z) => {
        const x = m.node('Sub', [z, reduced(m, 'ReduceMax', z)]);
        return m.node('Sub', [x, m.node('Log', [reduced(m, 'ReduceSum', m.node('Exp', [x]))])]);
      },
    ],
  ])('%s is explained from its logits, and reports probabilities', async (_, end) => {
    const plain = await explained(smallClassifier());
    const found = await explained(endingIn(end).model);
    expect(difference(found.logits, plain.logits)).toBeLessThan(1e-5);
    expect(difference(found.maps[0]?.values, plain.maps[0]?.values)).toBeLessThan(1e-6);
    expect(difference(found.scores, plain.scores)).toBeLessThan(1e-6);
  });
});

describe('classes that are picked or joined behind the activation', () => {
  const picked = (values: Float32Array, order: number[]) =>
    Array.from({ length: 4 }, (_, i) => order.map((c) => values[i * classCount + c] ?? 0)).flat();

  test('keep their logits behind a Slice', async () => {
    const plain = await explained(smallClassifier(), { targets: ['class:2'] });
    const { model, output } = endingIn((m, z) =>
      m.node('Slice', [softmax(m, z), m.ints('from', [1]), m.ints('to', [classCount]), lastAxis(m)]),
    );
    const found = await explained(model);
    expect(found.classCount).toBe(classCount - 1);
    expect(difference(found.logits, picked(plain.logits, [1, 2, 3, 4]))).toBeLessThan(1e-5);
    expect(difference(found.maps[0]?.values, plain.maps[0]?.values)).toBeLessThan(1e-6);
    expect(difference(found.scores, await direct(model, output))).toBeLessThan(1e-5);
  });

  test('in another order, keep their logits', async () => {
    const plain = await explained(smallClassifier(), { targets: ['class:4'] });
    const order = [3, 4, 0, 1, 2];
    const { model } = endingIn((m, z) =>
      m.node('Gather', [softmax(m, z), m.ints('order', order)], { attributes: { axis: 1 } }),
    );
    const found = await explained(model);
    expect(difference(found.logits, picked(plain.logits, order))).toBeLessThan(1e-5);
    expect(difference(found.maps[0]?.values, plain.maps[0]?.values)).toBeLessThan(1e-6);
  });

  test('joined of several heads, keep their logits', async () => {
    const plain = await explained(smallClassifier());
    const { model, output } = endingIn((m, z) =>
      m.node('Concat', [m.node('Sigmoid', [z]), m.node('Sigmoid', [m.node('Neg', [z])])], { attributes: { axis: 1 } }),
    );
    const found = await explained(model, { targets: [`class:${classCount + 1}`] });
    const opposite = found.maps[0]?.values.map((value) => -value);
    expect(difference(opposite, plain.maps[0]?.values)).toBeLessThan(1e-6);
    expect(difference(found.scores, await direct(model, output))).toBeLessThan(1e-5);
  });

  test('a class beside its opposite: two logits', async () => {
    const { model, output } = endingIn((m, z) => {
      const own = m.node('Sigmoid', [m.node('Gather', [z, m.ints('second', [1])], { attributes: { axis: 1 } })]);
      return m.node('Concat', [m.node('Sub', [constant(m, 1), own]), own], { attributes: { axis: 1 } });
    });
    const plain = await explained(smallClassifier());
    const found = await explained(model);
    expect(found.classCount).toBe(2);
    expect(difference(found.maps[0]?.values, plain.maps[0]?.values)).toBeLessThan(1e-6);
    expect(difference(found.scores, await direct(model, output))).toBeLessThan(1e-5);
  });

  test('one of the two of a Softmax is explained against the other', async () => {
    const two = (m: TinyModel, z: string) => m.node('Gather', [z, m.ints('two', [3, 1])], { attributes: { axis: 1 } });
    const { model, output } = endingIn((m, z) =>
      m.node('Gather', [softmax(m, two(m, z)), m.ints('second', [1])], { attributes: { axis: 1 } }),
    );
    const plain = await explained(smallClassifier(), { targets: ['class:1-vs-3'] });
    const found = await explained(model);
    expect(found.classCount).toBe(2);
    expect(difference(found.maps[0]?.values, plain.maps[0]?.values)).toBeLessThan(1e-6);
    const own = await direct(model, output);
    expect(
      difference(
        found.scores,
        [...own].flatMap((p) => [1 - p, p]),
      ),
    ).toBeLessThan(1e-6);
  });

  test('logits that are returned before their probabilities are scored by the same function', async () => {
    const model = smallClassifier();
    model.output(model.node('Sigmoid', [logitsName], { name: '/probabilities' }));
    const found = await explained(model);
    expect(difference(found.scores, await direct(model, '/probabilities_output_0'))).toBeLessThan(1e-6);
  });
});
