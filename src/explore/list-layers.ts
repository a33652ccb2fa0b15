import { describeLayers, type ModelDescription } from '../explain/layers/describe.ts';
import type { ExplainerOptions } from '../explain/options.ts';
import { inThread } from '../shared/threads/in-thread.ts';
import { threadFile } from '../shared/threads/thread-file.ts';

type LayersOrder = Pick<ExplainerOptions, 'model' | 'inputSize' | 'outputName' | 'inputs' | 'inputRows'>;

const thread = {
  file: threadFile('layers-thread', import.meta.url),
  name: 'gradline-layers',
  title: "The thread that lists the model's layers",
};

/** `describeLayers` in a thread of its own; from sources in the caller's. @throws as `describeLayers` */
export function listLayers(order: LayersOrder): Promise<ModelDescription> {
  return inThread(thread, describeModel, order);
}

export function describeModel({ model, ...options }: LayersOrder): Promise<ModelDescription> {
  return describeLayers(model, options);
}
