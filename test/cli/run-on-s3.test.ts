import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/shared/store/open-store.ts';
import { s3Program, useS3 } from '../fleet/use-s3.ts';
import { gradline, runArguments, tinyProject } from './gradline.ts';

describe.skipIf(s3Program === null)('a run from bucket to bucket', () => {
  const server = useS3('photos');

  test('writes the same objects as a run from folder to folder', async () => {
    const folder = await tinyProject(5);
    const store = await openStore('s3://photos/val');
    const photos = join(folder, 'photos');
    for (const key of await readdir(photos, { recursive: true })) {
      if (key.endsWith('.png')) await store.put(key, await readFile(join(photos, key)), 'image/png');
    }
    const more = ['--maps', '--scores', 'both', '--layers', 'layer1'];
    expect((await gradline(runArguments(folder, ...more))).code).toBe(0);
    const args = runArguments(folder, ...more);
    args[1] = 's3://photos/val';
    args[args.indexOf('--output') + 1] = 's3://photos/out';
    const { code, stdout, stderr } = await gradline(args, server().environment);
    expect(stderr).not.toContain('Warning');
    expect(stdout).toContain('Explained 5 images');
    expect(code).toBe(0);

    const output = await openStore('s3://photos/out');
    const keys: string[] = [];
    for await (const { key } of output.list()) keys.push(key);
    const local: string[] = [];
    for await (const { key } of (await openStore(join(folder, 'out'))).list()) local.push(key);
    expect(keys).toEqual(local);
    expect(keys).toContain('overlays/red/0000.png/layer1.grad-cam.predicted.jpg');
    const namesOfRun = ['run.json', 'report/findings.json', 'report/data/report.js'];
    for (const key of keys.filter((name) => !namesOfRun.includes(name))) {
      expect((await output.get(key)).equals(await readFile(join(folder, 'out', key)))).toBe(true);
    }
  });

  test('takes its model from a bucket as well, and what lies there no more is named', async () => {
    const folder = await tinyProject(2);
    const args = runArguments(folder);
    const at = args.indexOf('--model') + 1;
    const store = await openStore('s3://photos/models');
    await store.putFile('tiny.onnx', args[at] ?? '', 'application/octet-stream');
    args[at] = 's3://photos/models/tiny.onnx';
    const environment = { ...server().environment, XDG_CACHE_HOME: join(folder, 'cache') };
    const { code, stdout } = await gradline(args, environment);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Explained 2 images')]);
    const file = JSON.parse(await readFile(join(folder, 'out/run.json'), 'utf8'));
    expect(file.configuration.model).toBe('s3://photos/models/tiny.onnx');
    args[at] = 's3://photos/models/gone.onnx';
    args[args.indexOf('--output') + 1] = join(folder, 'other');
    const gone = await gradline(args, environment);
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining('gone.onnx')]);
  });

  test('a bucket that does not exist is exit code 2', async () => {
    const folder = await tinyProject(1);
    const args = runArguments(folder);
    args[1] = 's3://missing-bucket/val';
    const { code, stderr } = await gradline(args, server().environment);
    expect(stderr).toMatch(/^gradline: Cannot list s3:\/\/missing-bucket\/val: the bucket does not exist\./);
    expect(code).toBe(2);
  });
});
