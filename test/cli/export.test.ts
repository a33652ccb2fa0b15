import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/shared/store/open-store.ts';
import { s3Program, useS3 } from '../fleet/use-s3.ts';
import { gradline, runArguments, tinyProject } from './gradline.ts';

async function explained(...more: string[]): Promise<{ folder: string; out: string }> {
  const folder = await tinyProject(6);
  expect((await gradline(runArguments(folder, ...more))).code).toBe(0);
  return { folder, out: join(folder, 'out') };
}

test('gradline export writes a run for another program and says what to do with it', async () => {
  const { folder, out } = await explained('--layers', 'layer1,layer2');
  const target = join(folder, 'handed-over');
  const { code, stdout, stderr } = await gradline(['export', out, '--to', 'fiftyone', '--output', target]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    new RegExp(
      `^Wrote 6 images to ${target}: load_fiftyone\\.py and 4 more files\nLoad it where FiftyOne is installed`,
    ),
  );
  const [first] = (await readFile(join(target, 'samples.jsonl'), 'utf8')).split('\n');
  expect(JSON.parse(first ?? '')).toMatchObject({
    filepath: join(folder, 'photos/blue/0002.png'),
    label: 'blue',
    seen: { left: 0, top: 0, width: 8, height: 8 },
  });
});

test.each([
  ['label-studio', 'tasks.json'],
  ['coco', 'instances.json'],
  ['csv', 'collect.csv'],
  ['spray', 'index.csv'],
])('%s begins with %s', async (format, file) => {
  const { folder, out } = await explained();
  const args = ['export', out, '--to', format, '--output', join(folder, 'handed-over'), '--json'];
  const { code, stdout } = await gradline(args);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect([result.format, result.files[0]]).toEqual([format, file]);
  expect((await readFile(join(folder, 'handed-over', file))).length).toBeGreaterThan(0);
});

test('what is missing for a format, and mistakes of the user, end with 2', async () => {
  const { folder, out } = await explained('--no-report', '--no-evidence');
  const target = ['--output', join(folder, 'handed-over')];
  for (const [args, message] of [
    [['export', out, '--to', 'csv', ...target], 'gradline report'],
    [['export', out, '--to', 'spray', ...target], '--no-evidence'],
    [['export', join(folder, 'photos'), '--to', 'coco', ...target], 'not the output of a run'],
    [['export', out, '--to', 'excel', ...target], "'excel' is invalid"],
    [['export', out, ...target], '--to'],
    [['export', out, '--to', 'coco'], '--output'],
    [['export', out, '--to', 'coco', '--only', 'some', ...target], "'some' is invalid"],
  ] as const) {
    const { code, stdout, stderr } = await gradline([...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  }
});

describe.skipIf(s3Program === null)('an export from bucket to bucket', () => {
  const server = useS3('results');

  test('is the same as from folder to folder', async () => {
    const { folder, out } = await explained();
    const [local, remote] = [await openStore(out), await openStore('s3://results/nightly')];
    for await (const { key } of local.list()) await remote.put(key, await local.get(key), 'application/octet-stream');
    const to = ['--to', 'spray', '--output'];
    expect((await gradline(['export', out, ...to, join(folder, 'handed-over')])).code).toBe(0);
    const args = ['export', 's3://results/nightly', ...to, 's3://results/handed-over'];
    expect((await gradline(args, server().environment)).code).toBe(0);
    const [here, there] = [await openStore(join(folder, 'handed-over')), await openStore('s3://results/handed-over')];
    const keys: string[] = [];
    for await (const { key } of there.list()) {
      keys.push(key);
      expect((await there.get(key)).equals(await here.get(key))).toBe(true);
    }
    expect(keys).toEqual([
      'heatmaps/class-0.npy',
      'heatmaps/class-1.npy',
      'heatmaps/class-2.npy',
      'index.csv',
      'index.jsonl',
    ]);
  });
});
