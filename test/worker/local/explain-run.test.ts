import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunConfiguration } from '../../../src/shared/run/configuration.ts';
import {
  configurationIn,
  explain,
  filesIn,
  picture,
  recordsIn,
  runFileIn,
  temporaryFolder,
  writeInto,
  writePictures,
} from './run-fixture.ts';

describe('a run', () => {
  test('explains every image and writes records, overlays and run.json', async () => {
    const folder = await temporaryFolder();
    const keys = await writePictures(join(folder, 'input'), 20);
    const configuration = await configurationIn(folder, { labels: 'folder' });
    const told = await explain(configuration);

    const { run, state, images, done, quarantined, skipped, failures, accuracy, labelled, output } = told;
    expect({ state, images, done, quarantined, skipped, failures, accuracy, labelled, output }).toEqual({
      state: 'complete',
      images: 20,
      done: 20,
      quarantined: 0,
      skipped: 0,
      failures: {},
      // By folder blue is class 0 and red class 2, for the inference the other way round: the seven green ones are right.
      accuracy: 7 / 20,
      labelled: 20,
      output: configuration.output,
    });
    expect(told.plans).toEqual([20]);
    expect(told.progress.at(-1)).toMatchObject({ done: 20, quarantined: 0, total: 20 });
    expect(told.inferences.map(({ closed }) => closed)).toEqual([true]);

    const records = await recordsIn(configuration.output);
    expect(records.map(({ key }) => key)).toEqual(keys);
    const files = await filesIn(configuration.output);
    const overlays = records.flatMap((record) => (record.status === 'done' ? record.maps.map((m) => m.overlay) : []));
    expect(overlays).toHaveLength(20);
    expect([...files.keys()]).toEqual(
      [
        ...overlays,
        ...keys.map((key) => `overlays/${key}/seen.png`),
        'evidence/part-00000.npz',
        'evidence/part-00001.npz',
        'evidence/part-00002.npz',
        'evidence/part-00003.npz',
        'run.json',
        'scores/part-00000.jsonl',
        'scores/part-00001.jsonl',
        'scores/part-00002.jsonl',
        'scores/part-00003.jsonl',
        'scores/scores.parquet',
      ].sort(),
    );
    expect(await runFileIn(configuration.output)).toMatchObject({
      run,
      state: 'complete',
      configuration,
      counts: { images: 20, done: 20, quarantined: 0, labelled: 20 },
      digests: { model: expect.stringMatching(/^[0-9a-f]{64}$/) },
      versions: { node: process.versions.node },
      execution: { provider: 'cpu', devices: [], batchSize: configuration.batchSize, precision: 'float32' },
      error: null,
    });
  });

  test('fills batches across shards: only the last one is short', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 23);
    const { inferences } = await explain(await configurationIn(folder, { shardSize: 3, batchSize: 4 }));
    expect(inferences[0]?.batches).toEqual([4, 4, 4, 4, 4, 3]);
  });

  test('writes the same bytes again, whatever the batches are', async () => {
    const [first, second] = [await temporaryFolder(), await temporaryFolder()];
    for (const folder of [first, second]) await writePictures(join(folder, 'input'), 17);
    const changes: Partial<RunConfiguration> = { maps: true, scores: 'both' };
    await explain(await configurationIn(first, { ...changes, batchSize: 4 }));
    await explain(await configurationIn(second, { ...changes, batchSize: 5 }));
    const [a, b] = [await filesIn(join(first, 'output')), await filesIn(join(second, 'output'))];
    expect([...a.keys()]).toEqual([...b.keys()]);
    expect(a.size).toBe(1 + 3 + 3 + 1 + 17 * 5);
    for (const [key, body] of a) if (key !== 'run.json') expect(body.equals(b.get(key) ?? Buffer.of()), key).toBe(true);
  });

  test('draws only mistakes with overlays "errors"', async () => {
    const folder = await temporaryFolder();
    await writeInto(folder, 'input/list.csv', 'key,label\na.png,0\nb.png,0\nc.png,2\nd.png,\n');
    for (const name of ['a', 'b', 'c', 'd']) await writeInto(folder, `input/${name}.png`, await picture('red'));
    const configuration = await configurationIn(folder, { input: join(folder, 'input', 'list.csv') });
    configuration.overlays.write = 'errors';
    await explain(configuration);
    const files = [...(await filesIn(configuration.output)).keys()];
    expect(files.filter((key) => key.startsWith('overlays/'))).toEqual([
      'overlays/c.png/layer4.grad-cam.predicted.png',
      'overlays/c.png/seen.png',
    ]);
    const drawn = (await recordsIn(configuration.output)).map(
      (r) => r.status === 'done' && r.maps[0]?.overlay !== null,
    );
    expect(drawn).toEqual([false, false, true, false]);
  });

  test('writes raw maps with an index, and none where an image lacks the target', async () => {
    const folder = await temporaryFolder();
    await writeInto(folder, 'input/list.csv', 'key,label\na.png,1\nb.png,\n');
    for (const name of ['a', 'b']) await writeInto(folder, `input/${name}.png`, await picture('red'));
    const configuration = await configurationIn(folder, {
      input: join(folder, 'input', 'list.csv'),
      targets: ['predicted', 'label'],
      maps: true,
    });
    await explain(configuration);
    const files = await filesIn(configuration.output);
    const entry = { layer: 'layer4', method: 'grad-cam', shape: [4, 4] };
    expect(JSON.parse(String(files.get('maps/a.png/index.json')))).toEqual([
      { ...entry, file: 'layer4.grad-cam.predicted.npy', target: 'predicted', class: 0 },
      { ...entry, file: 'layer4.grad-cam.label.npy', target: 'label', class: 1 },
    ]);
    expect(JSON.parse(String(files.get('maps/b.png/index.json')))).toHaveLength(1);
    expect(files.get('maps/a.png/layer4.grad-cam.label.npy')).toHaveLength(128 + 16 * 4);
    const [, unlabelled] = await recordsIn(configuration.output);
    expect(unlabelled?.status === 'done' && unlabelled.maps[1]).toMatchObject({
      target: 'label',
      class: -1,
      overlay: null,
      map: null,
      degenerateReason: 'no-label',
    });
  });

  test('warns when a label is not among the classes of the model', async () => {
    const folder = await temporaryFolder();
    await writeInto(folder, 'input/list.csv', 'key,label\na.png,7\n');
    await writeInto(folder, 'input/a.png', await picture('red'));
    const configuration = await configurationIn(folder, { input: join(folder, 'input', 'list.csv') });
    const { warnings, accuracy } = await explain(configuration);
    expect(warnings.join('\n')).toContain("a.png has the label 7, but the model's classes end at 2");
    expect(accuracy).toBe(0);
  });
});

