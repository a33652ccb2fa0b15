import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  ValueInfoProtoSchema,
} from '../../src/explain/onnx/onnx_pb.ts';
import { externalLocation, float32Tensor } from '../../src/explain/onnx/tensor-data.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { difference, expectRefusal, openFile } from './open-tiny.ts';
import { inputName, pixels, smallClassifier, TinyModel } from './tiny-model.ts';

/** Moves weights of a model into one block of bytes, which its tensors say lies in the file `location`. */
function moveWeights(tensors: readonly TensorProto[], location: string): Uint8Array {
  let offset = 0;
  const blocks: Uint8Array[] = [];
  for (const tensor of tensors) {
    const { length } = tensor.rawData;
    blocks.push(tensor.rawData);
    tensor.rawData = new Uint8Array();
    tensor.dataLocation = externalLocation;
    tensor.externalData = Object.entries({ location, offset, length }).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value: String(value) }),
    );
    offset += length;
  }
  return Buffer.concat(blocks);
}

async function mapOf(file: string, layers = ['features']): Promise<Float32Array | undefined> {
  await using explainer = await openFile(file, { layers });
  return (await explainer.explain(pixels(2), { count: 2 })).maps[0]?.values;
}

async function referenceMap(): Promise<Float32Array | undefined> {
  return mapOf(await smallClassifier().write(await temporaryFolder()));
}

// The last two are names that Gradline's own files have.
test.each(['model.onnx.data', 'weights/all.bin', 'weights.bin', 'simplified.onnx'])(
  'weights in %s are read and left as they are',
  async (location) => {
    const folder = await temporaryFolder();
    const model = smallClassifier();
    const bytes = moveWeights(model.initializers, location);
    const stored = path.join(folder, location);
    await mkdir(path.dirname(stored), { recursive: true });
    await writeFile(stored, bytes);
    const file = await model.write(folder);
    expect(difference(await mapOf(file), await referenceMap())).toBe(0);
    expect(difference(await mapOf(file, ['last']), await referenceMap())).toBe(0);
    expect(Buffer.compare(await readFile(stored), bytes)).toBe(0);
  },
);

test('weights behind a symbolic link, as a Hugging Face cache keeps them', async () => {
  const folder = await temporaryFolder();
  const model = smallClassifier();
  const bytes = moveWeights(model.initializers, 'model.onnx_data');
  await mkdir(path.join(folder, 'blobs'));
  await writeFile(path.join(folder, 'blobs', '6f1a'), bytes);
  const file = await model.write(folder, 'snapshots/1/model.onnx');
  await symlink('../../blobs/6f1a', path.join(folder, 'snapshots', '1', 'model.onnx_data'));
  expect(difference(await mapOf(file), await referenceMap())).toBe(0);
});

test('missing weights', async () => {
  const model = smallClassifier();
  moveWeights(model.initializers, 'model.onnx.data');
  const file = await model.write(await temporaryFolder());
  await expectRefusal(openFile(file), 'weights-not-found', "'model.onnx.data'", 'beside the model');
});

test.each(['../shared.bin', '/var/shared.bin'])('weights outside the folder of the model: %s', async (location) => {
  const folder = await temporaryFolder();
  const model = smallClassifier();
  await writeFile(path.join(folder, 'shared.bin'), moveWeights(model.initializers, location));
  const file = await model.write(folder, 'inside/model.onnx');
  await expectRefusal(openFile(file), 'weights-not-found', `'${location}'`, 'outside its own folder');
});

test('weights shorter than the model says', async () => {
  const folder = await temporaryFolder();
  const model = smallClassifier();
  await writeFile(path.join(folder, 'cut.bin'), moveWeights(model.initializers, 'cut.bin').subarray(0, 500));
  await expectRefusal(openFile(await model.write(folder)), 'session-failed', /out of bounds|cannot be read/);
});

test('weights of the branches of an If beside the path', async () => {
  const branch = (name: string, value: number) => ({
    weight: float32Tensor(
      `${name}.weight`,
      Array.from({ length: 64 }, () => value),
      [1, 1, 8, 8],
    ),
    node: name,
  });
  const gated = () => {
    const model = new TinyModel();
    const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    const wide = model.node('Greater', [
      model.node('ReduceMean', [inputName], { attributes: { keepdims: 0 } }),
      model.weight('limit', [], [9]),
    ]);
    const inner = [branch('then', 5), branch('else', 2)].map(({ weight, node }) =>
      create(GraphProtoSchema, {
        name: node,
        initializer: [weight],
        node: [create(NodeProtoSchema, { opType: 'Identity', input: [weight.name], output: [node] })],
        output: [create(ValueInfoProtoSchema, { name: node })],
      }),
    );
    const chosen = model.node('If', [wide], { name: '/gate/If' });
    model.nodes
      .at(-1)
      ?.attribute.push(
        ...inner.map((g, i) =>
          create(AttributeProtoSchema, { name: i === 0 ? 'then_branch' : 'else_branch', type: 5, g }),
        ),
      );
    const scaled = model.node('Mul', [x, chosen], { name: '/scaled/Mul' });
    model.output(model.pooledHead(scaled, 4, 5));
    return { model, weights: inner.flatMap(({ initializer }) => initializer) };
  };
  const own = await mapOf(await gated().model.write(await temporaryFolder()), ['conv']);
  const folder = await temporaryFolder();
  const { model, weights } = gated();
  await writeFile(path.join(folder, 'branches.bin'), moveWeights(weights, 'branches.bin'));
  expect(difference(await mapOf(await model.write(folder), ['conv']), own)).toBe(0);
});
