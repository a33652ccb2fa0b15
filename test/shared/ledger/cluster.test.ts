import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseShard, setBreadcrumb, startShard } from '../../../src/shared/ledger/attempts.ts';
import { beat } from '../../../src/shared/ledger/beat.ts';
import { checkRedis } from '../../../src/shared/ledger/check-redis.ts';
import { connectRedis } from '../../../src/shared/ledger/connect-redis.ts';
import { advanceCursor, listShards } from '../../../src/shared/ledger/cursor.ts';
import { completeRun, tryFinish } from '../../../src/shared/ledger/finish.ts';
import { reopenRun, reopenShard } from '../../../src/shared/ledger/reopen.ts';
import { openRunLedger, type RedisClient } from '../../../src/shared/ledger/run-keys.ts';
import { cancelRun } from '../../../src/shared/ledger/run-state.ts';
import { createRun, endPlanning, forgetRun, listRuns } from '../../../src/shared/ledger/runs.ts';
import { commitShard, giveUpShard } from '../../../src/shared/ledger/settle-shard.ts';
import { type RedisServer, startRedisCluster } from '../../fleet/redis-server.ts';
import { outcomes, redisProgram, statusOf } from './fixture.ts';
import { readAttempts } from './read-attempts.ts';

describe.skipIf(redisProgram === null)('a Redis Cluster of three', () => {
  let cluster: { nodes: RedisServer[]; stop(): Promise<void> } | null = null;
  let redis: RedisClient | null = null;

  beforeAll(async () => {
    if (redisProgram === null) return;
    cluster = await startRedisCluster(redisProgram);
    redis = await connectRedis(cluster.nodes[0]?.url ?? '', { use: 'command', patience: 20_000 });
  });
  afterAll(async () => {
    redis?.disconnect();
    await cluster?.stop();
  });

  it('is recognised, and checked node by node', async () => {
    if (redis === null) throw new Error('There is no cluster.');
    expect(redis).toBeInstanceOf(Cluster);
    const { cluster: clustered, warnings } = await checkRedis(redis);
    expect(clustered).toBe(true);
    expect(warnings).toHaveLength(3);
  });

  it('holds runs on every node, each with all its keys in one slot, and runs every script', async () => {
    if (redis === null || cluster === null) throw new Error('There is no cluster.');
    const ids = Array.from({ length: 12 }, (_, i) => `nightly-${i}`);
    for (const id of ids) {
      const ledger = openRunLedger(redis, id);
      await createRun(ledger, { shardSize: 4, output: 's3://bucket/out' });
      await endPlanning(ledger, { expected: 12, shards: 3 });
      expect(await advanceCursor(ledger, 0, 3)).toMatchObject({ result: 'advanced' });
      await beat(ledger, 'gpu-0');
      await startShard(ledger, 0, 'a', 'gpu-0');
      await setBreadcrumb(ledger, 0, 'a', { place: 1, key: 'a.jpg' });
      expect(await readAttempts(ledger)).toHaveLength(1);
      expect(await releaseShard(ledger, 0, 'a')).toEqual({ result: 'released' });
      await commitShard(ledger, 0, outcomes('dcwq'), 'gpu-0');
      await commitShard(ledger, 1, outcomes('dddd'), 'gpu-0');
      await giveUpShard(ledger, 2, 4, { code: 'unavailable', message: 'S3 did not answer.' });
      const finish = await tryFinish(ledger, 60_000);
      if (finish.result !== 'finisher') throw new Error(finish.result);
      const tally = { done: 7, quarantined: 1, labelled: 2, correct: 1, failures: { 'not-an-image': 1 } };
      expect(await completeRun(ledger, finish.fence, tally)).toEqual({ result: 'completed' });
      expect(await reopenRun(ledger)).toMatchObject({ result: 'moved' });
      expect(await reopenShard(ledger, 2, null)).toEqual({ result: 'reopened' });
      expect(await listShards(ledger, 'unsettled', 0, 3)).toEqual({ result: 'shards', shards: [2] });
      expect(await statusOf(ledger)).toMatchObject({ state: 'paused', done: 7, quarantined: 1, missing: 0 });
    }
    expect((await listRuns(redis)).map(({ run }) => run).sort()).toEqual([...ids].sort());
    const clients = await Promise.all(cluster.nodes.map(({ url }) => keysOn(url)));
    const homes = ids.map((id) => clients.filter((keys) => keys.some((key) => key.includes(`{${id}}`))).length);
    expect(homes).toEqual(ids.map(() => 1));
    expect(clients.filter((keys) => keys.some((key) => key.startsWith('gradline:{')))).toHaveLength(3);
    for (const id of ids) {
      const ledger = openRunLedger(redis, id);
      await cancelRun(ledger);
      expect(await forgetRun(ledger)).toEqual({ result: 'forgotten' });
    }
    expect((await Promise.all(cluster.nodes.map(({ url }) => keysOn(url)))).flat()).toEqual([]);
  });
});

async function keysOn(url: string): Promise<string[]> {
  const { Redis } = await import('ioredis');
  const node = new Redis(url);
  try {
    return await node.keys('gradline:*');
  } finally {
    node.disconnect();
  }
}
