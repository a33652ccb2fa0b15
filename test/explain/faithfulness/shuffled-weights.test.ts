import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { shuffleWeights } from '../../../src/explain/faithfulness/shuffled-weights.ts';
import type { OnnxModel } from '../../../src/explain/onnx/model-file.ts';
import { StringStringEntryProtoSchema } from '../../../src/explain/onnx/onnx_pb.ts';
import { externalLocation, tensorValues } from '../../../src/explain/onnx/tensor-data.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';
import { smallClassifier, TinyModel } from '../tiny-model.ts';

const valuesOf = (model: OnnxModel) =>
  new Map(model.graph.initializer.map((tensor) => [tensor.name, tensorValues(tensor) ?? []] as const));

/** Names of the tensors whose values differ. */
function changed(before: ReturnType<typeof valuesOf>, after: ReturnType<typeof valuesOf>): string[] {
  return [...before.keys()].filter((name) => before.get(name)?.join() !== after.get(name)?.join());
}

test('all layers: every tensor holds its own values in another order', () => {
  const model = smallClassifier().build();
  const before = valuesOf(model);
  shuffleWeights(model, 'allLayers', '.');
  const after = valuesOf(model);
  expect(changed(before, after)).toEqual([...before.keys()]);
  for (const [name, values] of before) {
    expect(after.get(name)?.toSorted((a, b) => a - b)).toEqual(values.toSorted((a, b) => a - b));
  }
});

test('the last layer: nothing else changes', () => {
  const model = smallClassifier({ end: ['Softmax'] }).build();
  const before = valuesOf(model);
  shuffleWeights(model, 'lastLayer', '.');
  expect(changed(before, valuesOf(model))).toEqual(['/fc/Gemm.weight', '/fc/Gemm.bias']);
});

test('the same model is shuffled in the same way', () => {
  const [one, other] = [smallClassifier().build(), smallClassifier().build()];
  shuffleWeights(one, 'allLayers', '.');
  shuffleWeights(other, 'allLayers', '.');
  expect(valuesOf(one)).toEqual(valuesOf(other));
});

test('shapes and axes stay as they are', () => {
  const model = new TinyModel();
  const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 6);
  const flat = model.node('Reshape', [x, model.ints('shape', [0, 6, 64])]);
  const mean = model.node('ReduceMean', [flat, model.ints('axes', [2])], { attributes: { keepdims: 0 } });
  const built = model.output(model.linear(mean, '/fc/Gemm', 6, 5)).build();
  const before = valuesOf(built);
  shuffleWeights(built, 'allLayers', '.');
  expect(changed(before, valuesOf(built))).not.toContain('shape');
  expect(changed(before, valuesOf(built))).not.toContain('axes');
});

test('weights in a file of their own are shuffled in the model, and the file is not touched', async () => {
  const folder = await temporaryFolder();
  const model = smallClassifier().build();
  const weights = model.graph.initializer.find(({ name }) => name === '/fc/Gemm.weight');
  if (weights === undefined) throw new Error('no weights');
  const before = tensorValues(weights);
  await writeFile(path.join(folder, 'weights.bin'), Buffer.concat([Buffer.alloc(8), weights.rawData]));
  weights.dataLocation = externalLocation;
  const place = { location: 'weights.bin', offset: '8', length: String(weights.rawData.length) };
  weights.externalData = Object.entries(place).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  weights.rawData = new Uint8Array();
  shuffleWeights(model, 'lastLayer', folder);
  const after = tensorValues(weights);
  expect(after).not.toEqual(before);
  expect(after?.toSorted((a, b) => a - b)).toEqual(before?.toSorted((a, b) => a - b));
});
