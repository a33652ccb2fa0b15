/** What the main thread and the inference thread say to each other: numbers. Pixels and results lie in the slots, which both share. */

import type { HookedLayer, MapShape, ModelInput } from '../../../explain/explanation.ts';
import { lastLayer } from '../../../explain/layers/hooked-layers.ts';
import type { InputRow } from '../../../explain/options.ts';
import type { CarriedError } from '../../../shared/threads/carried-error.ts';
import type { EvaluationOrder, ImageEvaluation } from '../evaluate/evaluation.ts';
import type { PipelineExplainerOptions } from '../explainer-options.ts';

/** The compiled model, as far as the stages around it need to know it. */
export interface InferenceModel {
  input: ModelInput;
  layers: HookedLayer[];
  /** Images per session run. */
  batchSize: number;
  classCount: number;
  /** The maps of each explanation, in their order. */
  maps: MapShape[];
  /** Layers whose activations are described. */
  statistics: string[];
  /** Where each class is decided by itself: from which score on, by index. */
  thresholds?: readonly number[];
  /** What a user has to know of the model, in words. */
  warnings: readonly string[];
}

/** What a run's file says of its layers. */
export function layersFound(model: Pick<InferenceModel, 'layers'>): { lastLayer?: string; earlierLayer?: string } {
  const earlier = model.layers[0]?.earlierLayer;
  return { ...lastLayerOf(model), ...(earlier === undefined ? {} : { earlierLayer: earlier }) };
}

/** What the layer `last` means, where it is hooked. */
export function lastLayerOf({ layers }: Pick<InferenceModel, 'layers'>): { lastLayer?: string } {
  const resolved = layers.find(({ layer }) => layer === lastLayer)?.resolvedLayer;
  return resolved === undefined ? {} : { lastLayer: resolved };
}

/** Classes that are true of an image, null: nothing is known; and those of which it is not known. */
export interface ImageTruth {
  labels: readonly number[] | null;
  unknown: readonly number[];
}

export interface ExplainOrder {
  /** Slots of the batch's images, in its order. */
  slots: number[];
  /** A class index for each, -1 for none. */
  labels: number[];
  /** Where images may have several: what is known of each. */
  truth?: ImageTruth[];
  /** What the inputs beside the picture are given with each; left out where they have no rows. */
  inputRows?: InputRow[];
  /** Which images to measure. */
  evaluate: readonly EvaluationOrder[];
}

export type InferenceRequest =
  | { type: 'open'; options: PipelineExplainerOptions }
  /** `buffer` and `count` are those of the slots (`ImageSlots`). */
  | { type: 'explain'; id: number; buffer: SharedArrayBuffer; count: number; order: ExplainOrder }
  /** Closes the model; the thread may be given another. */
  | { type: 'release' }
  | { type: 'close' };

export type InferenceReply =
  | { type: 'opened'; model: InferenceModel }
  | { type: 'open-failed'; error: CarriedError }
  | { type: 'released' }
  | { type: 'explained'; id: number; evaluations: ImageEvaluation[] }
  | { type: 'explain-failed'; id: number; error: CarriedError }
  /** The thread is not held up in native code. */
  | { type: 'alive' };