describe('bad images', () => {
  test('are quarantined with a code each, and the rest is explained', async () => {
    const folder = await temporaryFolder();
    const whole = await picture('red');
    const images: [string, Buffer | string][] = [
      ['a.png', whole],
      ['empty.png', ''],
      ['text.jpg', 'this is text'],
      ['vector.png', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
      ['z.png', whole],
    ];
    for (const [key, body] of images) await writeInto(folder, `input/${key}`, body);
    const keys = ['a.png', '../a.png', 'empty.png', 'missing.png', 'text.jpg', 'vector.png', 'z.png'];
    await writeInto(folder, 'input/list.csv', `key\n${keys.join('\n')}\n`);
    const configuration = await configurationIn(folder, {
      input: join(folder, 'input', 'list.csv'),
      scores: 'both',
    });
    const { state, done, quarantined, failures } = await explain(configuration);

    expect({ state, done, quarantined }).toEqual({ state: 'complete', done: 2, quarantined: 5 });
    expect(failures).toEqual({
      'bad-key': 1,
      'empty-file': 1,
      'not-an-image': 1,
      'not-found': 1,
      'unsupported-format': 1,
    });
    const records = await recordsIn(configuration.output);
    expect(records.map(({ key }) => key)).toEqual(keys);
    expect(records.map((r) => (r.status === 'done' ? 'done' : r.error.code))).toEqual([
      'done',
      'bad-key',
      'empty-file',
      'not-found',
      'not-an-image',
      'unsupported-format',
      'done',
    ]);
    const own = [...(await filesIn(configuration.output)).keys()].filter((key) => key.startsWith('scores/images/'));
    expect(own).toEqual(
      keys
        .filter((key) => !key.startsWith('..'))
        .map((key) => `scores/images/${key}.json`)
        .sort(),
    );
  });

  test('leave no hole in the batches', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 12);
    for (const key of ['green/0001.png', 'red/0003.png']) await writeInto(folder, `input/${key}`, 'broken');
    const { inferences } = await explain(await configurationIn(folder, { batchSize: 4 }));
    expect(inferences[0]?.batches).toEqual([4, 4, 2]);
  });

  test('are announced loudly once when the first hundred are all bad', async () => {
    const folder = await temporaryFolder();
    for (let i = 0; i < 205; i += 1) await writeInto(folder, `input/${String(i).padStart(3, '0')}.jpg`, 'no picture');
    const { warnings, quarantined } = await explain(await configurationIn(folder, { shardSize: 64 }));
    expect(warnings.filter((message) => message.startsWith('ALL OF THE FIRST 100 IMAGES FAILED'))).toHaveLength(1);
    expect(warnings[0]).toContain('not-an-image');
    expect(quarantined).toBe(205);
  });

  test('are not announced when one in between is good', async () => {
    const folder = await temporaryFolder();
    for (let i = 0; i < 120; i += 1) await writeInto(folder, `input/${String(i).padStart(3, '0')}.jpg`, 'no picture');
    await writeInto(folder, 'input/000.jpg', await picture('blue'));
    const { warnings } = await explain(await configurationIn(folder, { batchSize: 1 }));
    expect(warnings).toEqual([]);
  });
});
