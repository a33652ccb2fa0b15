/** Two sessions in two threads on one device against one: does the card have room for a second batch at the same time? */

import { Worker } from 'node:worker_threads';
import type { Precision } from '../../src/explain/options.ts';
import { printTable } from '../table.ts';
import type { WrittenModel } from './engine.ts';
import type { LaneOrder } from './lane-thread.ts';

const counts = [1, 2, 3];

export async function compareLanes(
  { model, file }: WrittenModel,
  {
    provider,
    precision,
    batchSize,
    seconds,
  }: { provider: string; precision: Precision; batchSize: number; seconds: number },
): Promise<void> {
  for (const layers of [model.layers.slice(0, 1), model.layers]) {
    const order = { model: file, layers, provider, precision, batchSize, seconds };
    const rates: number[] = [];
    for (const lanes of counts) rates.push(await rateOf(lanes, order));
    console.log(
      `\nSessions side by side on one device: ${model.name} at ${layers.join(', ')}, pictures as bytes, batch ${batchSize}, ${provider}`,
    );
    const [one = Number.NaN] = rates;
    printTable(
      ['sessions', 'images/s', 'to one'],
      rates.map((rate, i) => [String(counts[i]), rate.toFixed(1), (rate / one).toFixed(3)]),
    );
  }
}

async function rateOf(lanes: number, order: LaneOrder): Promise<number> {
  const file = new URL('./lane-thread.js', import.meta.url);
  const threads = Array.from({ length: lanes }, () => new Worker(file, { workerData: order }));
  const next = (thread: Worker) =>
    new Promise<number>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
    });
  try {
    await Promise.all(threads.map(next));
    const begin = performance.now();
    const done = threads.map(next);
    for (const thread of threads) thread.postMessage('begin');
    const images = (await Promise.all(done)).reduce((a, b) => a + b, 0);
    return images / ((performance.now() - begin) / 1000);
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
