import { inThread } from '../../../shared/threads/in-thread.ts';
import { threadFile } from '../../../shared/threads/thread-file.ts';
import { localModel, type ModelOrder } from './model-cache.ts';

const thread = {
  file: threadFile('model-thread', import.meta.url),
  name: 'gradline-model',
  title: 'The thread that fetches the model',
};

/** `localModel` in a thread of its own; from sources in the caller's. @throws as `localModel` */
export function fetchModel(order: ModelOrder): Promise<string> {
  return inThread(thread, localModel, order);
}
