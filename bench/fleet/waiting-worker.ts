/** A thread with a whole worker of the fleet in it, whose model only waits. Started by scaling.ts. */

import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { runWorker } from '../../src/worker/fleet/fleet-worker.ts';
import { cpu } from '../../src/worker/pipeline/provider.ts';
import { WaitingInference } from './waiting-inference.ts';

const order = z.object({ redis: z.string(), name: z.string(), latency: z.number(), modelCache: z.string() });
export type WaitingWorkerOrder = z.infer<typeof order>;

export type WaitingWorkerNews =
  | { type: 'ready' }
  | { type: 'warning'; message: string }
  | { type: 'ended'; images: number; longestLoopDelay: number };

const { redis, name, latency, modelCache } = order.parse(workerData);
const tell = (news: WaitingWorkerNews) => parentPort?.postMessage(news);
const stop = new AbortController();
parentPort?.once('message', () => stop.abort());
const { images, longestLoopDelay } = await runWorker(
  {
    redis,
    name,
    concurrency: 4,
    provider: cpu,
    threads: null,
    precisions: ['float32'],
    pixelThreads: null,
    modelCache,
    maxFailures: null,
    crashLimit: 2,
    drainDeadline: 10_000,
    lockDuration: 30_000,
    untilEmpty: false,
  },
  {
    onRunOpened: () => undefined,
    onReady: () => tell({ type: 'ready' }),
    onShard: () => undefined,
    onShardFailed: () => undefined,
    onImageFailed: () => undefined,
    onRunCompleted: () => undefined,
    onRunFailed: ({ message }) => tell({ type: 'warning', message }),
    onWarning: (message) => tell({ type: 'warning', message }),
    onDraining: () => undefined,
  },
  stop.signal,
  { open: async (options) => new WaitingInference(options, latency) },
);
tell({ type: 'ended', images, longestLoopDelay });
parentPort?.close();
