import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../src/explain/explanation.ts';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { runDirectly } from './direct-run.ts';
import { difference, expectRefusal, openTiny, type TinyOptions } from './open-tiny.ts';
import { classCount, pixels, smallClassifier, TinyModel } from './tiny-model.ts';

const images = pixels(4);
const dims = [4, 3, 8, 8];
const logitsName = '/fc/Gemm_output_0';

async function explained(model: TinyModel, options: TinyOptions = {}): Promise<Explanation> {
  await using explainer = await openTiny(model, options);
  return explainer.explain(images, { count: 4 });
}

/** The model's own answer, by the name of an output. */
async function direct(model: TinyModel, output: string): Promise<Float32Array> {
  return (await runDirectly(model.build(), images, dims, await temporaryFolder(), []))[output] ?? new Float32Array();
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

function softmax(logits: Float32Array, width = classCount): number[] {
  const rows = Array.from({ length: logits.length / width }, (_, i) => [...logits.slice(i * width, (i + 1) * width)]);
  return rows.flatMap((row) => {
    const powers = row.map(Math.exp);
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / total);
  });
}

describe('the gradient starts before a final', () => {
  test.each([
    ['Softmax', ['Softmax']],
    ['Sigmoid', ['Sigmoid']],
    ['LogSoftmax', ['LogSoftmax']],
    ['Softmax behind shape-only operators', ['Identity', 'Flatten', 'Softmax', 'Identity']],
  ])('%s', async (_, end) => {
    const plain = await explained(smallClassifier());
    const ended = await explained(smallClassifier({ end }));
    expect([...ended.logits]).toEqual([...plain.logits]);
    expect(ended.maps.map((map) => [...map.values])).toEqual(plain.maps.map((map) => [...map.values]));
    expect(difference(ended.logits, await direct(smallClassifier(), logitsName))).toBeLessThan(1e-5);
  });
});

describe('reported scores', () => {
  test("are the model's own behind its Softmax or Sigmoid", async () => {
    for (const operator of ['Softmax', 'Sigmoid']) {
      const model = smallClassifier({ end: [operator] });
      const own = await direct(model, `/${operator}_output_0`);
      expect(difference((await explained(model)).scores, own)).toBeLessThan(1e-6);
    }
  });

  test('are a softmax where the model returns logits or their log softmax', async () => {
    const plain = await explained(smallClassifier());
    expect(difference(plain.scores, softmax(plain.logits))).toBeLessThan(1e-6);
    const log = await explained(smallClassifier({ end: ['LogSoftmax'] }));
    expect(difference(log.scores, softmax(log.logits))).toBeLessThan(1e-6);
  });

  test.each<['softmax' | 'sigmoid' | 'none', (logits: Float32Array) => number[]]>([
    ['softmax', (logits) => softmax(logits)],
    ['sigmoid', (logits) => [...logits].map(sigmoid)],
    ['none', (logits) => [...logits]],
  ])('are %s when that is asked, whatever the model ends in', async (scoreActivation, expected) => {
    for (const end of [[], ['Softmax'], ['Sigmoid']]) {
      const { logits, scores } = await explained(smallClassifier({ end }), { scoreActivation });
      expect(difference(scores, expected(logits))).toBeLessThan(1e-6);
    }
  });

  test('of a spatial output [N, K, 1, 1]', async () => {
    const model = new TinyModel();
    let x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    x = model.conv(x, '/classifier/Conv', 4, classCount);
    x = model.node('GlobalAveragePool', [x]);
    model.output(model.node('Softmax', [x], { name: '/softmax', attributes: { axis: 1 } }));
    const found = await explained(model, { layers: ['conv'] });
    expect(found.classCount).toBe(classCount);
    expect(found.logits).toHaveLength(4 * classCount);
    expect(difference(found.scores, await direct(model, '/softmax_output_0'))).toBeLessThan(1e-6);
  });
});

/** A network with one logit for each image, `[N, 1]` or `[N]`. */
function binary(flat: boolean, end: string[] = []): TinyModel {
  const model = new TinyModel({ seed: 'binary' });
  let x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
  x = model.node('Relu', [x], { name: '/relu/Relu' });
  x = model.pooledHead(x, 4, 1);
  if (flat) x = model.node('Squeeze', [x, model.ints('axis', [1])], { name: '/Squeeze' });
  for (const operator of end) x = model.node(operator, [x], { name: `/${operator}` });
  return model.output(x);
}

