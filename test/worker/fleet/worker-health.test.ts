import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectRedis } from '../../../src/shared/ledger/connect-redis.ts';
import { WorkerHealth } from '../../../src/worker/fleet/worker-health.ts';
import { openInference } from '../../../src/worker/pipeline/inference/inference.ts';
import type { InferenceWatch } from '../../../src/worker/pipeline/inference/inference-watch.ts';
import { redisServerProgram, startRedis } from '../../fleet/redis-server.ts';
import { colorOptions, firstSlots, slotsWith } from '../pipeline/color-inference.ts';

const opened = `{ type: 'opened', model: {
  input: { name: 'x', layout: 'NCHW', channels: 3, height: 1, width: 1 }, layers: [],
  batchSize: 2, classCount: 2, maps: [], statistics: [], warnings: [] } }`;

/** An inference thread that opens at once and does `onExplain` with a batch; in between it gives signs of life. */
function thread(onExplain: string): URL {
  const source = `import { parentPort as port } from 'node:worker_threads';
    setInterval(() => port.postMessage({ type: 'alive' }), 20).unref();
    port.on('message', (m) => {
      if (m.type === 'open') port.postMessage(${opened});
      if (m.type === 'explain') { ${onExplain} }
      if (m.type === 'close') port.close();
    });`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

const explained = `port.postMessage({ type: 'explained', id: m.id, evaluations: [] })`;

/** Opens a model in such a thread, watched. */
async function watched(health: WorkerHealth, onExplain: string) {
  const batches: Parameters<InferenceWatch['onBatch']>[0][] = [];
  const watch: InferenceWatch = {
    onThread: (each) => health.onThread(each),
    onBatch: (batch) => batches.push(batch),
  };
  const inference = await openInference(colorOptions({ model: 'm.onnx' }), thread(onExplain), watch);
  const slots = slotsWith(inference.model, [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]);
  return { inference, batches, explain: (images: number) => inference.explain(slots, firstSlots(images)) };
}

describe('a worker is live', () => {
  test('while its session waits for work, however long', async () => {
    const health = new WorkerHealth(0.1);
    const { inference } = await watched(health, explained);
    await sleep(400);
    expect(health.notLive()).toBeNull();
    await inference.close();
  });

  test('while a batch takes long, as long as the thread gets to say something between its passes', async () => {
    const health = new WorkerHealth(0.5);
    const { inference, explain } = await watched(health, `setTimeout(() => ${explained}, 1200)`);
    const batch = explain(2);
    await sleep(1_000);
    expect(health.notLive()).toBeNull();
    await batch;
    await inference.close();
  });

  test('no more once a session hangs in native code', async () => {
    const health = new WorkerHealth(0.5);
    // As a driver that never comes back: the thread is held up, and answers nothing.
    const hang = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000)';
    const { inference, explain } = await watched(health, `${hang}; ${explained}`);
    const batch = explain(1);
    await sleep(100);
    expect(health.notLive()).toBeNull();
    await sleep(900);
    expect(health.notLive()).toMatch(/^An inference thread is stuck: it has work, and no sign of life for \d s\.$/);
    await batch;
    expect(health.notLive()).toBeNull();
    await inference.close();
  });

  test('again when another thread has taken the place of one that died', async () => {
    const health = new WorkerHealth(0.2);
    const { inference, explain } = await watched(health, 'process.exit(1)');
    await expect(explain(1)).rejects.toMatchObject({ code: 'thread-died' });
    await inference.close();
    await sleep(300);
    expect(health.notLive()).toBeNull();
  });
});

test('batches are told with the images in them and the time that they took, not the time that they waited', async () => {
  const { inference, batches, explain } = await watched(
    new WorkerHealth(),
    `const until = Date.now() + 100;
    while (Date.now() < until); ${explained}`,
  );
  await Promise.all([explain(2), explain(1)]);
  expect(batches).toMatchObject([
    { images: 2, places: 2 },
    { images: 1, places: 2 },
  ]);
  for (const { seconds } of batches) expect(seconds).toBeGreaterThan(0.09);
  expect(batches.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThan(10);
  await inference.close();
});

const program = await redisServerProgram();

describe.skipIf(program === null)('a worker is ready', () => {
  async function withRedis() {
    const server = await startRedis(program ?? '');
    const redis = await connectRedis(server.url, { use: 'worker' });
    onTestFinished(async () => {
      redis.disconnect();
      await server.stop();
    });
    const health = new WorkerHealth();
    return { server, redis, health };
  }

  test('from when it takes shards until it is told to stop, with or without a run', async () => {
    const { redis, health } = await withRedis();
    expect(await health.notReady()).toBe('There is no connection to Redis.');
    health.connected(redis);
    expect(await health.notReady()).toBe('The worker is starting.');
    health.enter('working');
    expect(await health.notReady()).toBeNull();
    health.enter('stopping');
    expect(await health.notReady()).toBe('The worker stops.');
  });

  test('not while a model is being opened or cannot be, until it works or its run is over', async () => {
    const { redis, health } = await withRedis();
    health.connected(redis);
    health.enter('working');
    let warm = (_: string): void => undefined;
    const opening = health.opening('val-1', () => new Promise<string>((resolve) => (warm = resolve)));
    expect(await health.notReady()).toBe('The model of run val-1 is not warm yet.');
    warm('model');
    expect(await opening).toBe('model');
    expect(await health.notReady()).toBeNull();
    const failing = health.opening('val-2', async () => {
      throw new Error('The bucket is away.');
    });
    await expect(failing).rejects.toThrow('The bucket is away.');
    expect(await health.notReady()).toBe('The model of run val-2 cannot be opened: The bucket is away.');
    health.onlyRuns(['val-2']);
    expect(await health.notReady()).not.toBeNull();
    health.onlyRuns([]);
    expect(await health.notReady()).toBeNull();
  });

  test('not while Redis is away', async () => {
    const { server, redis, health } = await withRedis();
    health.connected(redis);
    health.enter('working');
    await server.kill();
    await expect.poll(() => health.notReady()).toBe('There is no connection to Redis.');
    await server.start();
    await expect.poll(() => health.notReady(), { timeout: 10_000 }).toBeNull();
  });
});
