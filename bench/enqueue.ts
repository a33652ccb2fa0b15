/**
 * Images/s that a producer enqueues from a list, and what a waiting image takes in Redis, on this machine.
 *
 *     node dist-tools/bench/enqueue.js --images 1000000 --form csv
 *
 * Starts its own redis-server (GRADLINE_TEST_REDIS, else the one in the path). Prints; judges nothing.
 */

import { createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { enqueueRun } from '../src/producer/enqueue.ts';
import { connectRedis } from '../src/shared/ledger/connect-redis.ts';
import type { RedisClient } from '../src/shared/ledger/run-keys.ts';
import { readConfiguration } from '../src/shared/run/read-configuration.ts';
import { redisServerProgram, startRedis } from '../test/fleet/redis-server.ts';
import { printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1000000' },
    /** csv or jsonl. */
    form: { type: 'string', default: 'csv' },
    'shard-size': { type: 'string', default: '64' },
    /** Shards; default: all of them wait in Redis at once. */
    'high-watermark': { type: 'string' },
  },
});
const images = wholeNumber('images', values.images);
const shardSize = wholeNumber('shard-size', values['shard-size']);
const shards = Math.ceil(images / shardSize);
const highWatermark = wholeNumber('high-watermark', values['high-watermark'] ?? String(shards));

const program = await redisServerProgram();
if (program === null) throw new Error('There is no redis-server. Install it, or name one in GRADLINE_TEST_REDIS.');
printMachine();
const folder = temporaryFolder();
const list = join(folder, `list.${values.form}`);
await pipeline(Readable.from(rows()), createWriteStream(list));
await writeFile(join(folder, 'model.onnx'), 'no model is needed to enqueue');
const bytes = (await stat(list)).size;

const server = await startRedis(program);
const redis = await connectRedis(server.url, { use: 'command' });
try {
  const configuration = await readConfiguration({
    input: list,
    model: join(folder, 'model.onnx'),
    output: join(folder, 'out'),
    'shard-size': String(shardSize),
  });
  const before = await usedMemory(redis);
  let planned = Number.NaN;
  let highest = 0;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 50);
  const stop = new AbortController();
  const begin = performance.now();
  const cpuBefore = process.cpuUsage();
  await enqueueRun(
    configuration,
    redis,
    { run: 'bench', highWatermark, lowWatermark: null, interval: 20 },
    {
      onStart: () => undefined,
      onNotice: () => undefined,
      onWarning: (message) => console.log(message),
      onProgress: (progress) => {
        if (progress.planned && Number.isNaN(planned)) planned = seconds(begin);
        // With a watermark nobody takes shards: what waits then is all that there is to see.
        if (progress.planned && highWatermark < shards && progress.backlog >= highWatermark) stop.abort();
      },
    },
    stop.signal,
  );
  const all = seconds(begin);
  clearInterval(watch);
  const cpu = process.cpuUsage(cpuBefore);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const waiting = Math.min(highWatermark, shards) * shardSize;
  const memory = (await usedMemory(redis)) - before;
  console.log(
    `\n${images} images from a .${values.form} list of ${(bytes / 2 ** 20).toFixed(0)} MiB, ${shardSize} a shard`,
  );
  printTable(
    ['', 'measured', 'target'],
    [
      ['images/s planned and enqueued', (images / all).toFixed(0), '>= 100000'],
      ['images per second of processor time', (images / cpuSeconds).toFixed(0), ''],
      ['seconds, of these until the plan was written', `${all.toFixed(1)}, ${planned.toFixed(1)}`, ''],
      ['Redis bytes per waiting image', (memory / waiting).toFixed(1), '<= 100'],
      ['Redis MiB with all that waits', (memory / 2 ** 20).toFixed(1), ''],
      ['highest memory of the producer in MiB', (highest / 2 ** 20).toFixed(0), ''],
    ],
  );
} finally {
  redis.disconnect();
  await server.stop();
}

function* rows(): Generator<string> {
  if (values.form === 'csv') yield 'key,label\n';
  let text = '';
  for (let i = 0; i < images; i += 1) {
    const key = `val/n${String(i % 1000).padStart(8, '0')}/ILSVRC2012_val_${String(i).padStart(9, '0')}.JPEG`;
    text += values.form === 'csv' ? `${key},${i % 1000}\n` : `${JSON.stringify({ key, label: i % 1000 })}\n`;
    if (text.length < 1 << 20) continue;
    yield text;
    text = '';
  }
  yield text;
}

function seconds(begin: number): number {
  return (performance.now() - begin) / 1000;
}

async function usedMemory(client: RedisClient): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
}
