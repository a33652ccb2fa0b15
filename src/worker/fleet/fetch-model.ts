import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { restore } from '../../shared/threads/carried-error.ts';
import { threadFile } from '../../shared/threads/thread-file.ts';
import { localModel, type ModelOrder } from './model-cache.ts';
import type { ModelReply } from './model-thread.ts';

const builtThread = threadFile('model-thread', import.meta.url);

/** `localModel` in a thread of its own; from sources in the caller's. @throws as `localModel` */
export async function fetchModel(order: ModelOrder): Promise<string> {
  if (builtThread === null) return localModel(order);
  const worker = new Worker(builtThread, { name: 'gradline-model', workerData: order });
  try {
    const [reply]: ModelReply[] = await once(worker, 'message');
    if (reply === undefined) throw new Error('The thread that fetches the model said nothing.');
    if (reply.type === 'failed') throw restore(reply.error);
    return reply.path;
  } finally {
    await worker.terminate();
  }
}
