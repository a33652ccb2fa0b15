/** Inference on several threads at once, each with the whole model and its share of the cores. */

import { availableParallelism } from 'node:os';
import type { PipelineExplainerOptions } from '../explainer-options.ts';
import { type Inference, openInference } from './inference.ts';

/**
 * With every core on one batch, each operator waits for its slowest thread, and that is the one whose core just decoded a
 * photo. Two batches on half of the cores each never wait for each other. More lanes would only hold more copies of the model.
 */
const mostLanes = 2;

/** How a model is shared out over the cores. Devices and a number of threads that the user chose get one lane. */
export function planLanes(
  { providers = ['cpu'], threads }: Pick<PipelineExplainerOptions, 'providers' | 'threads'>,
  cores = availableParallelism(),
): { lanes: number; threads: number | undefined } {
  if (threads !== undefined || cores < mostLanes || providers.some((provider) => provider !== 'cpu')) {
    return { lanes: 1, threads };
  }
  return { lanes: mostLanes, threads: Math.floor(cores / mostLanes) };
}

/**
 * Opens the model in as many threads as `planLanes` says. A batch goes to the thread with the least to do.
 * @throws UserError as `Explainer.open` does
 */
export async function openInferenceLanes(
  options: PipelineExplainerOptions,
  open: (options: PipelineExplainerOptions) => Promise<Inference> = openInference,
): Promise<Inference> {
  const { lanes, threads } = planLanes(options);
  if (lanes === 1) return open(options);
  const laneOptions = threads === undefined ? options : { ...options, threads };
  const opened = await Promise.allSettled(Array.from({ length: lanes }, () => open(laneOptions)));
  const inferences = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = opened.find((result) => result.status === 'rejected');
  const [first] = inferences;
  if (failed === undefined && first !== undefined) return joinLanes(first, inferences);
  await Promise.all(inferences.map((inference) => inference.close()));
  throw failed?.reason;
}

function joinLanes(first: Inference, inferences: readonly Inference[]): Inference {
  const lanes = inferences.map((inference) => ({ inference, load: 0 }));
  const close = async () => void (await Promise.all(inferences.map((inference) => inference.close())));
  return {
    model: first.model,
    concurrency: lanes.length,
    explain: async (slots, order) => {
      const lane = lanes.reduce((idlest, other) => (other.load < idlest.load ? other : idlest));
      lane.load += 1;
      try {
        return await lane.inference.explain(slots, order);
      } finally {
        lane.load -= 1;
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
