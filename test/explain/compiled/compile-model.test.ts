import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { explain } from '../../../examples/compiled/web/explain.mjs';
import { compileModel } from '../../../src/explain/compiled/compile-model.ts';
import type { CompileOptions } from '../../../src/explain/compiled/compile-options.ts';
import { readCompiledModel } from '../../../src/explain/compiled/read-compiled.ts';
import { readModel } from '../../../src/explain/onnx/model-file.ts';
import { colourTable } from '../../../src/shared/picture/colormap.ts';
import { blendOverlay } from '../../../src/worker/pipeline/render/overlay.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';
import { difference, expectRefusal, openFile } from '../open-tiny.ts';
import { classCount, inputName, pixels, smallClassifier, TinyModel } from '../tiny-model.ts';

const layers = ['features.1', 'last'];
const imagenet = {
  range: [0, 1],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: 'rgb',
} satisfies CompileOptions['preprocessing'];

async function compiled(model: TinyModel, options: Partial<CompileOptions> = {}) {
  const folder = await temporaryFolder();
  const source = await model.write(folder);
  const output = join(folder, 'explained.onnx');
  const { description } = await compileModel({ model: source, output, layers, ...options });
  const run = async (feeds: Record<string, Tensor>) => {
    const session = await InferenceSession.create(output);
    const results = await session.run(feeds);
    await session.release();
    return (name: string) => Array.from(results[name]?.data ?? [], Number);
  };
  return { source, output, description, run };
}

const classesOf = (...classes: number[]) => new Tensor('int64', BigInt64Array.from(classes, BigInt), [classes.length]);
const images = (count: number) => new Tensor('float32', pixels(count), [count, 3, 8, 8]);

/** With weights that outweigh its graph. */
function wideClassifier(): TinyModel {
  const model = new TinyModel();
  model.input(['N', 3, 8, 8]);
  let x = model.conv(inputName, '/conv1/Conv', 3, 256);
  x = model.node('Relu', [model.conv(x, '/layer1/Conv', 256, 512)], { name: '/relu/Relu' });
  return model.output(model.pooledHead(x, 512, 10));
}