describe.each([
  ['[N, 1]', false],
  ['[N]', true],
])('a single logit %s', (_, flat) => {
  test.each([
    ['without an activation', []],
    ['with Sigmoid', ['Sigmoid']],
  ])('%s: two classes with opposite evidence', async (__, end) => {
    const model = binary(flat, end);
    const found = await explained(model, {
      targets: ['class:0', 'class:1', 'predicted'],
      methods: ['grad-cam', 'cam'],
    });
    const z = await direct(binary(false), logitsName);
    expect(found.classCount).toBe(2);
    expect(
      difference(
        found.logits,
        [...z].flatMap((value) => [-value, value]),
      ),
    ).toBeLessThan(1e-6);
    expect(
      difference(
        found.scores,
        [...z].flatMap((value) => [sigmoid(-value), sigmoid(value)]),
      ),
    ).toBeLessThan(1e-6);
    const map = (target: string, method: string) => {
      const entry = found.maps.find((m) => m.target === target && m.method === method);
      return entry?.values;
    };
    for (const method of ['grad-cam', 'cam']) {
      const against = map('class:0', method)?.map((value) => -value);
      expect(Math.max(...(against ?? []).map(Math.abs))).toBeGreaterThan(1e-3);
      expect(difference(map('class:1', method), against)).toBe(0);
    }
    const predicted = found.maps.find((m) => m.target === 'predicted');
    expect([...(predicted?.classes ?? [])]).toEqual([...z].map((value) => (value > 0 ? 1 : 0)));
  });

  test('asked for softmax is scored as its two classes, which is the sigmoid', async () => {
    const { scores, logits } = await explained(binary(flat), { scoreActivation: 'softmax' });
    expect(difference(scores, [...logits].map(sigmoid))).toBeLessThan(1e-6);
  });
});

describe('several outputs', () => {
  test('the first of floats holds the scores', async () => {
    const model = smallClassifier();
    const scores = model.outputs.splice(0);
    const winner = model.node('ArgMax', [logitsName], { attributes: { axis: 1 } });
    model.output(winner, [], 7);
    model.outputs.push(...scores);
    model.output('/features/features.4/Relu_output_0');
    const found = await explained(model);
    expect([...found.logits]).toEqual([...(await explained(smallClassifier())).logits]);
  });
});

describe('an output that is named', () => {
  const twoHeads = () => {
    const model = smallClassifier();
    return model.output(model.node('Neg', [logitsName], { name: 'other' }));
  };

  test('holds the scores', async () => {
    const { logits } = await explained(smallClassifier());
    const other = await explained(twoHeads(), { outputName: 'other_output_0' });
    expect([...other.logits]).toEqual([...logits].map((logit) => -logit));
    expect([...(await explained(twoHeads(), { outputName: logitsName })).logits]).toEqual([...logits]);
  });

  test('is what layers are described for', async () => {
    const file = await twoHeads().write(await temporaryFolder());
    expect((await describeLayers(file, { outputName: 'other_output_0' })).output.name).toBe('other_output_0');
  });

  test('is refused with the names that there are', async () => {
    const opening = openTiny(twoHeads(), { outputName: 'othr_output_0' });
    await expectRefusal(opening, 'unknown-output', "'othr_output_0'", 'Did you mean other_output_0?', logitsName);
  });
});

describe('refused', () => {
  test('a model whose output is an image', async () => {
    const model = new TinyModel();
    model.output(model.conv(model.input(['n', 3, 8, 8]), 'conv', 3, 2));
    await expectRefusal(openTiny(model), 'not-a-classifier', '[4, 2, 8, 8]', 'one score per class');
  });

  test('a model that returns only whole numbers', async () => {
    const model = smallClassifier();
    model.outputs.length = 0;
    model.output(model.node('ArgMax', [logitsName], { name: 'winner', attributes: { axis: 1 } }), [], 7);
    await expectRefusal(openTiny(model), 'not-a-classifier', 'winner_output_0');
  });
});
