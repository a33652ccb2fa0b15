/** Draws the images whose maps are measured. */

import { type EvaluatedImages, readEvaluatedImages, writeEvaluatedImages } from '../shared/run/evaluated-images.ts';
import { retryTransient } from '../shared/store/retry.ts';
import type { Store } from '../shared/store/store.ts';
import type { RunPlan } from './plan.ts';
import { drawSample } from './sample.ts';

/** Of the measured images one in so many, rounded up, gets the randomisation check too: it takes several explanations. */
const randomisedShare = 8;
const seed = 0;

/**
 * Those that an earlier start chose, else the images whose keys have the smallest hashes: the same for the same input, however
 * the run is started. Lists the input once.
 * @param resumed whether an earlier start of the run may have chosen
 */
export async function chooseEvaluated(
  plan: Pick<RunPlan, 'images'>,
  output: Store,
  size: number,
  resumed: boolean,
): Promise<EvaluatedImages> {
  const earlier = resumed ? await retryTransient(() => readEvaluatedImages(output)) : null;
  if (earlier !== null) return earlier;
  const chosen = await draw(plan, size);
  await retryTransient(() => writeEvaluatedImages(output, chosen));
  return chosen;
}

async function draw(plan: Pick<RunPlan, 'images'>, size: number): Promise<EvaluatedImages> {
  const images = await keysOf(drawSample(plan.images(), size, seed));
  const again = {
    async *[Symbol.asyncIterator]() {
      yield* images.map((key) => ({ key }));
    },
  };
  return { images, randomised: await keysOf(drawSample(again, Math.ceil(images.length / randomisedShare), seed)) };
}

async function keysOf(images: AsyncIterable<{ key: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of images) keys.push(key);
  return keys;
}
