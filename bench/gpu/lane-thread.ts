/** Explains the same batch again and again for some seconds, once it is told to begin; answers with the number of images. */

import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { Explainer } from '../../src/explain/explainer.ts';
import { precisions } from '../../src/explain/options.ts';
import { scatteredPictures } from '../batch.ts';
import { usualScaling } from './usual-scaling.ts';

const laneOrder = z.object({
  model: z.string(),
  layers: z.array(z.string()),
  provider: z.string(),
  precision: z.enum(precisions),
  batchSize: z.number(),
  seconds: z.number(),
});
export type LaneOrder = z.infer<typeof laneOrder>;

const { model, layers, provider, precision, batchSize, seconds } = laneOrder.parse(workerData);
const explainer = await Explainer.open({
  model,
  layers,
  batchSize,
  providers: [provider],
  precision,
  pixels: usualScaling,
});
const batch = scatteredPictures(batchSize);
const explain = () => explainer.explain(batch, { count: batchSize });
// The first runs choose algorithms and take memory.
for (let run = 0; run < 3; run += 1) await explain();
parentPort?.once('message', async () => {
  const end = performance.now() + seconds * 1000;
  let images = 0;
  while (performance.now() < end) {
    await explain();
    images += batchSize;
  }
  await explainer.close();
  parentPort?.postMessage(images);
});
parentPort?.postMessage(0);
