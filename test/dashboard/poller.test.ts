import { describe, expect, onTestFinished, test } from 'vitest';
import { ClientEvents } from '../../src/dashboard/live/client-events.ts';
import { Poller } from '../../src/dashboard/live/poller.ts';
import { runRegistryKey } from '../../src/shared/ledger/run-keys.ts';
import { endPlanning } from '../../src/shared/ledger/runs.ts';
import { commitShard } from '../../src/shared/ledger/settle-shard.ts';
import { newRun, outcomes, redisProgram, useRedis } from '../shared/ledger/fixture.ts';

describe.skipIf(redisProgram === null)('looking at Redis for all clients', () => {
  const use = useRedis();
  const commands = async () => {
    const stats = await use().redis.info('commandstats');
    const calls = [...stats.matchAll(/^cmdstat_(evalsha|zrevrange):calls=(\d+)/gm)];
    return calls.reduce((sum, [, , count]) => sum + Number(count), 0);
  };

  test('costs a command for the list and one for each run, however many shards and clients there are', async () => {
    const { redis } = use();
    await redis.flushall();
    for (let count = 0; count < 30; count += 1) {
      await endPlanning(await newRun(redis, 64), { expected: 64 * 200_000, shards: 200_000 });
    }
    const poller = new Poller(redis, { interval: 1_000_000, idleInterval: 1_000_000 });
    onTestFinished(() => poller.close());
    await poller.start();
    const stop = new AbortController();
    const clients = Array.from({ length: 20 }, () => poller.watch(null, stop.signal));
    await Promise.all(clients.map((client) => client.next()));
    const before = await commands();
    await poller.refresh();
    const latest = await Promise.all(clients.map((client) => client.next()));
    expect((await commands()) - before).toBe(31);
    expect(latest.map(({ value }) => value?.rows.size)).toEqual(Array.from({ length: 20 }, () => 30));
    stop.abort();
  });

  test('throughput outlives a restart', async () => {
    const { redis } = use();
    await redis.flushall();
    const settings = { interval: 1_000_000, idleInterval: 1_000_000 };
    const { run } = await newRun(redis, 4, 8);
    const first = new Poller(redis, settings);
    await first.start();
    await first.close();
    const kept = JSON.parse((await redis.get('gradline:dashboard:throughput')) ?? '');
    expect(kept.runs).toMatchObject([{ run, images: 0 }]);
    // As if it had begun a minute ago.
    const start = Math.floor(Date.now() / 10_000 - 6) * 10_000;
    kept.runs[0].spans = { length: 10_000, first: start / 10_000, images: [50] };
    await redis.set('gradline:dashboard:throughput', JSON.stringify(kept));
    const second = new Poller(redis, settings);
    onTestFinished(() => second.close());
    await second.start();
    const stop = new AbortController();
    const { value } = await second.watch(run, stop.signal).next();
    stop.abort();
    expect(value?.details.get(run)?.throughput[0]).toEqual([start, 5]);
  });

  test('a client is told what has changed, once', async () => {
    const { redis } = use();
    await redis.flushall();
    const [first, second] = [await newRun(redis, 4, 8), await newRun(redis, 4, 8)];
    // Another program's, which must not take the runs away.
    await redis.zadd(runRegistryKey, 1, 'no: run');
    await redis.hset('gradline:{strange}:run', 'state', 'odd');
    await redis.zadd(runRegistryKey, 2, 'strange');
    const poller = new Poller(redis, { interval: 1_000_000, idleInterval: 1_000_000 });
    onTestFinished(() => poller.close());
    await poller.start();
    const stop = new AbortController();
    const snapshots = poller.watch(first.run, stop.signal);
    const client = new ClientEvents({ run: first.run, workers: true });
    const next = async () => {
      const { value } = await snapshots.next();
      const events = value ? client.of(value, []) : [];
      return new Map(events.map(({ event, data }) => [event as string, JSON.parse(data)]));
    };
    const begin = await next();
    const changed = (events: Map<string, { changed: { run: string }[] }>) =>
      events.get('runs')?.changed.map(({ run }) => run);
    expect(changed(begin)).toEqual([second.run, first.run]);
    expect(begin.get('detail')).toMatchObject({ run: first.run, workers: [], latestFailures: [] });
    await poller.refresh();
    expect([...(await next()).keys()]).toEqual(['tick']);
    await commitShard(first, 0, outcomes('ddqd', 'corrupt'), 'gpu-0');
    await poller.refresh();
    const after = await next();
    expect(changed(after)).toEqual([first.run]);
    expect(after.get('runs')).toMatchObject({
      changed: [{ done: 3, quarantined: 1, failures: { corrupt: 1 } }],
      gone: [],
    });
    expect(after.get('detail')).toMatchObject({ latestFailures: [{ code: 'corrupt' }], workers: [{ name: 'gpu-0' }] });
    expect(after.get('workers')).toMatchObject([{ name: 'gpu-0', images: 4 }]);
    stop.abort();
  });
});
