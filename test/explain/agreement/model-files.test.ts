import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Explainer } from '../../../src/explain/explainer.ts';

const golden = path.join(import.meta.dirname, '../../goldens/thin/resnet18-external-data');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'model-files-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('leaves a model and its external weights as they were', async () => {
  const files = new Map<string, Buffer>();
  for (const name of ['model.onnx', 'weights.bin']) {
    const bytes = gunzipSync(await readFile(path.join(golden, `${name}.gz`)));
    files.set(name, bytes);
    await writeFile(path.join(folder, name), bytes);
  }
  const opened = Explainer.open({ model: path.join(folder, 'model.onnx'), layers: ['layer4'], batchSize: 1 });
  // Whether it opens is asked elsewhere: the files must survive either way.
  await opened.then(
    (explainer) => explainer.close(),
    () => undefined,
  );
  for (const [name, bytes] of files) {
    expect((await readFile(path.join(folder, name))).equals(bytes), `${name} is as it was`).toBe(true);
  }
});
