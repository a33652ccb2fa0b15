/** An inference that outlives what can go wrong in its thread: too little memory, and the thread's death. */

import type { ImageEvaluation } from '../evaluate/evaluation.ts';
import type { LaneOptions } from '../explainer-options.ts';
import type { ImageSlots } from '../image-slots.ts';
import { type Inference, InferenceError } from './inference.ts';
import type { ExplainOrder, InferenceModel } from './inference-messages.ts';

export type OpenInference = (options: LaneOptions) => Promise<Inference>;

interface Durability {
  onWarning(message: string): void;
  /** What happens when the thread dies: the next batch gets a new one, or every batch fails. */
  onDeath: 'restart' | 'fail';
}

const outOfMemory =
  /out of memory|out_of_memory|bad_alloc|bad allocation|alloc_failed|failed to allocate|AllocateRawInternal|not enough memory/i;

/**
 * Where a batch needs more memory than the device has, the model is opened again for half as many images, and batches go
 * through it in pieces; whoever fills batches sees no difference. Where the thread dies, the next batch may get a new one.
 */
export class DurableInference implements Inference {
  readonly model: InferenceModel;
  readonly concurrency: number;
  readonly #options: LaneOptions;
  readonly #open: OpenInference;
  readonly #durability: Durability;
  #current: Inference;
  #replacing: Promise<void> | null = null;

  private constructor(first: Inference, options: LaneOptions, open: OpenInference, durability: Durability) {
    this.model = first.model;
    this.concurrency = first.concurrency;
    this.#current = first;
    this.#options = options;
    this.#open = open;
    this.#durability = durability;
  }

  /** @throws UserError as `Explainer.open` does; InferenceError `out-of-memory` where not even one image fits */
  static async open(options: LaneOptions, open: OpenInference, durability: Durability): Promise<DurableInference> {
    const first = await openFitting(options, options.batchSize, open, durability.onWarning);
    for (const warning of first.model.warnings) durability.onWarning(warning);
    return new DurableInference(first, options, open, durability);
  }

  async explain(slots: ImageSlots, order: ExplainOrder): Promise<ImageEvaluation[]> {
    for (;;) {
      await this.#replacing;
      const inference = this.#current;
      try {
        return await explainInPieces(inference, slots, order);
      } catch (error) {
        if (!(error instanceof InferenceError)) throw error;
        if (error.code === 'thread-died') {
          if (this.#durability.onDeath === 'restart') await this.#replace(inference, inference.model.batchSize);
          throw error;
        }
        if (!outOfMemory.test(error.message)) throw error;
        const half = Math.floor(inference.model.batchSize / 2);
        if (half < 1) throw noMemory(error);
        await this.#replace(inference, half);
        if (this.#current.model.batchSize > half) throw noMemory(error);
      }
    }
  }

  async close(): Promise<void> {
    await this.#replacing?.catch(() => undefined);
    await this.#current.close();
  }

  readonly [Symbol.asyncDispose] = () => this.close();

  /** Once, however many batches failed with the same inference. */
  async #replace(inference: Inference, batchSize: number): Promise<void> {
    if (this.#current !== inference) return;
    this.#replacing ??= this.#reopen(inference, batchSize).finally(() => {
      this.#replacing = null;
    });
    await this.#replacing;
  }

  async #reopen(inference: Inference, batchSize: number): Promise<void> {
    const smaller = batchSize < inference.model.batchSize;
    this.#durability.onWarning(
      smaller
        ? `The device has not enough memory for batches of ${inference.model.batchSize} images: trying ${batchSize}.`
        : 'The inference thread died: starting another.',
    );
    await inference.close();
    this.#current = await openFitting(this.#options, batchSize, this.#open, this.#durability.onWarning);
  }
}

async function openFitting(
  options: LaneOptions,
  batchSize: number,
  open: OpenInference,
  onWarning: (message: string) => void,
): Promise<Inference> {
  try {
    return await open({ ...options, batchSize });
  } catch (error) {
    if (!(error instanceof Error) || !outOfMemory.test(error.message)) throw error;
    if (batchSize === 1) throw noMemory(error);
    const half = Math.floor(batchSize / 2);
    onWarning(`The device has not enough memory for batches of ${batchSize} images: trying ${half}.`);
    return openFitting(options, half, open, onWarning);
  }
}

function noMemory(cause: Error): InferenceError {
  return new InferenceError(
    'out-of-memory',
    `The device has not enough memory to explain a single image: ${cause.message} Use a device with more, or hook fewer layers.`,
    { cause },
  );
}

async function explainInPieces(
  inference: Inference,
  images: ImageSlots,
  order: ExplainOrder,
): Promise<ImageEvaluation[]> {
  const { slots, labels, truth, inputRows, evaluate } = order;
  const size = inference.model.batchSize;
  if (slots.length <= size) return inference.explain(images, order);
  const evaluations: ImageEvaluation[] = [];
  for (let start = 0; start < slots.length; start += size) {
    const end = start + size;
    const own = evaluate.filter(({ index }) => index >= start && index < end);
    const found = await inference.explain(images, {
      slots: slots.slice(start, end),
      labels: labels.slice(start, end),
      ...(truth === undefined ? {} : { truth: truth.slice(start, end) }),
      ...(inputRows === undefined ? {} : { inputRows: inputRows.slice(start, end) }),
      evaluate: own.map((each) => ({ ...each, index: each.index - start })),
    });
    evaluations.push(...found.map((each) => ({ ...each, index: each.index + start })));
  }
  return evaluations;
}
