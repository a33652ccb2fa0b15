/** Inference on several threads at once, each with the whole model: on its share of the cores, or on a card of its own. */

import { availableParallelism } from 'node:os';
import type { LaneOptions, PipelineExplainerOptions } from '../explainer-options.ts';
import { sessionProviders } from '../provider.ts';
import { type Inference, openInference } from './inference.ts';

/**
 * With every core on one batch, each operator waits for its slowest thread, and that is the one whose core just decoded a
 * photo. Two batches on half of the cores each never wait for each other. More lanes would only hold more copies of the model.
 */
const mostLanes = 2;

/** How one lane's session is opened. */
export type Lane = Required<Pick<PipelineExplainerOptions, 'providers'>> & Pick<PipelineExplainerOptions, 'threads'>;

export interface Hardware {
  cores: number;
  /** Sessions on each card, which share it; two are for measuring whether they fill each other's gaps. */
  lanesPerDevice: number;
}

/** How a model is shared out: a lane for each card, two for the cores of a CPU, one for a number of threads that the user chose. */
export function planLanes(
  { provider: { name, devices }, threads }: Pick<LaneOptions, 'provider' | 'threads'>,
  { cores = availableParallelism(), lanesPerDevice = 1 }: Partial<Hardware> = {},
): Lane[] {
  const lane = (device: number | undefined, own = threads): Lane => ({
    providers: sessionProviders(name, device),
    ...(own === undefined ? {} : { threads: own }),
  });
  if (name !== 'cpu') {
    const cards = devices.length === 0 ? [undefined] : devices;
    return cards.flatMap((device) => Array.from({ length: lanesPerDevice }, () => lane(device)));
  }
  if (threads !== undefined || cores < mostLanes) return [lane(undefined)];
  return Array.from({ length: mostLanes }, () => lane(undefined, Math.floor(cores / mostLanes)));
}

/**
 * Opens the model in as many threads as `planLanes` says. A batch goes to the thread with the least to do.
 * @throws UserError as `Explainer.open` does
 */
export async function openInferenceLanes(
  options: LaneOptions,
  open: (options: PipelineExplainerOptions) => Promise<Inference> = openInference,
  hardware: Partial<Hardware> = {},
): Promise<Inference> {
  const { provider, ...common } = options;
  const lanes = planLanes({ ...common, provider }, hardware);
  const opened = await Promise.allSettled(lanes.map((lane) => open({ ...common, ...lane })));
  const inferences = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = opened.find((result) => result.status === 'rejected');
  const [first, second] = inferences;
  if (failed === undefined && first !== undefined) return second === undefined ? first : joinLanes(first, inferences);
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
