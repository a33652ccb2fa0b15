/** What the inference thread does with the messages that it gets, apart from being a thread. */

import type { MessagePort } from 'node:worker_threads';
import type { Explanation } from '../../../explain/explanation.ts';
import type { BatchOptions, InputRow } from '../../../explain/options.ts';
import { isBanded, sampleCount } from '../../../explain/pixel-input.ts';
import { carry } from '../../../shared/threads/carried-error.ts';
import type { EvaluationOrder, ImageEvaluation } from '../evaluate/evaluation.ts';
import type { PipelineExplainerOptions } from '../explainer-options.ts';
import { ImageSlots, slotShape } from '../image-slots.ts';
import type { ExplainOrder, InferenceModel, InferenceReply, InferenceRequest } from './inference-messages.ts';
import { truthTable } from './truth-table.ts';

type Pictures = Uint8Array | Float32Array;

/** What the thread asks of a model. Pictures are bytes, `[count, height, width, 3]`, or floats, `[count, height, width, channels]`, for one that takes bands. */
export interface BatchExplainer extends InferenceModel {
  explain(pictures: Pictures, options: BatchOptions): Promise<Explanation>;
  /** Measures the maps of some images of a batch that was explained. */
  evaluate(
    pictures: Pictures,
    explanation: Explanation,
    orders: readonly EvaluationOrder[],
    inputRows?: readonly InputRow[],
  ): Promise<ImageEvaluation[]>;
  close(): Promise<void>;
}

/** Answers requests on `port` in the order in which they arrive, one model after the other, until `close`; then closes the explainer and the port. */
export function serveInference(
  port: MessagePort,
  open: (options: PipelineExplainerOptions) => Promise<BatchExplainer>,
): void {
  let explainer: SlotExplainer | null = null;
  let previous: Promise<void> = Promise.resolve();

  const answer = async (request: InferenceRequest): Promise<void> => {
    switch (request.type) {
      case 'open':
        try {
          const opened = await open(request.options);
          explainer = new SlotExplainer(opened);
          const { input, layers, batchSize, classCount, maps, statistics, warnings, thresholds } = opened;
          const own = thresholds === undefined ? {} : { thresholds };
          const model = { input, layers, batchSize, classCount, maps, statistics, warnings, ...own };
          reply(port, { type: 'opened', model });
        } catch (error) {
          reply(port, { type: 'open-failed', error: carry(error) });
        }
        return;
      case 'explain': {
        const { id, buffer, count, order } = request;
        try {
          if (explainer === null) throw new Error('No model is open in the inference thread.');
          reply(port, { type: 'explained', id, evaluations: await explainer.explain(buffer, count, order) });
        } catch (error) {
          reply(port, { type: 'explain-failed', id, error: carry(error) });
        }
        return;
      }
      case 'release':
        await explainer?.close();
        explainer = null;
        reply(port, { type: 'released' });
        return;
      case 'close':
        await explainer?.close();
        explainer = null;
        port.close();
    }
  };

  port.on('message', (request: InferenceRequest) => {
    previous = previous.then(() => answer(request));
  });
}

/** Explains what lies in slots, and leaves there what it found. */
class SlotExplainer {
  readonly #explainer: BatchExplainer;
  /** ONNX Runtime takes no shared memory, so a batch is copied once; always into the same place. */
  readonly #batch: Pictures;

  constructor(explainer: BatchExplainer) {
    this.#explainer = explainer;
    const { input, batchSize } = explainer;
    const length = batchSize * sampleCount(input);
    this.#batch = isBanded(input) ? new Float32Array(length) : new Uint8Array(length);
  }

  async explain(
    buffer: SharedArrayBuffer,
    count: number,
    { slots: places, labels, truth, inputRows, evaluate }: ExplainOrder,
  ): Promise<ImageEvaluation[]> {
    const slots = new ImageSlots(slotShape(this.#explainer), count, buffer);
    const length = sampleCount(this.#explainer.input);
    for (const [i, slot] of places.entries()) this.#batch.set(slots.bands(slot) ?? slots.pixels(slot), i * length);
    this.#batch.fill(0, places.length * length);
    const rows = inputRows === undefined ? {} : { inputRows };
    const known = truth === undefined ? {} : { truth: truthTable(truth, this.#explainer.classCount) };
    const options = { count: places.length, labels: Int32Array.from(labels), ...known, ...rows };
    const explanation = await this.#explainer.explain(this.#batch, options);
    for (const [i, slot] of places.entries()) slots.writeResult(slot, explanation, i);
    return evaluate.length === 0 ? [] : this.#explainer.evaluate(this.#batch, explanation, evaluate, inputRows);
  }

  close(): Promise<void> {
    return this.#explainer.close();
  }
}

function reply(port: MessagePort, message: InferenceReply): void {
  port.postMessage(message);
}
