import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunConfiguration } from '../../../src/shared/run/configuration.ts';
import {
  configurationIn,
  explain,
  filesIn,
  recordsIn,
  runFileIn,
  temporaryFolder,
  writeInto,
  writePictures,
} from './run-fixture.ts';

const imageCount = 150;
const sum = (numbers: number[] = []) => numbers.reduce((a, b) => a + b, 0);

/** A folder with a run that was interrupted early on. */
async function interruptedRun(changes: Partial<RunConfiguration> = {}) {
  const folder = await temporaryFolder();
  const keys = await writePictures(join(folder, 'input'), imageCount);
  await writeInto(folder, 'input/blue/0002.png', 'broken');
  const configuration = await configurationIn(folder, { labels: 'folder', ...changes });
  const first = await explain(configuration, { abortAfter: 5 });
  return { folder, keys, configuration, first };
}

describe('an interrupted run', () => {
  test('finishes and commits the shards at hand, and begins no other', async () => {
    const { keys, configuration, first } = await interruptedRun();
    expect(first.state).toBe('interrupted');
    expect(first.images).toBeGreaterThan(0);
    expect(first.images).toBeLessThan(imageCount);
    expect(first.images % configuration.shardSize).toBe(0);
    const records = await recordsIn(configuration.output);
    expect(records.map(({ key }) => key)).toEqual(keys.slice(0, first.images));
    const overlays = [...(await filesIn(configuration.output)).keys()].filter((key) =>
      /^overlays\/.*predicted\./.test(key),
    );
    expect(overlays).toHaveLength(first.done);
    expect(await runFileIn(configuration.output)).toMatchObject({
      state: 'interrupted',
      counts: { images: imageCount, done: first.done, quarantined: 1 },
    });
  });
});

describe('--resume', () => {
  test('does what is left, repeats nothing, and ends with the output of one uninterrupted run', async () => {
    const { folder, keys, configuration, first } = await interruptedRun();
    const second = await explain({ ...configuration, resume: true });
    expect(sum(first.inferences[0]?.batches) + sum(second.inferences[0]?.batches)).toBe(imageCount - 1);
    expect(second).toMatchObject({
      run: first.run,
      state: 'complete',
      images: imageCount,
      done: imageCount - 1,
      quarantined: 1,
      skipped: first.images,
      failures: { 'not-an-image': 1 },
      labelled: imageCount - 1,
    });
    expect(second.progress.at(-1)).toMatchObject({ done: imageCount - 1, quarantined: 1, total: imageCount });

    const whole = await explain({ ...configuration, output: join(folder, 'whole') });
    expect(second.accuracy).toBe(whole.accuracy);
    const [resumed, expected] = [await filesIn(configuration.output), await filesIn(join(folder, 'whole'))];
    expect([...resumed.keys()]).toEqual([...expected.keys()]);
    for (const [key, body] of expected) {
      if (key !== 'run.json') expect(resumed.get(key)?.equals(body), key).toBe(true);
    }
    expect((await recordsIn(configuration.output)).map(({ key }) => key)).toEqual(keys);
  });

  test('of a complete run explains nothing', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 9);
    const configuration = await configurationIn(folder);
    await explain(configuration);
    const again = await explain({ ...configuration, resume: true });
    expect(again).toMatchObject({ state: 'complete', images: 9, skipped: 9 });
    expect(again.inferences.flatMap(({ batches }) => batches)).toEqual([]);
  });

  test('starts an output that does not exist yet', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 3);
    expect(await explain(await configurationIn(folder, { resume: true }))).toMatchObject({ images: 3, skipped: 0 });
  });

  test('is needed to write where a run already is', async () => {
    const { configuration } = await interruptedRun();
    await expect(explain(configuration)).rejects.toMatchObject({
      name: 'UserError',
      code: 'output-not-empty',
      message: expect.stringContaining('--resume'),
    });
  });

  test('refuses other settings and names them', async () => {
    const { configuration } = await interruptedRun();
    const changed = { ...configuration, resume: true, layers: ['layer3'], maps: true, threads: 1 };
    const error = await explain(changed).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'UserError', code: 'run-differs' });
    expect(String(error)).toContain('layers (["layer4"] then, ["layer3"] now); maps (false then, true now).');
    expect(String(error)).not.toContain('threads');
  });

  test('refuses another model under the same name', async () => {
    const { configuration } = await interruptedRun();
    await writeFile(configuration.model, 'trained further');
    await expect(explain({ ...configuration, resume: true })).rejects.toMatchObject({
      code: 'run-differs',
      message: expect.stringContaining('the content of the model file'),
    });
  });

  test('refuses other class names', async () => {
    const { folder, configuration } = await interruptedRun();
    await writeFile(join(folder, 'names.json'), '["blue", "green", "red"]');
    const same = { ...configuration, resume: true, classes: join(folder, 'names.json') };
    await writeFile(join(folder, 'other.json'), '["red", "green", "blue"]');
    await expect(explain({ ...same, classes: join(folder, 'other.json') })).rejects.toMatchObject({
      code: 'run-differs',
      message: expect.stringContaining('the class names'),
    });
    expect(await explain(same)).toMatchObject({ state: 'complete', images: imageCount });
  });

  test('refuses an input with other images and shows the first', async () => {
    const { configuration } = await interruptedRun();
    await writeInto(configuration.input, 'aqua.png', 'new');
    await expect(explain({ ...configuration, labels: null, resume: true })).rejects.toMatchObject({
      code: 'run-differs',
    });
    await expect(explain({ ...configuration, resume: true })).rejects.toMatchObject({
      code: 'input-changed',
      message: expect.stringContaining('image 1: "blue/0002.png" with label 0 then, "aqua.png" with no label now'),
    });
  });

  test('says which part of the output is damaged', async () => {
    const { configuration } = await interruptedRun();
    await writeInto(configuration.output, 'scores/part-00000.jsonl', '{"key": "blue/00');
    await expect(explain({ ...configuration, resume: true })).rejects.toMatchObject({
      code: 'damaged-output',
      message: expect.stringContaining('scores/part-00000.jsonl, line 1'),
    });
  });
});
