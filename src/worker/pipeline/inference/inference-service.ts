/** What the inference thread does with the messages that it gets, apart from being a thread. */

import type { MessagePort, Transferable } from 'node:worker_threads';
import type { Explanation } from '../../../explain/explanation.ts';
import type { ExplainerOptions } from '../../../explain/options.ts';
import { carry } from '../../../shared/threads/carried-error.ts';
import type { EvaluationOrder, ImageEvaluation } from '../evaluate/evaluation.ts';
import type { InferenceModel, InferenceReply, InferenceRequest } from './inference-messages.ts';

/** What the thread asks of a model. */
export interface BatchExplainer extends InferenceModel {
  explain(batch: Float32Array, options: { count: number; labels?: Int32Array }): Promise<Explanation>;
  /** Measures the maps of some images of a batch that was explained. */
  evaluate(
    batch: Float32Array,
    explanation: Explanation,
    orders: readonly EvaluationOrder[],
  ): Promise<ImageEvaluation[]>;
  close(): Promise<void>;
}

/** Answers requests on `port` in the order in which they arrive, until `close`; then closes the explainer and the port. */
export function serveInference(port: MessagePort, open: (options: ExplainerOptions) => Promise<BatchExplainer>): void {
  let explainer: BatchExplainer | null = null;
  let previous: Promise<void> = Promise.resolve();

  const answer = async (request: InferenceRequest): Promise<void> => {
    switch (request.type) {
      case 'open':
        try {
          explainer = await open(request.options);
          const { input, layers, batchSize, classCount } = explainer;
          reply(port, { type: 'opened', model: { input, layers, batchSize, classCount } });
        } catch (error) {
          reply(port, { type: 'open-failed', error: carry(error) });
        }
        return;
      case 'explain': {
        const { id, values, count, labels, evaluate = [] } = request;
        try {
          if (explainer === null) throw new Error('No model is open in the inference thread.');
          const explanation = await explainer.explain(values, { count, labels });
          const evaluations = evaluate.length === 0 ? [] : await explainer.evaluate(values, explanation, evaluate);
          const explained = { type: 'explained', id, explanation, evaluations, values } as const;
          reply(port, explained, buffersOf(values, ...arraysOf(explanation)));
        } catch (error) {
          reply(port, { type: 'explain-failed', id, error: carry(error), values }, buffersOf(values));
        }
        return;
      }
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

function reply(port: MessagePort, message: InferenceReply, transfer: Transferable[] = []): void {
  port.postMessage(message, transfer);
}

function arraysOf(explanation: Explanation): (Float32Array | Int32Array)[] {
  return [
    explanation.logits,
    explanation.scores,
    ...explanation.maps.flatMap((maps) => [maps.classes, maps.values, maps.evidence, maps.gradientPeak]),
    ...explanation.captured.map((tensor) => tensor.values),
    ...explanation.statistics.flatMap((layer) => [layer.mean, layer.standardDeviation, layer.nearZero]),
  ];
}

/** Each buffer once, as a transfer wants it: arrays may share one. */
function buffersOf(...arrays: (Float32Array | Int32Array)[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer } of arrays) {
    if (buffer instanceof ArrayBuffer) buffers.add(buffer);
  }
  return [...buffers];
}
