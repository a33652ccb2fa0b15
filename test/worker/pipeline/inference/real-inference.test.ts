/** The run with ONNX Runtime in its thread, from the built files: Node 20 loads no TypeScript in a thread, so `npm test` builds first. */

import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { explainRun } from '../../../../src/worker/local/explain-run.ts';
import { openInference } from '../../../../src/worker/pipeline/inference/inference.ts';
import {
  configurationIn,
  filesIn,
  recordsIn,
  temporaryFolder,
  writeInto,
  writePictures,
} from '../../local/run-fixture.ts';
import { colorOptions, firstSlots, greyPictures, side, slotsWith } from '../color-inference.ts';
import { writeColorModel } from '../color-model.ts';

const builtThread = new URL('../../../../dist/worker/pipeline/inference/inference-thread.js', import.meta.url);

async function colorModel(): Promise<string> {
  const file = join(await temporaryFolder(), 'colors.onnx');
  await writeColorModel(file);
  return file;
}

async function explainReally(folder: string, changes: { batchSize: number; shardSize: number }) {
  const configuration = await configurationIn(folder, {
    layers: ['last'],
    targets: ['predicted', 'class:2'],
    maps: true,
    statistics: true,
    ...changes,
  });
  await writeColorModel(configuration.model);
  const events = {
    onProvider: () => {},
    onLayers: () => {},
    onNotice: () => {},
    onPlan: () => {},
    onProgress: () => {},
    onWarning: () => {},
  };
  return explainRun(configuration, events, new AbortController().signal, (options) =>
    openInference(options, builtThread),
  );
}

describe('the inference thread', () => {
  test('explains what lies in a slot and leaves there what it finds', async () => {
    const model = await colorModel();
    const inference = await openInference(colorOptions({ model, layers: ['last'], batchSize: 2 }), builtThread);
    onTestFinished(() => inference.close());
    expect(inference.model).toMatchObject({ batchSize: 2, classCount: 3, input: { height: side, width: side } });
    expect(inference.model).toMatchObject({ maps: [{ layer: 'last', height: 4, width: 4 }], statistics: [] });
    const green = Uint8Array.from({ length: 3 * side * side }, (_, i) => (i % 3 === 1 ? 255 : 0));
    const slots = slotsWith(inference.model, [...greyPictures(2), green]);
    expect(await inference.explain(slots, firstSlots(1, { slots: [2] }))).toEqual([]);
    expect(slots.pixels(2)).toEqual(green);
    const explanation = slots.readResult(2);
    expect([...explanation.logits].map((logit) => Math.round(logit * 1e5) / 1e5)).toEqual([0, 1, 0]);
    expect(explanation.maps[0]?.classes).toEqual(Int32Array.of(1));
    const rounded = [...(explanation.maps[0]?.values ?? [])].map((value) => Math.round(value * 16 * 1e4) / 1e4);
    expect(rounded).toEqual(Array.from({ length: 16 }, () => 1));
    expect([...slots.readResult(0).scores]).toEqual([0, 0, 0]);
  });

  test('names a layer that is not in the model as the library does', async () => {
    const opening = openInference(colorOptions({ model: await colorModel(), layers: ['layer5'] }), builtThread);
    await expect(opening).rejects.toMatchObject({ name: 'UserError', code: 'unknown-layer' });
  });
});

describe('a run with ONNX Runtime', () => {
  test('sees what is in the pictures, and quarantines what is none', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 20);
    await writeInto(folder, 'input/red/broken.png', 'nothing');
    const summary = await explainReally(folder, { batchSize: 4, shardSize: 6 });
    expect(summary).toMatchObject({
      state: 'complete',
      done: 20,
      quarantined: 1,
      lastLayer: expect.stringMatching(/./),
    });
    for (const record of await recordsIn(join(folder, 'output'))) {
      if (record.status === 'quarantined') continue;
      expect(record.maps.map(({ resolvedLayer }) => resolvedLayer)).toEqual([summary.lastLayer, summary.lastLayer]);
      expect(record.predicted).toBe(['red', 'green', 'blue'].indexOf(record.key.split('/')[0] ?? ''));
      expect(record.maps.map((map) => map.class)).toEqual([record.predicted, 2]);
      expect(record.maps[0]?.degenerate).toBe(false);
      expect(record.activations).toHaveLength(1);
    }
  });

  test('writes the same bytes for other batches and other threads', async () => {
    const folders = [await temporaryFolder(), await temporaryFolder()];
    const outputs = [];
    for (const [i, folder] of folders.entries()) {
      await writePictures(join(folder, 'input'), 14);
      await explainReally(folder, { batchSize: i === 0 ? 8 : 3, shardSize: 5 });
      outputs.push(await filesIn(join(folder, 'output')));
    }
    const [a, b] = outputs;
    expect(a?.size).toBe(1 + 3 + 3 + 1 + 14 * 6);
    for (const [key, body] of a ?? []) if (key !== 'run.json') expect(b?.get(key)?.equals(body), key).toBe(true);
  });
});
