import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { Evaluator } from '../../src/explain/faithfulness/evaluator.ts';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import { shapeProto } from '../../src/explain/onnx/sizes.ts';
import type { InputRow } from '../../src/explain/options.ts';
import { type InputValue, methodNames } from '../../src/explain/options.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { difference, expectRefusal, openFile, openTiny, type TinyOptions } from './open-tiny.ts';
import { type Dimensions, inputName, pixels, TinyModel } from './tiny-model.ts';

/** Name with a colon, as TensorFlow gives them. */
const meta = 'meta:0';

interface Form {
  picture?: Dimensions;
  dims?: Dimensions;
  type?: number;
  /** The second input is declared before the picture. */
  first?: boolean;
}

/** Patient data of two numbers joined to the pooled features; `dims` may have axes of 1 besides. */
function withPatientData({
  picture = ['n', 3, 8, 8],
  dims = ['n', 2],
  type = ElementType.float32,
  first = false,
}: Form = {}) {
  const model = new TinyModel({ seed: 'second inputs' });
  if (first) model.input(dims, meta, type);
  model.input(picture);
  if (!first) model.input(dims, meta, type);
  const features = model.node('Relu', [model.conv(inputName, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
  const flat = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
  const numbers = type === ElementType.float32 ? meta : model.node('Cast', [meta], { attributes: { to: 1 } });
  const rows = model.node('Reshape', [numbers, model.ints('rows', [-1, 2])]);
  const joined = model.node('Concat', [flat, rows], { attributes: { axis: 1 } });
  return model.output(model.linear(joined, '/fc/Gemm', 6, 5));
}

/** What ONNX Runtime answers for two pictures when it is given both inputs. */
async function answered(model: TinyModel, rows: [number, number][]): Promise<Float32Array> {
  const session = await InferenceSession.create(await model.write(await temporaryFolder()));
  const results = await session.run({
    [inputName]: new Tensor('float32', pixels(rows.length), [rows.length, 3, 8, 8]),
    [meta]: new Tensor('float32', Float32Array.from(rows.flat()), [rows.length, 2]),
  });
  await session.release();
  const [output] = Object.values(results);
  if (!(output?.data instanceof Float32Array)) throw new TypeError('No scores.');
  return output.data;
}

async function logits(model: TinyModel, options: TinyOptions, inputRows?: InputRow[]): Promise<Float32Array> {
  await using explainer = await openTiny(model, options);
  const explanation = await explainer.explain(pixels(2), {
    count: 2,
    ...(inputRows === undefined ? {} : { inputRows }),
  });
  return explanation.logits;
}

const near = 1e-5;

describe('the same for every picture', () => {
  test.each<[string, Form, InputValue]>([
    ['a row without the axis of the images', {}, [0.4, 1]],
    ['a row with it', {}, [[0.4, 1]]],
    ['values with a shape', {}, { shape: [1, 2], values: Float32Array.of(0.4, 1) }],
    ['an input before the picture', { first: true }, [0.4, 1]],
    ['axes of 1 behind', { dims: ['n', 2, 1, 1] }, [0.4, 1]],
    ['free sizes under names of their own', { dims: ['unk__1', 'unk__2'] }, [0.4, 1]],
    ['free sizes without names', { dims: ['', ''] }, [0.4, 1]],
    ['a fixed batch', { picture: [2, 3, 8, 8], dims: [2, 2] }, [0.4, 1]],
    [
      'a whole fixed batch',
      { picture: [2, 3, 8, 8], dims: [2, 2] },
      [
        [0.4, 1],
        [0.4, 1],
      ],
    ],
    ['a shape that the file does not say', { dims: [] }, [[0.4, 1]]],
  ])('%s', async (_, form, value) => {
    const found = await logits(withPatientData(form), { inputs: { [meta]: value } });
    const wanted = await answered(withPatientData(), [
      [0.4, 1],
      [0.4, 1],
    ]);
    expect(difference(found, wanted)).toBeLessThan(near);
  });

  test('a batch of 1 that the file fixes for this input alone', async () => {
    await using explainer = await openTiny(withPatientData({ dims: [1, 2] }), { inputs: { [meta]: [0.4, 1] } });
    expect(explainer.batchSize).toBe(1);
  });

  test.each([ElementType.int64, ElementType.int32, ElementType.uint8])('whole numbers of type %i', async (type) => {
    const found = await logits(withPatientData({ type }), { inputs: { [meta]: [7, 1] } });
    const wanted = await answered(withPatientData(), [
      [7, 1],
      [7, 1],
    ]);
    expect(difference(found, wanted)).toBeLessThan(near);
  });

  test.each<[Dimensions, InputValue]>([
    [['n', 1, 8, 8], { shape: [8, 8], values: Float32Array.from({ length: 64 }, (_, i) => i % 3) }],
    [['n', 1, 'height', 'width'], { shape: [1, 8, 8], values: Float32Array.from({ length: 64 }, (_, i) => i % 3) }],
    [[1, 1, 8, 8], { shape: [1, 1, 8, 8], values: Float32Array.from({ length: 64 }, (_, i) => i % 3) }],
  ])('a mask over the picture: %j', async (dims, mask) => {
    const masked = new TinyModel({ seed: 'mask' });
    masked.input(['n', 3, 8, 8]);
    const seen = masked.node('Mul', [inputName, masked.input(dims, 'mask')]);
    const features = masked.node('Relu', [masked.conv(seen, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
    masked.output(masked.pooledHead(features, 4, 5));
    const plain = new TinyModel({ seed: 'mask' });
    plain.input(['n', 3, 8, 8]);
    plain.output(
      plain.pooledHead(plain.node('Relu', [plain.conv(inputName, '/conv/Conv', 3, 4)], { name: '/relu/Relu' }), 4, 5),
    );
    await using reference = await openTiny(plain, {});
    const pictures = pixels(2).map((value, i) => value * ((i % 64) % 3));
    const wanted = await reference.explain(pictures, { count: 2 });
    expect(difference(await logits(masked, { inputs: { mask } }), wanted.logits)).toBeLessThan(near);
  });

  test.each<[Dimensions | null]>([[null], [[]], [[1]], [['n']], [['n', 1]]])('a switch of shape %j', async (shape) => {
    const model = new TinyModel({ seed: 'switch' });
    model.input(['n', 3, 8, 8]);
    const dims = shape ?? [];
    model.input(dims, 'keras_learning_phase', ElementType.bool);
    const declared = model.inputs[1]?.type?.tensorType;
    // The builder leaves the shape out where there are no axes.
    if (declared !== undefined && shape?.length === 0) declared.shape = shapeProto([]);
    const features = model.node('Relu', [model.conv(inputName, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
    const flat = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
    const half = model.node('Mul', [flat, model.weight('half', [], [0.5])]);
    const column =
      dims.length === 1
        ? model.node('Reshape', ['keras_learning_phase', model.ints('column', [-1, 1])])
        : 'keras_learning_phase';
    model.output(model.linear(model.node('Where', [column, half, flat]), '/fc/Gemm', 4, 5));
    const off = await logits(model, { inputs: { keras_learning_phase: false } });
    const on = await logits(model, { inputs: { keras_learning_phase: 1 } });
    expect(difference(off, on)).toBeGreaterThan(1e-3);
  });

  test('in place of what the file gives', async () => {
    const model = withPatientData({ picture: [1, 3, 8, 8], dims: [1, 2] });
    model.weight(meta, [1, 2], [0, 0]);
    await using usual = await openTiny(model);
    await using given = await openTiny(model, { inputs: { [meta]: [0.4, 1] } });
    const batch = [pixels(1), { count: 1 }] as const;
    const found = await given.explain(...batch);
    expect(
      difference((await usual.explain(...batch)).logits, await answered(withPatientData(), [[0, 0]])),
    ).toBeLessThan(near);
    expect(difference(found.logits, await answered(withPatientData(), [[0.4, 1]]))).toBeLessThan(near);
  });

  test('also where layers are described, which has no layer of them', async () => {
    const file = await withPatientData().write(await temporaryFolder());
    const { layers, input } = await describeLayers(file, { inputs: { [meta]: [0.4, 1] } });
    expect(input.name).toBe(inputName);
    expect(layers.filter(({ name }) => name.includes('gradline') || name.includes(meta))).toEqual([]);
  });
});

describe('a row for each picture', () => {
  const rows: [number, number][] = [
    [0.4, 1],
    [-2, 0],
  ];
  const inputRows = rows.map((row) => ({ [meta]: row }));

  test.each<[string, Form]>([
    ['behind the picture', {}],
    ['before it', { first: true }],
    ['with axes of 1', { dims: ['n', 2, 1, 1] }],
    ['of free sizes', { dims: ['unk__1', 'unk__2'] }],
    ['of a shape that the file does not say', { dims: [] }],
    ['in a fixed batch', { picture: [2, 3, 8, 8], dims: [2, 2] }],
    ['in a batch that it fixes itself', { dims: [2, 2] }],
  ])('%s', async (_, form) => {
    const found = await logits(withPatientData(form), { inputRows: { [meta]: [0, 0] } }, inputRows);
    expect(difference(found, await answered(withPatientData(), rows))).toBeLessThan(near);
  });

  test('one by one where the input has no axis of images', async () => {
    await using explainer = await openTiny(withPatientData({ dims: [2] }), { inputRows: { [meta]: [0, 0] } });
    expect(explainer.batchSize).toBe(1);
    const { logits: found } = await explainer.explain(pixels(1), { count: 1, inputRows: [{ [meta]: [0.4, 1] }] });
    expect(difference(found, await answered(withPatientData(), [[0.4, 1]]))).toBeLessThan(near);
  });

  test('of ids that choose rows of a table', async () => {
    const model = new TinyModel({ seed: 'ids' });
    model.input(['n', 3, 8, 8]);
    const features = model.node('Relu', [model.conv(inputName, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
    const flat = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
    const table = model.weight('table', [50, 4]);
    model.output(
      model.linear(
        model.node('Add', [flat, model.node('Gather', [table, model.input(['n'], 'site', ElementType.int64)])]),
        '/fc/Gemm',
        4,
        5,
      ),
    );
    const found = await logits(model, { inputRows: { site: [3] } }, [{ site: [3] }, { site: [49] }]);
    const other = await logits(model, { inputRows: { site: [3] } }, [{ site: [3] }, { site: [48] }]);
    const same = await logits(model, { inputs: { site: 49 } });
    expect([...found.subarray(0, 5)]).toEqual([...other.subarray(0, 5)]);
    expect(difference(found.subarray(5), same.subarray(5))).toBeLessThan(near);
    expect(difference(found.subarray(5), other.subarray(5))).toBeGreaterThan(1e-3);
  });

  test('every method explains each picture with its own row', async () => {
    const layers = ['/conv/Conv', '/relu/Relu'];
    const methods = methodNames.filter((name) => name !== 'cam');
    await using explainer = await openTiny(withPatientData(), {
      layers,
      methods,
      inputRows: { [meta]: [0, 0] },
      targets: ['class:2'],
    });
    const { maps } = await explainer.explain(pixels(2), { count: 2, inputRows });
    for (const [picture, row] of rows.entries()) {
      await using constant = await openTiny(withPatientData(), {
        layers,
        methods,
        inputs: { [meta]: row },
        targets: ['class:2'],
      });
      const wanted = await constant.explain(pixels(2), { count: 2 });
      for (const [i, map] of maps.entries()) {
        const cells = map.height * map.width;
        const of = (values: Float32Array | undefined) => values?.subarray(picture * cells, (picture + 1) * cells);
        expect(difference(of(map.values), of(wanted.maps[i]?.values)), `${map.method} at ${map.layer}`).toBeLessThan(
          1e-4,
        );
      }
    }
  });

  test('faithfulness is measured with the row of the picture', async () => {
    const model = await withPatientData().write(await temporaryFolder());
    const options = { model, layers: ['last'], targets: ['predicted'] };
    const picture = pixels(1);
    const measured = async (given: TinyOptions, row: InputRow) => {
      await using explainer = await openFile(model, { ...options, ...given });
      await using evaluator = await Evaluator.open({ ...options, ...given });
      const inputRow = given.inputRows === undefined ? {} : row;
      const { maps } = await explainer.explain(picture, { count: 1, inputRows: [inputRow] });
      const pictureMaps = maps.map((map) => ({ ...map, class: map.classes[0] ?? -1 }));
      return await evaluator.evaluate(picture, pictureMaps, { seed: 1, randomise: true, inputRow });
    };
    const byRow = await measured({ inputRows: { [meta]: [0, 0] } }, { [meta]: [0.4, 1] });
    const constant = await measured({ inputs: { [meta]: [0.4, 1] } }, {});
    expect(byRow.maps[0]?.randomised).toBeDefined();
    expect(JSON.stringify(byRow, rounded)).toEqual(JSON.stringify(constant, rounded));
  });

  test('in half precision', async () => {
    const simulated = { precision: 'float16', simulated: true } as const;
    const found = await logits(withPatientData(), { ...simulated, inputRows: { [meta]: [0, 0] } }, inputRows);
    expect(difference(found, await answered(withPatientData(), rows))).toBeLessThan(1e-2);
  });

  test('a batch without rows, or with rows that do not fit', async () => {
    await using explainer = await openTiny(withPatientData(), { inputRows: { [meta]: [0, 0] } });
    await expect(explainer.explain(pixels(2), { count: 2 })).rejects.toThrow("needs values for 'meta:0'");
    const short = { count: 1, inputRows: [{ [meta]: [1] }] };
    await expect(explainer.explain(pixels(1), short)).rejects.toThrow('takes 2 values for an image; got 1');
  });
});

describe('refused', () => {
  test.each<[string, Form, TinyOptions, string, ...string[]]>([
    [
      'a name',
      {},
      { inputs: { 'meta:1': [0.4, 1] } },
      'unknown-input',
      'Did you mean meta:0?',
      "'meta:0' (float32 [n, 2])",
    ],
    [
      'a shape',
      {},
      { inputs: { [meta]: [0.4, 1, 2] } },
      'wrong-input-value',
      'takes float32 [n, 2], not values of shape [3]',
    ],
    [
      'values for several pictures',
      {},
      {
        inputs: {
          [meta]: [
            [0.4, 1],
            [0.4, 1],
          ],
        },
      },
      'wrong-input-value',
      '[2, 2]',
    ],
    ['a single number for two', {}, { inputs: { [meta]: 1 } }, 'wrong-input-value', 'not a single number'],
    ['lists of several lengths', {}, { inputs: { [meta]: [[1, 2], [3]] } }, 'wrong-input-value', 'different lengths'],
    ['a truth value', {}, { inputs: { [meta]: [true, false] } }, 'wrong-input-value', 'float32'],
    ['fractions', { type: ElementType.int64 }, { inputs: { [meta]: [0.4, 1] } }, 'wrong-input-value', 'int64', '0.4'],
    [
      'what is too large',
      { type: ElementType.uint8 },
      { inputs: { [meta]: [256, 1] } },
      'wrong-input-value',
      'uint8',
      '256',
    ],
    [
      'numbers for a switch',
      { type: ElementType.bool },
      { inputs: { [meta]: [2, 1] } },
      'wrong-input-value',
      'true or false',
    ],
    ['a row of another length', {}, { inputRows: { [meta]: [1] } }, 'wrong-input-value', 'float32 [n, 2]', 'holds 1'],
    ['text', { type: ElementType.string }, { inputs: { [meta]: [1, 1] } }, 'wrong-input-value', 'string'],
    ['values for all', {}, { inputs: { [meta]: [1, 1], [inputName]: 0 } }, 'no-image-input', 'none is left'],
    [
      'batches of several sizes',
      { picture: [4, 3, 8, 8], dims: [3, 2] },
      { inputRows: { [meta]: [1, 1] } },
      'wrong-input-size',
      'batches of 4',
    ],
  ])('%s', async (_, form, options, code, ...parts) => {
    await expectRefusal(openTiny(withPatientData(form), options), code, ...parts);
  });
});

/** A site that chooses a row of a table; `more` is done to its number before. */
function withSite(
  rows: number,
  { dims = ['n'], type = ElementType.int64 }: Form = {},
  more = (_: TinyModel, site: string) => site,
) {
  const model = new TinyModel({ seed: 'site' });
  model.input(['n', 3, 8, 8]);
  const features = model.node('Relu', [model.conv(inputName, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
  const flat = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
  const site = more(model, model.input(dims, 'site', type));
  const chosen = model.node('Gather', [model.weight('site.weight', [rows, 4]), site], { name: '/site/Gather' });
  const own = model.node('Reshape', [chosen, model.ints('own', [-1, 4])]);
  return model.output(model.linear(model.node('Add', [flat, own]), '/fc/Gemm', 4, 5));
}

const asIndex = (model: TinyModel, tensor: string) => model.node('Cast', [tensor], { attributes: { to: 7 } });

/** The second of three numbers. */
const secondOf = (model: TinyModel, tensor: string) =>
  asIndex(model, model.node('Gather', [tensor, model.ints('second', [1], [])], { attributes: { axis: 1 } }));

const slicedFrom = (model: TinyModel, tensor: string) =>
  asIndex(
    model,
    model.node('Slice', [tensor, model.ints('start', [1]), model.ints('end', [2]), model.ints('axis', [1])]),
  );

const lessOne = (model: TinyModel, tensor: string) => model.node('Sub', [tensor, model.ints('one', [1])]);

describe('numbers that choose rows of a table', () => {
  const threeNumbers: Form = { dims: ['n', 3], type: ElementType.float32 };

  test.each<[string, TinyModel, InputValue, string]>([
    [
      'one too many',
      withSite(5),
      5,
      "one of the 5 rows of 'site.weight', 0 to 4, or -5 to -1 counted from the end, not 5",
    ],
    ['far too many', withSite(5), 99, 'not 99'],
    ['too few', withSite(5), -6, 'not -6'],
    ['counted from one', withSite(5, {}, lessOne), 6, '1 to 5, not 6'],
    ['a fraction that becomes a whole number', withSite(5, { type: ElementType.float32 }, asIndex), 5.5, '0 to 4'],
    ['one of several numbers', withSite(5, threeNumbers, secondOf), [60, 7, 1], 'chooses with its value 2'],
    ['one of several numbers, cut out', withSite(5, threeNumbers, slicedFrom), [60, 7, 1], 'not 7'],
  ])('%s: a constant and an example are refused with what is there', async (_, model, value, text) => {
    const row = [value].flat().map(Number);
    await expectRefusal(openTiny(model, { inputs: { site: value } }), 'wrong-input-value', "input 'site'", text);
    await expectRefusal(openTiny(model, { inputRows: { site: row } }), 'wrong-input-value', "input 'site'", text);
  });

  test.each<[string, TinyModel, InputValue]>([
    ['the last', withSite(5), 4],
    ['counted from the end', withSite(5), -5],
    ['counted from one', withSite(5, {}, lessOne), 5],
    ['other numbers beside it', withSite(5, threeNumbers, secondOf), [60, 4, -9]],
    ['other numbers around it', withSite(5, threeNumbers, slicedFrom), [60, 4, -9]],
  ])('%s: taken', async (_, model, value) => {
    await using explainer = await openTiny(model, { inputs: { site: value } });
    expect((await explainer.explain(pixels(1), { count: 1 })).scores.every(Number.isFinite)).toBe(true);
  });

  test('a row of a batch is refused as well', async () => {
    await using explainer = await openTiny(withSite(5), { inputRows: { site: [0] } });
    const batch = { count: 2, inputRows: [{ site: [4] }, { site: [5] }] };
    await expectRefusal(explainer.explain(pixels(2), batch), 'wrong-input-value', "input 'site'", 'not 5');
  });
});

/** A site that becomes a one-hot code of four places. */
function withCode(form: 'OneHot' | 'Equal') {
  const model = new TinyModel({ seed: 'code' });
  model.input(['n', 3, 8, 8]);
  const features = model.node('Relu', [model.conv(inputName, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
  const flat = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
  const site = model.input(['n'], 'site', ElementType.int64);
  const column = () => model.node('Unsqueeze', [site, model.ints('behind', [1])]);
  const code =
    form === 'OneHot'
      ? model.node('OneHot', [site, model.ints('depth', [4], []), model.ints('off and on', [0, 1])], {
          name: '/one_hot',
        })
      : model.node('Equal', [column(), model.ints('arange', [0, 1, 2, 3], [1, 4])], { name: '/one_hot' });
  const numbers = model.node('Cast', [code], { attributes: { to: 1 } });
  const joined = model.node('Concat', [flat, numbers], { attributes: { axis: 1 } });
  return model.output(model.linear(joined, '/fc/Gemm', 8, 5));
}

describe('numbers that choose the place of a one-hot code', () => {
  test.each<['OneHot' | 'Equal', number, string]>([
    ['OneHot', 4, 'one of the 4 places of the one-hot code'],
    ['OneHot', -5, '0 to 3, or -4 to -1 counted from the end, not -5'],
    ['OneHot', 99, "'/one_hot'"],
    ['Equal', 4, '0 to 3, not 4, for which none is on. They are counted from 0'],
    ['Equal', -1, '0 to 3, not -1'],
  ])('%s: %i is refused, for which none is on', async (form, value, text) => {
    const model = withCode(form);
    await expectRefusal(openTiny(model, { inputs: { site: value } }), 'wrong-input-value', "input 'site'", text);
    await using explainer = await openTiny(model, { inputRows: { site: [0] } });
    const batch = { count: 1, inputRows: [{ site: [value] }] };
    await expectRefusal(explainer.explain(pixels(1), batch), 'wrong-input-value', "input 'site'", text);
  });

  test.each<['OneHot' | 'Equal', number]>([
    ['OneHot', 3],
    ['OneHot', -4],
    ['Equal', 3],
  ])('%s: %i is taken', async (form, value) => {
    await using explainer = await openTiny(withCode(form), { inputs: { site: value } });
    expect((await explainer.explain(pixels(1), { count: 1 })).scores.every(Number.isFinite)).toBe(true);
  });
});

describe('values that the model cannot be computed with', () => {
  /** A number that others are divided by, as whole numbers. */
  const dividing = () => withSite(5, {}, (model, site) => model.node('Div', [model.ints('four', [4]), site]));

  test('the same for all pictures', async () => {
    await expectRefusal(
      openTiny(dividing(), { inputs: { site: 0 } }),
      'session-failed',
      "its input 'site' (0) is given",
    );
    await expectRefusal(openTiny(dividing(), { inputRows: { site: [0] } }), 'wrong-input-value', "'site' (0)", 'zero');
  });

  test('of one picture, which says so; a short batch is filled up with values that it can be computed with', async () => {
    await using explainer = await openTiny(dividing(), { inputRows: { site: [1] }, batchSize: 4 });
    const alone = explainer.explain(pixels(1), { count: 1, inputRows: [{ site: [0] }] });
    await expectRefusal(alone, 'wrong-input-value', "'site' (0)", '(Div)', 'division by zero');
    const { count } = await explainer.explain(pixels(2), { count: 2, inputRows: [{ site: [1] }, { site: [2] }] });
    expect(count).toBe(2);
  });
});

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(4)) : value;
}
