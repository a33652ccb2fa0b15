/** Which text classifiers are understood, and what is said of the others. */

import { expect, test } from 'vitest';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import type { TextExplainerOptions } from '../../src/text/options.ts';
import { TextExplainer } from '../../src/text/text-explainer.ts';
import { difference, expectRefusal } from '../explain/open-tiny.ts';
import { smallClassifier, TinyModel } from '../explain/tiny-model.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { openNetwork, sequences } from './explained.ts';

interface Shape {
  ids?: number;
  mask?: number;
  dims?: (number | string)[];
  tables?: number;
}

/** Mean of embeddings, by the mask where there is one, and a linear layer. */
function meanOfEmbeddings({ ids = ElementType.int64, mask, dims = ['n', 't'], tables = 1 }: Shape = {}): TinyModel {
  const model = new TinyModel({ seed: 'text' });
  let tokens = model.input(dims, 'tokens', ids);
  if (ids === ElementType.float32) tokens = model.node('Cast', [tokens], { attributes: { to: ElementType.int64 } });
  const looked = Array.from({ length: tables }, (_, i) =>
    model.node('Gather', [model.weight(`table${i}`, [20, 4]), tokens], { name: `/table${i}/Gather` }),
  );
  const embedded = looked.reduce((a, b) => model.node('Add', [a, b]));
  let summed = model.node('ReduceMean', [embedded, model.ints('axis', [1])], { attributes: { keepdims: 0 } });
  if (mask !== undefined) {
    const given = model.input(dims, 'attention_mask', mask);
    const numbers = model.node('Cast', [given], { attributes: { to: ElementType.float32 } });
    const weights = model.node('Unsqueeze', [numbers, model.ints('last', [2])]);
    const kept = model.node('Mul', [embedded, weights]);
    const total = model.node('ReduceSum', [kept, 'axis'], { attributes: { keepdims: 0 } });
    const count = model.node('ReduceSum', [weights, 'axis'], { attributes: { keepdims: 0 } });
    summed = model.node('Div', [total, count]);
  }
  return model.output(model.linear(summed, '/fc/Gemm', 4, 3));
}

async function open(model: TinyModel, options: Partial<TextExplainerOptions> = {}): Promise<TextExplainer> {
  return TextExplainer.open({
    methods: ['grad-x-input'],
    ...options,
    model: await model.write(await temporaryFolder()),
  });
}

const text = { ids: [3, 1, 4, 1, 5] };

async function valuesOf(model: TinyModel, options: Partial<TextExplainerOptions> = {}) {
  await using explainer = await open(model, options);
  const [explained] = await explainer.explain([text]);
  return explained?.relevance[0]?.values;
}

test('ids may be int32 or int64, the mask whole numbers, floats or truth values, sizes free or fixed', async () => {
  const expected = await valuesOf(meanOfEmbeddings());
  expect(expected?.some((value) => Math.abs(value) > 0.01)).toBe(true);
  expect(await valuesOf(meanOfEmbeddings({ ids: ElementType.int32 }))).toEqual(expected);
  for (const mask of [ElementType.int64, ElementType.int32, ElementType.float32, ElementType.bool]) {
    for (const dims of [
      ['n', 't'],
      [2, 't'],
      ['n', 9],
      [1, 12],
    ]) {
      expect(difference(await valuesOf(meanOfEmbeddings({ mask, dims })), expected)).toBeLessThan(1e-6);
    }
  }
});

test('the tokens of a linear model add up to its score less its bias', async () => {
  const model = meanOfEmbeddings();
  model.weight('unused', [1]);
  await using explainer = await open(model, { methods: ['integrated-gradients', 'grad-x-input'], steps: 1 });
  const [explained] = await explainer.explain([text]);
  const [integrated, plain] = explained?.relevance ?? [];
  expect(difference(integrated?.values, plain?.values)).toBeLessThan(1e-6);
  const total = plain?.values.reduce((a, b) => a + b, 0);
  expect(total).toBeCloseTo((integrated?.logit ?? 0) - (integrated?.baselineLogit ?? 0), 5);
});

test('the embedding layer may be named, as a module, a node or a tensor; so may a later layer', async () => {
  const [sequence] = await sequences(['snowfall in the hills']);
  if (sequence === undefined) throw new Error('no text');
  const values = async (layer?: string) => {
    const named = layer === undefined ? {} : { layer };
    await using explainer = await openNetwork('bert', { methods: ['grad-x-input'], ...named });
    return (await explainer.explain([sequence]))[0]?.relevance[0]?.values;
  };
  const found = await values();
  expect(await values('model.bert.embeddings.word_embeddings')).toEqual(found);
  expect(await values('word_embeddings')).toEqual(found);
  expect(await values('/model/bert/embeddings/word_embeddings/Gather')).toEqual(found);
  const later = await values('model.bert.embeddings');
  expect(later).toHaveLength(sequence.ids.length);
  expect(difference(later, found)).toBeGreaterThan(1e-4);
});

test('a model without whole numbers as its input is refused with its inputs', async () => {
  await expectRefusal(open(smallClassifier()), 'no-token-input', "'input' (float32, [?, 3, 8, 8])", 'gradline run');
  await expectRefusal(
    open(meanOfEmbeddings({ ids: ElementType.float32 })),
    'no-token-input',
    "'tokens' (float32, [?, ?])",
  );
});

test('an input that Gradline cannot fill is named', async () => {
  const model = meanOfEmbeddings();
  model.input(['n', 7], 'features');
  await expectRefusal(open(model), 'unknown-input', "'features' (float32, [?, 7])");
});

