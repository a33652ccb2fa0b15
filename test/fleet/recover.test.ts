import { describe, expect, test } from 'vitest';
import { gradline } from '../cli/gradline.ts';
import { fleetAvailable, localRun, objectsOf, quick, until, useFleet } from './fleet.ts';

describe.skipIf(!fleetAvailable)('a fleet whose Redis loses everything', () => {
  const fleet = useFleet();

  test('goes on after gradline recover, and its output is that of gradline run byte for byte', async () => {
    const { redis, enqueue, startWorker, work, status, output, environment } = fleet();
    const more = ['--shard-size', '3', '--maps'];
    expect((await enqueue('lost', 'val', ...more)).code).toBe(0);
    // It stops itself in the middle, at an image of the fourth of eight shards.
    const first = startWorker(['--concurrency', '1', '--json'], 'gradline:image green/0010.png SIGKILL');
    await first.ended;
    const { settledShards } = await status('lost');
    expect(settledShards).toBeGreaterThan(0);
    expect(settledShards).toBeLessThan(8);
    await redis.flushall();

    // Without the ledger a worker has nothing to do, and a producer says what to do.
    expect((await work(quick)).code).toBe(0);
    const refused = await enqueue('lost', 'val', ...more);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('gradline recover s3://out/lost') });

    const recovered = await gradline(['recover', 's3://out/lost', '--json'], environment);
    expect(recovered.stderr).toBe('');
    const summary = JSON.parse(recovered.stdout);
    expect(summary).toMatchObject({ run: 'lost', state: 'running', shards: 8, warnings: [] });
    expect(summary.restored).toBeGreaterThanOrEqual(settledShards);
    expect(summary.restored + summary.enqueued).toBe(8);
    await work(quick);
    await until(async () => (await status('lost')).state === 'complete');
    expect(await status('lost')).toMatchObject({ done: 24, quarantined: 0, missing: 0, correct: 24 });
    const file = JSON.parse((await (await output('lost')).get('run.json')).toString('utf8'));
    expect(file).toMatchObject({ run: 'lost', state: 'complete', counts: { images: 24, done: 24 } });
    const local = await localRun(fleet(), 'lost', ...more);
    expect(await objectsOf(await output('lost'))).toEqual(await objectsOf(local));
  });
});
