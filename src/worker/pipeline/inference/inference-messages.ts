/** What the main thread and the inference thread say to each other. Every large array is transferred, never copied. */

import type { Explanation, HookedLayer, ModelInput } from '../../../explain/explanation.ts';
import type { ExplainerOptions } from '../../../explain/options.ts';
import type { CarriedError } from '../../../shared/threads/carried-error.ts';
import type { EvaluationOrder, ImageEvaluation } from '../evaluate/evaluation.ts';

/** The compiled model, as far as the stages around it need to know it. */
export interface InferenceModel {
  input: ModelInput;
  layers: HookedLayer[];
  /** Images per session run. */
  batchSize: number;
  classCount: number;
}

export type InferenceRequest =
  | { type: 'open'; options: ExplainerOptions }
  /** `values` holds `count` images of the compiled layout at its start; `labels` has `count` class indices, -1 for none; `evaluate` names those to measure. */
  | {
      type: 'explain';
      id: number;
      values: Float32Array;
      count: number;
      labels: Int32Array;
      evaluate?: readonly EvaluationOrder[];
    }
  | { type: 'close' };

export type InferenceReply =
  | { type: 'opened'; model: InferenceModel }
  | { type: 'open-failed'; error: CarriedError }
  | {
      type: 'explained';
      id: number;
      explanation: Explanation;
      evaluations: ImageEvaluation[];
      values: Float32Array;
    }
  | { type: 'explain-failed'; id: number; error: CarriedError; values: Float32Array };
