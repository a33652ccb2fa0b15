/** An inference that outlives what can go wrong in its thread: too little memory, and the thread's death. */

import { at } from '../../explain/at.ts';
import type { Explanation, LayerMaps } from '../../explain/explanation.ts';
import type { ExplainerOptions } from '../../explain/options.ts';
import type { EvaluationOrder, ImageEvaluation } from '../pipeline/evaluate/evaluation.ts';
import { type Inference, InferenceError, type InferenceResult } from '../pipeline/inference/inference.ts';
import type { InferenceModel } from '../pipeline/inference/inference-messages.ts';

export type OpenInference = (options: ExplainerOptions) => Promise<Inference>;

const outOfMemory =
  /out of memory|out_of_memory|bad_alloc|bad allocation|alloc_failed|failed to allocate|AllocateRawInternal|not enough memory/i;

/**
 * Where a batch needs more memory than the device has, the model is opened again for half as many images, and batches go
 * through it in pieces; whoever fills batches sees no difference. Where the thread dies, the next batch gets a new one.
 */
export class DurableInference implements Inference {
  readonly model: InferenceModel;
  readonly concurrency: number;
  readonly #options: ExplainerOptions;
  readonly #open: OpenInference;
  readonly #onWarning: (message: string) => void;
  #current: Inference;
  #replacing: Promise<void> | null = null;

  private constructor(
    first: Inference,
    options: ExplainerOptions,
    open: OpenInference,
    onWarning: (message: string) => void,
  ) {
    this.model = first.model;
    this.concurrency = first.concurrency;
    this.#current = first;
    this.#options = options;
    this.#open = open;
    this.#onWarning = onWarning;
  }

  /** @throws UserError as `Explainer.open` does; InferenceError `out-of-memory` where not even one image fits */
  static async open(
    options: ExplainerOptions,
    open: OpenInference,
    onWarning: (message: string) => void,
  ): Promise<DurableInference> {
    const first = await openFitting(options, options.batchSize ?? 8, open, onWarning);
    return new DurableInference(first, options, open, onWarning);
  }

  async explain(
    values: Float32Array,
    count: number,
    labels: Int32Array,
    evaluate: readonly EvaluationOrder[] = [],
  ): Promise<InferenceResult> {
    let batch = values;
    for (;;) {
      await this.#replacing;
      const inference = this.#current;
      try {
        return await explainInPieces(inference, this.model, { values: batch, count, labels, evaluate });
      } catch (error) {
        if (!(error instanceof InferenceError)) throw error;
        if (error.code === 'thread-died') {
          await this.#replace(inference, inference.model.batchSize);
          throw error;
        }
        if (!outOfMemory.test(error.message) || error.values === null) throw error;
        batch = error.values;
        const half = Math.floor(inference.model.batchSize / 2);
        if (half < 1) throw noMemory(error, batch);
        await this.#replace(inference, half);
        if (this.#current.model.batchSize > half) throw noMemory(error, batch);
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
    this.#onWarning(
      smaller
        ? `The device has not enough memory for batches of ${inference.model.batchSize} images: trying ${batchSize}.`
        : 'The inference thread died: starting another.',
    );
    await inference.close();
    this.#current = await openFitting(this.#options, batchSize, this.#open, this.#onWarning);
  }
}

async function openFitting(
  options: ExplainerOptions,
  batchSize: number,
  open: OpenInference,
  onWarning: (message: string) => void,
): Promise<Inference> {
  try {
    return await open({ ...options, batchSize });
  } catch (error) {
    if (!(error instanceof Error) || !outOfMemory.test(error.message)) throw error;
    if (batchSize === 1) throw noMemory(error, null);
    const half = Math.floor(batchSize / 2);
    onWarning(`The device has not enough memory for batches of ${batchSize} images: trying ${half}.`);
    return openFitting(options, half, open, onWarning);
  }
}

function noMemory(cause: Error, values: Float32Array | null): InferenceError {
  return new InferenceError(
    'out-of-memory',
    `The device has not enough memory to explain a single image: ${cause.message} Use a device with more, or hook fewer layers.`,
    values,
    { cause },
  );
}

interface Batch {
  values: Float32Array;
  count: number;
  labels: Int32Array;
  evaluate: readonly EvaluationOrder[];
}

/** @param model as the batch was filled for */
async function explainInPieces(
  inference: Inference,
  model: InferenceModel,
  { values, count, labels, evaluate }: Batch,
): Promise<InferenceResult> {
  const size = inference.model.batchSize;
  if (size >= model.batchSize) return inference.explain(values, count, labels, evaluate);
  const length = values.length / model.batchSize;
  const explanations: Explanation[] = [];
  const evaluations: ImageEvaluation[] = [];
  for (let start = 0; start < count; start += size) {
    const end = Math.min(start + size, count);
    const piece = new Float32Array(size * length);
    piece.set(values.subarray(start * length, end * length));
    try {
      const own = evaluate.filter(({ index }) => index >= start && index < end);
      const orders = own.map((order) => ({ ...order, index: order.index - start }));
      const result = await inference.explain(piece, end - start, labels.slice(start, end), orders);
      explanations.push(result.explanation);
      evaluations.push(...(result.evaluations ?? []).map((found) => ({ ...found, index: found.index + start })));
    } catch (error) {
      if (!(error instanceof InferenceError)) throw error;
      throw new InferenceError(error.code, error.message, values, { cause: error });
    }
  }
  return { explanation: joinExplanations(explanations), evaluations, values };
}

/** Explanations of neighbouring pieces as that of the whole batch. */
function joinExplanations(pieces: Explanation[]): Explanation {
  const [first] = pieces;
  if (first === undefined) throw new RangeError('A batch holds at least one image.');
  const floats = (get: (piece: Explanation) => Float32Array) => joinFloats(pieces.map(get));
  const count = pieces.reduce((sum, piece) => sum + piece.count, 0);
  return {
    count,
    classCount: first.classCount,
    logits: floats(({ logits }) => logits),
    scores: floats(({ scores }) => scores),
    maps: first.maps.map(
      (maps, place): LayerMaps => ({
        ...maps,
        classes: Int32Array.from(pieces.flatMap((piece) => [...at(piece.maps, place).classes])),
        values: floats((piece) => at(piece.maps, place).values),
        evidence: floats((piece) => at(piece.maps, place).evidence),
        gradientPeak: floats((piece) => at(piece.maps, place).gradientPeak),
      }),
    ),
    captured: first.captured.map((tensor, place) => ({
      ...tensor,
      shape: [count, ...tensor.shape.slice(1)],
      values: floats((piece) => at(piece.captured, place).values),
    })),
    statistics: first.statistics.map((layer, place) => ({
      layer: layer.layer,
      mean: floats((piece) => at(piece.statistics, place).mean),
      standardDeviation: floats((piece) => at(piece.statistics, place).standardDeviation),
      nearZero: floats((piece) => at(piece.statistics, place).nearZero),
    })),
  };
}

function joinFloats(arrays: Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const array of arrays) {
    joined.set(array, offset);
    offset += array.length;
  }
  return joined;
}
