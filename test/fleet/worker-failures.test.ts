import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/shared/store/open-store.ts';
import { fleetAvailable, quick, recordsOf, useFleet } from './fleet.ts';

describe.skipIf(!fleetAvailable)('failures', () => {
  const fleet = useFleet();

  test('an image that kills the process is quarantined, and no other', async () => {
    const { enqueue, work, status, output } = fleet();
    await enqueue('crashing', 'val');
    const ends: (number | null)[] = [];
    while ((await status('crashing')).state !== 'complete') {
      ends.push((await work(quick, 'gradline:image green/0007.png SIGSEGV')).code);
    }
    // Once among others, twice alone, and then it is left out.
    expect(ends).toEqual([null, null, null, 0]);
    const quarantined = (await recordsOf(await output('crashing'))).filter((record) => record.status === 'quarantined');
    expect(quarantined).toMatchObject([
      { key: 'green/0007.png', label: 1, labelName: 'green', error: { code: 'crashed-worker' } },
    ]);
    expect(await status('crashing')).toMatchObject({ done: 23, quarantined: 1, failures: { 'crashed-worker': 1 } });
  });

  test('too many failed images stop the run', async () => {
    const { enqueue, work, status, output, queue } = fleet();
    const store = await openStore('s3://photos/broken');
    for (let i = 0; i < 12; i += 1) await store.put(`red/${i}.png`, 'no picture', 'image/png');
    await enqueue('broken', 'broken', '--max-failures', '5');
    const { code, stdout } = await work(['--until-empty', '--concurrency', '1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Run broken stopped: 6 images failed, more than the 5 that --max-failures allows\. .+$/m);
    expect(await status('broken')).toMatchObject({ state: 'failed', reason: { code: 'too-many-failures' } });
    const file = JSON.parse((await (await output('broken')).get('run.json')).toString('utf8'));
    expect(file).toMatchObject({ state: 'failed', error: { code: 'too-many-failures' }, counts: { quarantined: 6 } });
    expect(await queue.getJobCountByTypes('waiting', 'active', 'delayed')).toBe(0);
  });

  test('another model than the one planned with stops the run, with one message from the whole fleet', async () => {
    const { enqueue, work, status, project } = fleet();
    const photos = await openStore('s3://photos');
    await photos.put('changing.onnx', await readFile(join(project, 'model.onnx')), 'application/octet-stream');
    await enqueue('changed', 'val', '--model', 's3://photos/changing.onnx');
    await photos.put('changing.onnx', 'something else', 'application/octet-stream');
    // A worker that has the planned model in its cache does not ask the bucket.
    const flags = ['--until-empty', '--model-cache', join(project, 'empty-cache')];
    const ends = await Promise.all([work(flags), work(flags)]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    const told = ends.flatMap(({ stdout }) => stdout.match(/^Run changed stopped: .+$/gm) ?? []);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/The model at s3:\/\/photos\/changing\.onnx is not the one that the run was planned with/);
    expect(await status('changed')).toMatchObject({ state: 'failed', reason: { code: 'model-differs' }, done: 0 });
  });

  test('a worker whose login is refused stops a run that nobody has worked on', async () => {
    const { enqueue, startWorker, status } = fleet();
    await enqueue('refused', 'val');
    const worker = startWorker(['--until-empty'], '', { AWS_SECRET_ACCESS_KEY: 'wrong' });
    const { code, stdout } = await worker.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Run refused stopped: .*the server refused the AWS credentials/m);
    expect(await status('refused')).toMatchObject({ state: 'failed', reason: { code: 'access-denied' } });
  });

  test('a worker whose login is refused leaves a run alone that others work on', async () => {
    const { enqueue, startWorker, work, status } = fleet();
    await enqueue('shared', 'val');
    await work(['--concurrency', '1'], 'gradline:image green/0001.png SIGTERM');
    expect((await status('shared')).settledShards).toBeGreaterThan(0);
    const worker = startWorker(['--until-empty'], '', { AWS_SECRET_ACCESS_KEY: 'wrong' });
    const { code, stderr } = await worker.ended;
    expect(stderr).toMatch(/^gradline: .*the server refused the AWS credentials/);
    expect(code).toBe(3);
    expect((await status('shared')).state).toBe('running');
    await work(quick);
    expect(await status('shared')).toMatchObject({ state: 'complete', done: 24 });
  });

  test('a model from a bucket is kept by its digest', async () => {
    const { enqueue, work, environment } = fleet();
    await enqueue('cached', 'val');
    await work(quick);
    const models = join(environment.XDG_CACHE_HOME ?? '', 'gradline/models');
    const kept = await readdir(models);
    expect(kept.every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
    expect(await readdir(join(models, kept[0] ?? ''))).toEqual(['model.onnx']);
  });
});