test('several tables ask for a name; none, or a layer without tokens, is refused', async () => {
  const explain = async (model: TinyModel, options = {}) => {
    await using explainer = await open(model, options);
    return explainer.explain([text]);
  };
  const two = meanOfEmbeddings({ tables: 2 });
  await expectRefusal(explain(two), 'several-embeddings', "'/table0/Gather', '/table1/Gather'", '--layer');
  expect(await explain(two, { layer: '/table1/Gather' })).toHaveLength(1);
  const one = new TinyModel();
  const ids = one.input(['n', 't'], 'ids', ElementType.int64);
  const numbers = one.node('Cast', [ids], { attributes: { to: ElementType.float32 } });
  const padded = one.node('Pad', [numbers, one.ints('pads', [0, 0, 0, 0])]);
  await expectRefusal(explain(one.output(padded)), 'no-embedding', "'ids'", '--layer');
  await expectRefusal(
    explain(meanOfEmbeddings(), { layer: '/fc/Gemm' }),
    'no-token-axis',
    "'/fc/Gemm'",
    '[1, 5, values]',
  );
});

test('an unknown layer or class, and a label that the model lacks, are refused', async () => {
  const [sequence] = await sequences(['rain']);
  const explain = async (options: Partial<TextExplainerOptions>, label = -1) => {
    await using explainer = await openNetwork('bert', options);
    return explainer.explain([{ ids: [], ...sequence, label }]);
  };
  await expectRefusal(explain({ layer: 'embedings' }), 'unknown-layer', "'embedings'", 'Leave --layer out');
  await expectRefusal(explain({ targets: ['class:9'] }), 'unknown-class', 'the model has 4');
  await expectRefusal(
    explain({ targets: ['class:fog'], classNames: ['dry', 'frog'] }),
    'unknown-class',
    'Did you mean frog?',
  );
  await expectRefusal(explain({ targets: ['label'] }, 4), 'unknown-class', 'class 4');
  await expectRefusal(
    explain({ layer: 'model.bert.embeddings', baseline: 'pad' }),
    'no-pad-embedding',
    '--baseline zero',
  );
});

test('a text without a label has no relevance for it', async () => {
  const [sequence] = await sequences(['rain']);
  await using explainer = await openNetwork('bert', { targets: ['label'] });
  const [explained] = await explainer.explain([sequence ?? { ids: [] }]);
  expect(explained?.relevance[0]).toMatchObject({ class: -1, logit: 0 });
  expect(explained?.relevance[0]?.values.every((value) => value === 0)).toBe(true);
});

/** Embeddings through one recurrent layer in both directions, and a linear layer of its last states. */
function recurrent(operator: string, gates: number, packed = false): TinyModel {
  const model = new TinyModel({ seed: operator });
  const ids = model.input(['n', 't'], 'ids', ElementType.int64);
  const embedded = model.node('Gather', [model.weight('table', [9, 3]), ids], { name: 'embedding' });
  const timeFirst = model.node('Transpose', [embedded], { attributes: { perm: [1, 0, 2] } });
  const weights = [model.weight('w', [2, gates * 4, 3]), model.weight('r', [2, gates * 4, 4])];
  const lengths = () => {
    const real = model.node('Greater', [ids, model.ints('pad', [0])]);
    const counted = model.node('Cast', [real], { attributes: { to: ElementType.int32 } });
    return model.node('ReduceSum', [counted, model.ints('tokens', [1])], { attributes: { keepdims: 0 } });
  };
  model.node(operator, [timeFirst, ...weights, ...(packed ? ['', lengths()] : [])], {
    name: operator,
    output: ['', 'last'],
    attributes: { hidden_size: 4, direction: 'bidirectional' },
  });
  const rowsFirst = model.node('Transpose', ['last'], { attributes: { perm: [1, 0, 2] } });
  return model.output(model.linear(model.node('Flatten', [rowsFirst]), 'fc', 8, 2));
}

test.each([
  ['LSTM', 4],
  ['GRU', 3],
  ['RNN', 1],
])('a recurrent classifier (%s): integrated gradients add up', async (operator, gates) => {
  await using explainer = await open(recurrent(operator, gates), { methods: ['integrated-gradients'], steps: 300 });
  const [explained] = await explainer.explain([{ ids: [3, 1, 4, 1, 5, 8] }]);
  const { values, logit, baselineLogit } = explained?.relevance[0] ?? { values: [], logit: 0, baselineLogit: null };
  const total = [...values].reduce((a, b) => a + b, 0);
  expect([...values].every((value) => Math.abs(value) > 1e-4)).toBe(true);
  expect(Math.abs(total - (logit - (baselineLogit ?? Number.NaN)))).toBeLessThan(2e-3);
});

test.each([
  ['LSTM', 4],
  ['GRU', 3],
  ['RNN', 1],
])(
  'a recurrent classifier (%s) explains every class that a text has, as it does one by one',
  async (operator, gates) => {
    const model = recurrent(operator, gates);
    await using each = await open(model, { targets: ['class:0', 'class:1'] });
    const texts = [{ ids: [3, 1, 4, 1, 5, 8] }, { ids: [2, 7, 1, 8, 2, 8] }];
    const alone = await each.explain(texts);
    await using several = await open(model, { targets: ['predicted'], thresholds: 0 });
    const found = await several.explain(texts);
    found.forEach(({ relevance }, i) => {
      for (const { class: index, values } of alone[i]?.relevance ?? []) {
        const same = relevance.find((row) => row.class === index)?.values;
        expect(difference(same ?? [], values)).toBeLessThan(1e-6);
      }
    });
  },
);

test('a recurrent layer over packed sequences is refused', async () => {
  await using explainer = await open(recurrent('LSTM', 4, true));
  const attempt = explainer.explain([{ ids: [1, 2, 3] }]);
  await expectRefusal(attempt, 'no-gradient-rule', "LSTM 'LSTM'", 'export it without packed sequences');
});
