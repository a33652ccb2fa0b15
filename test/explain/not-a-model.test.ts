import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import sharp from 'sharp';
import { describe, test } from 'vitest';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { ModelProtoSchema } from '../../src/explain/onnx/onnx_pb.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { expectRefusal, openFile, openTiny } from './open-tiny.ts';
import { smallClassifier, TinyModel } from './tiny-model.ts';

const png = () =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();

async function cut(share: number): Promise<Buffer> {
  const bytes = await readFile(await smallClassifier().write(await temporaryFolder()));
  return bytes.subarray(0, Math.floor(bytes.length * share));
}

describe('a file that is not an ONNX model', () => {
  test.each<[string, () => Uint8Array | string | Promise<Uint8Array>, string | RegExp]>([
    ['text', () => 'import torch\nmodel = torch.load("x.pt")\n', /protobuf|no graph/],
    ['JSON', () => '{"format": "layers-model"}', /protobuf|no graph/],
    ['nothing', () => '', 'the file is empty'],
    ['a picture', png, /protobuf|no graph/],
    ['a zip archive, as PyTorch saves', () => Buffer.from('504b0304000008080000', 'hex'), 'PyTorch (.pt, .pth)'],
    ['a pickle, as PyTorch saved', () => Buffer.from('80028a0a6cfc9c46f920', 'hex'), 'a pickle'],
    ['an HDF5 file', () => Buffer.from('894844460d0a1a0a0000', 'hex'), 'HDF5 file, as Keras'],
    ['a TensorFlow Lite model', () => Buffer.from('1c00000054464c331400', 'hex'), 'TensorFlow Lite'],
    ['weights alone', () => Buffer.from('08010000000000007b2261223a7b7d7d', 'hex'), 'safetensors'],
    ['a web page', () => '<!DOCTYPE html><html><body>404</body></html>', 'a web page'],
    ['a model cut in half', () => cut(0.5), 'protobuf'],
    ['a model that lacks its last bytes', () => cut(0.99), 'protobuf'],
    [
      'a message without a graph',
      () => toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n })),
      'no graph',
    ],
    ['a graph without nodes', () => toBinary(ModelProtoSchema, new TinyModel().build()), 'no graph'],
    [
      'a Git LFS pointer',
      () => 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 102530333\n',
      "'git lfs pull'",
    ],
  ])('%s', async (_, content, why) => {
    const file = path.join(await temporaryFolder(), 'classifier.onnx');
    await writeFile(file, await content());
    await expectRefusal(openFile(file), 'not-onnx', `'${file}' is not an ONNX model`, why, 'Export');
    await expectRefusal(describeLayers(file), 'not-onnx', why);
  });

  test('a graph without operator sets', async () => {
    const file = path.join(await temporaryFolder(), 'classifier.onnx');
    await writeFile(file, toBinary(ModelProtoSchema, { ...smallClassifier().build(), opsetImport: [] }));
    await expectRefusal(openFile(file), 'not-onnx', 'no operator set');
  });
});

test('a missing file', async () => {
  const file = path.join(await temporaryFolder(), 'missing.onnx');
  await expectRefusal(openFile(file), 'model-not-found', file, '--model');
});

test('a folder', async () => {
  const folder = path.join(await temporaryFolder(), 'model');
  await mkdir(folder);
  await expectRefusal(openFile(folder), 'model-unreadable', folder);
});

describe('a model that ONNX Runtime refuses', () => {
  test('for an operator that it does not have', async () => {
    const model = new TinyModel();
    const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    const odd = model.node('Sharpen', [x], { domain: 'acme.vision' });
    model.output(model.pooledHead(odd, 4, 5));
    await expectRefusal(openTiny(model), 'session-failed', 'could not load the model', 'acme.vision');
  });

  test('for an operator that an exporter left unconverted', async () => {
    const model = new TinyModel();
    const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    const call = model.node('StatefulPartitionedCall', [x], { name: 'net/depthwise/Call' });
    model.output(model.pooledHead(call, 4, 5));
    const attempt = openTiny(model);
    await expectRefusal(
      attempt,
      'session-failed',
      "no operator StatefulPartitionedCall, which node 'net/depthwise/Call'",
    );
    await expectRefusal(attempt, 'session-failed', /^(?!.*gradline\.).*Export the model in another way/);
  });

  test('for shapes that do not fit, whatever the batch', async () => {
    const model = new TinyModel();
    const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    const sum = model.node('Add', [x, model.weight('offsets', [7, 8])], { name: '/shifted/Add' });
    model.output(model.pooledHead(sum, 4, 5));
    await expectRefusal(openTiny(model), 'session-failed', '/shifted/Add');
  });
});
