import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startShard } from '../../../src/shared/ledger/attempts.ts';
import { connectRedis } from '../../../src/shared/ledger/connect-redis.ts';
import { advanceCursor } from '../../../src/shared/ledger/cursor.ts';
import { completeRun, tryFinish } from '../../../src/shared/ledger/finish.ts';
import type { RunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { createRun, endPlanning } from '../../../src/shared/ledger/runs.ts';
import { commitShard, restoreShard } from '../../../src/shared/ledger/settle-shard.ts';
import { startRedis } from '../../fleet/redis-server.ts';
import { newRun, outcomes, redisProgram, statusOf, useRedis } from './fixture.ts';

const client = fileURLToPath(new URL('./killed-client.mjs', import.meta.url));
const shards = 120;

describe.skipIf(redisProgram === null)('crashes', () => {
  // With every second's flush, Redis holds writes back while a flush is slow, and a killed one loses them.
  const use = useRedis(['--appendonly', 'yes', '--appendfsync', 'always']);

  function startClient(ledger: RunLedger): ChildProcess {
    return spawn(process.execPath, [client, use().server.url, ledger.run, String(shards)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** @returns the steps that were printed before it died */
  function killAfter(child: ChildProcess, steps: number): Promise<number> {
    return new Promise((resolve) => {
      let printed = 0;
      child.stdout?.on('data', (dots: Buffer) => {
        printed += dots.length;
        if (printed >= steps) child.kill('SIGKILL');
      });
      child.once('exit', () => resolve(printed));
    });
  }

  it('of clients killed between two commands neither lose nor repeat anything', async () => {
    const ledger = await newRun(use().redis, 4, shards * 4);
    for (const steps of [1, 2, 3, 50, 100, 170, 240]) {
      await killAfter(startClient(ledger), steps);
      const { cursor, backlog, settledShards, done } = await statusOf(ledger);
      expect(done).toBe(settledShards * 4);
      expect([0, 1]).toContain(backlog);
      expect(cursor).toBe(settledShards + backlog);
    }
    await killAfter(startClient(ledger), Number.POSITIVE_INFINITY);
    const status = await statusOf(ledger);
    expect(status).toMatchObject({ cursor: shards, backlog: 0, settledShards: shards, done: 4 * shards, missing: 0 });
    expect(status.workers.reduce((sum, { images }) => sum + images, 0)).toBe(4 * shards);
    expect(await tryFinish(ledger, 60_000)).toMatchObject({ result: 'finisher' });
  });

  it('of Redis lose nothing that was answered, when it keeps an append-only file', async () => {
    const { server, redis } = use();
    const ledger = await newRun(redis, 4, 40);
    await advanceCursor(ledger, 0, 8);
    for (let shard = 0; shard < 5; shard += 1) await commitShard(ledger, shard, outcomes('cwdq'), 'gpu-0');
    await startShard(ledger, 6, 'token-1', 'gpu-0');
    const before = await statusOf(ledger);
    await server.kill();
    await server.start();
    const after = await statusOf(ledger);
    expect({ ...after, ...volatile }).toEqual({ ...before, ...volatile });
    expect(await commitShard(ledger, 4, outcomes('dddd'), 'gpu-0')).toMatchObject({ result: 'already-committed' });
    expect(await startShard(ledger, 6, 'token-2', 'gpu-0')).toMatchObject({ result: 'started', crashes: 1 });
    expect(await commitShard(ledger, 5, outcomes('dddd'), 'gpu-0')).toMatchObject({ result: 'committed', done: 19 });
  });

  it('of Redis are sat out by a command that is under way', async () => {
    const { server, redis } = use();
    const ledger = await newRun(redis, 4, 40);
    await server.kill();
    const commit = commitShard(ledger, 0, outcomes('dddd'), 'gpu-0');
    await server.start();
    expect(['committed', 'already-committed']).toContain((await commit).result);
    expect(await statusOf(ledger)).toMatchObject({ done: 4, settledShards: 1 });
  });

  it('that lose Redis altogether are noticed, and the ledger is rebuilt from the stored records', async () => {
    if (redisProgram === null) return;
    const server = await startRedis(redisProgram);
    const redis = await connectRedis(server.url, { use: 'command' });
    try {
      const ledger = await newRun(redis, 4, 12);
      await commitShard(ledger, 0, outcomes('cwdq'), 'gpu-0');
      await commitShard(ledger, 1, outcomes('dddd'), 'gpu-0');
      await redis.flushall();
      expect(await commitShard(ledger, 2, outcomes('dddd'), 'gpu-0')).toEqual({ result: 'no-such-run' });

      // What `gradline recover` does: every scores part that is stored, whatever its order.
      const created = Date.UTC(2026, 10, 24);
      expect(await createRun(ledger, { shardSize: 4, output: 's3://bucket/out', created })).toEqual({
        result: 'created',
      });
      await restoreShard(ledger, 1, outcomes('dddd'));
      await restoreShard(ledger, 0, outcomes('cwdq'));
      expect(await restoreShard(ledger, 0, outcomes('cwdq'))).toMatchObject({ result: 'already-committed' });
      await endPlanning(ledger, { expected: 12, shards: 3 });
      expect(await statusOf(ledger)).toMatchObject({
        created: new Date(created),
        state: 'running',
        done: 7,
        quarantined: 1,
        labelled: 2,
        correct: 1,
        failures: { 'not-an-image': 1 },
      });
      expect(await advanceCursor(ledger, 0, 3)).toMatchObject({ result: 'advanced', backlog: 1 });
      await commitShard(ledger, 2, outcomes('dddd'), 'gpu-0');
      const finish = await tryFinish(ledger, 60_000);
      const tally = { done: 11, quarantined: 1, labelled: 2, correct: 1, failures: { 'not-an-image': 1 } };
      expect(finish.result === 'finisher' && (await completeRun(ledger, finish.fence, tally))).toEqual({
        result: 'completed',
      });
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });
});

/** What goes on with the clock. */
const volatile = { now: null, workers: null, imagesPerSecond: null, secondsLeft: null };