describe('a compiled file', () => {
  test('gives the scores and maps of an explainer, whatever the batch', async () => {
    const methods: CompileOptions['methods'] = ['grad-cam', 'eigen-cam'];
    const targets = ['label', 'top:2'];
    const file = await compiled(smallClassifier(), { methods, targets: [...targets, 'any'], evidence: true });
    expect(file.description.batch).toBe('free');
    await using explainer = await openFile(file.source, { layers, methods, targets, batchSize: 5 });
    for (const count of [1, 2, 5]) {
      const chosen = [4, 0, 2, -1, 1].slice(0, count);
      const read = await file.run({ input: images(count), label: classesOf(...chosen), target: classesOf(...chosen) });
      const expected = await explainer.explain(pixels(count), { count, labels: Int32Array.from(chosen) });
      expect(difference(read('scores'), expected.scores)).toBeLessThan(1e-6);
      const second = expected.maps.find(({ target }) => target === 'top:2#2');
      expect(read('class/top:2#2')).toEqual([...(second?.classes ?? [])]);
      for (const { layer, method, target, values, evidence } of expected.maps) {
        const most = Math.max(...values.map(Math.abs), 1e-6);
        expect(difference(read(`map/${layer}/${method}/${target}`), values)).toBeLessThan(1e-4 * most);
        expect(difference(read(`evidence/${layer}/${method}/${target}`), evidence)).toBeLessThan(1e-4);
      }
      expect(read('map/last/grad-cam/any')).toEqual(read('map/last/grad-cam/label'));
    }
  });

  test('takes bytes, scales them, and draws overlays as a run does', async () => {
    const overlay = { colours: colourTable('magma'), opacity: 0.6 };
    const file = await compiled(smallClassifier(), { preprocessing: imagenet, inputPixels: true, overlay });
    const bytes = Uint8Array.from(pixels(2, 8 * 8 * 3), (value) => (value + 1) * 127.5);
    const read = await file.run({ pixels: new Tensor('uint8', bytes, [2, 8, 8, 3]) });
    await using explainer = await openFile(file.source, { layers, pixels: imagenet });
    const { maps } = await explainer.explain(bytes, { count: 2 });
    const look = { colormap: 'magma', alpha: 0.6, scale: 'image', format: 'png' } as const;
    for (const { layer, values, height, width } of maps) {
      expect(difference(read(`map/${layer}/grad-cam/predicted`), values)).toBeLessThan(1e-5);
      const drawn = [0, 1].map((i) => {
        const canvas = { pixels: bytes.subarray(i * 192, (i + 1) * 192), width: 8, height: 8 };
        const cells = values.subarray(i * height * width, (i + 1) * height * width);
        return [...blendOverlay(canvas, { values: cells, height, width }, look).pixels];
      });
      expect(difference(read(`overlay/${layer}/grad-cam/predicted`), drawn.flat())).toBeLessThanOrEqual(1);
    }
    expect(file.description.preprocessing).toMatchObject({ ...imagenet, inFile: true });
  });

  test('gives the same in WebAssembly, by the example for browsers', async () => {
    const file = await compiled(smallClassifier(), { preprocessing: imagenet, inputPixels: true, layers: ['last'] });
    const bytes = Uint8Array.from(pixels(2, 8 * 8 * 3), (value) => (value + 1) * 127.5);
    const read = await file.run({ pixels: new Tensor('uint8', bytes, [2, 8, 8, 3]) });
    const found = await explain(web, await readFile(file.output), bytes, 'wasm');
    const expected = read('map/last/grad-cam/predicted');
    expect(difference(found.maps, expected)).toBeLessThan(1e-4 * Math.max(...expected.map(Math.abs)));
    expect(found.score).toBeCloseTo(Math.max(...read('scores').slice(0, classCount)), 5);
  });

  test('describes itself', async () => {
    const classNames = ['a', 'b', 'c', 'd', 'e'];
    const file = await compiled(smallClassifier(), { classNames, targets: ['class:b', 'any'] });
    const description = await readCompiledModel(file.output);
    expect(description).toEqual(file.description);
    expect(description).toMatchObject({ opset: 18, classNames, classCount, layers: [{ layer: 'features.1' }, {}] });
    expect(description.inputs.map(({ name }) => name)).toEqual(['input', 'target']);
    await expectRefusal(readCompiledModel(file.source), 'not-compiled', 'gradline compile');
  });

  test('holds nothing but official operators, in the oldest versions that they allow', async () => {
    const file = await compiled(smallClassifier({ opset: 11 }));
    const { opsetImport, irVersion, graph } = await readModel(file.output);
    expect(opsetImport.map(({ domain, version }) => [domain, version])).toEqual([['', 18n]]);
    expect(irVersion).toBe(8n);
    expect(new Set(graph.node.map(({ domain }) => domain))).toEqual(new Set(['']));
  });

  test('turns square weights for its gradients: OpenVINO keeps one of a tensor that is read both ways round', async () => {
    const model = new TinyModel();
    model.input(['N', 3, 8, 8]);
    let x = model.node('Relu', [model.conv(inputName, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
    x = model.node('Transpose', [x], { attributes: { perm: [0, 2, 3, 1] } });
    x = model.node('MatMul', [x, model.weight('tokens', [4, 4])]);
    x = model.node('ReduceMean', [x, model.ints('places', [1, 2])], { attributes: { keepdims: 0 } });
    x = model.node('Relu', [model.linear(x, '/hidden/Gemm', 4, 4)]);
    const file = await compiled(model.output(model.linear(x, '/fc/Gemm', 4, 5)), { layers: ['relu'] });
    const { graph } = await readModel(file.output);
    const square = graph.initializer.filter(({ dims }) => dims.length === 2 && dims[0] === dims[1]);
    const readers = square.map(({ name }) => graph.node.filter(({ input }) => input.includes(name)));
    expect(readers.map((nodes) => nodes.map(({ opType }) => opType).sort())).toEqual([
      ['MatMul', 'Reshape'],
      ['Gemm', 'Reshape'],
    ]);
  });

  test('is at most a percent larger than the model', async () => {
    const file = await compiled(wideClassifier(), { layers: ['relu', 'conv1'] });
    expect((await stat(file.output)).size).toBeLessThan(1.01 * (await stat(file.source)).size);
  });

  test('enlarges maps on wish', async () => {
    const file = await compiled(smallClassifier(), { upsample: { height: 16, width: 12 } });
    expect((await file.run({ input: images(2) }))('map/last/grad-cam/predicted')).toHaveLength(2 * 16 * 12);
  });

  test('keeps the weights in a second file, or in half precision, on wish', async () => {
    const wide = { layers: ['conv1'] };
    const [apart, whole, half] = [
      await compiled(wideClassifier(), { ...wide, externalData: true }),
      await compiled(wideClassifier(), wide),
      await compiled(wideClassifier(), { ...wide, float16: true }),
    ];
    const map = 'map/conv1/grad-cam/predicted';
    const expected = (await whole.run({ input: images(3) }))(map);
    expect((await apart.run({ input: images(3) }))(map)).toEqual(expected);
    const most = Math.max(...expected.map(Math.abs));
    expect(difference((await half.run({ input: images(3) }))(map), expected)).toBeLessThan(0.02 * most);
    const size = async (path: string) => (await stat(path)).size;
    expect(await size(apart.output)).toBeLessThan(0.05 * (await size(whole.output)));
    expect(await size(`${apart.output}.data`)).toBeGreaterThan(0.95 * (await size(whole.output)));
    expect(await size(half.output)).toBeLessThan(0.51 * (await size(whole.output)));
  });
});

describe('a batch', () => {
  const reshaping = new TinyModel();
  reshaping.input(['n', 3, 8, 8]);
  let x = reshaping.node('Relu', [reshaping.conv(inputName, '/conv/Conv', 3, 4)], { name: '/relu/Relu' });
  x = reshaping.node('Reshape', [x, reshaping.ints('shape', [1, -1])], { name: '/Reshape' });
  reshaping.output(reshaping.linear(x, '/fc/Gemm', 256, 5));

  test('that the model fixes stays, and the file says why', async () => {
    const { description } = await compiled(reshaping, { layers: ['relu'] });
    expect(description).toMatchObject({ batch: 1, batchReason: expect.stringContaining('one picture at a time') });
    const fixed = await compiled(smallClassifier({ batch: 4 }));
    expect(fixed.description).toMatchObject({
      batch: 4,
      batchReason: expect.stringContaining("'input' fixes it to 4"),
    });
  });

  test('that was asked for and cannot be is refused', async () => {
    await expectRefusal(compiled(reshaping, { layers: ['relu'], batch: 'free' }), 'batch-not-free', 'one picture');
    await expectRefusal(compiled(smallClassifier({ batch: 4 }), { batch: 3 }), 'wrong-batch', 'fixes it to 4');
    expect((await compiled(smallClassifier(), { batch: 3 })).description.batch).toBe(3);
  });
});

describe('refused', () => {
  test('are methods that run the model several times, with those that do not', async () => {
    const attempt = compiled(smallClassifier(), { methods: ['grad-cam', 'score-cam'] });
    await expectRefusal(attempt, 'method-not-in-graph', 'score-cam', 'hirescam');
  });

  test('are operators of ONNX Runtime alone, unless they are asked for', async () => {
    const model = new TinyModel();
    model.input(['N', 3, 8, 8]);
    const conv = model.conv(inputName, '/conv/Conv', 3, 8);
    const gelu = model.node('Gelu', [conv], { name: '/gelu/Gelu', domain: 'com.microsoft' });
    model.output(model.pooledHead(gelu, 8, 5));
    const options = { layers: ['gelu', 'conv'] };
    await expectRefusal(compiled(model, options), 'contrib-operators', 'com.microsoft.Gelu', '--contrib-operators');
    expect((await compiled(model, { ...options, contribOperators: true })).description.batch).toBe('free');
  });

  test('are overlays on floats, and names that are taken', async () => {
    const overlay = { colours: colourTable('magma'), opacity: 0.6 };
    await expectRefusal(compiled(smallClassifier(), { overlay }), 'no-pictures', '--input-pixels');
    const model = new TinyModel();
    const scores = model.input(['N', 3, 8, 8], 'scores');
    model.output(model.pooledHead(model.conv(scores, '/conv/Conv', 3, 8), 8, 5));
    await expectRefusal(compiled(model, { layers: ['conv'] }), 'name-taken', "'scores'");
  });
});
