/** What `TextExplainer.open` takes. */

import type { ExecutionOptions } from '../explain/open-model.ts';
import type { ScoreActivation } from '../explain/options.ts';

export const textMethods = ['integrated-gradients', 'grad-x-input'] as const;
/** How relevance comes from the gradients at the layer. */
export type TextMethod = (typeof textMethods)[number];

/** Where a network is sure, gradients at the text itself are small and may have either sign; their integral does not. */
export const defaultMethod: TextMethod = 'integrated-gradients';

/** Where the straight line of integrated gradients begins: the zero vector, or the padding token's embedding, for every token. */
export const baselines = ['zero', 'pad'] as const;
/** Where the line of integrated gradients begins: the zero vector, or the padding token's embedding. */
export type Baseline = (typeof baselines)[number];

/** What `TextExplainer.open` takes: the model, where relevance is taken, and for which classes. */
export interface TextExplainerOptions extends Omit<ExecutionOptions, 'precision' | 'simulated'> {
  /** Path of the ONNX file. */
  model: string;
  /** Where relevance is taken: a layer of shape `[N, tokens, values]`. Default: the embedding table that the token ids go into. */
  layer?: string;
  /** Default `['integrated-gradients']`, which runs the model `steps` + 2 times. */
  methods?: TextMethod[];
  /** As for images: `predicted`, `label`, `class:<index or name>`, `class:<a>-vs-<b>`, `top:<k>`. Default `['predicted']`. */
  targets?: string[];
  /**
   * Decide each class by itself, because a text may have several or none: the score from which a class is decided, by index, or one for all. Then
   * `predicted` is every decided class, `label` every true one (`TokenSequence.labels`), `false-positives` and `false-negatives` are targets too, and
   * each of the classes that a text's targets name has relevance of its own, the highest score first: `predicted+label#1`, `predicted+label#2`, ..., at most 16.
   * Logits are scored by their sigmoid.
   */
  thresholds?: number | readonly number[];
  /** Names by class index; needed for `class:<name>`. */
  classNames?: string[];
  /** What classes are called besides, by class index. */
  classIds?: string[];
  /** Points on the line of integrated gradients. Default 32. */
  steps?: number;
  /** Default `zero`. */
  baseline?: Baseline;
  /** Id of the padding token. Default 0. */
  padId?: number;
  /** Texts per session run where the model leaves the batch free. Default 8. */
  batchSize?: number;
  /** Most tokens of a text; sessions are never compiled for more. Default 512, or what the model's own input fixes. */
  maxLength?: number;
  /** Texts of fewer tokens are padded to this many; default: no more padding than batches need. */
  padTo?: number;
  /**
   * Compiles a session for each length of text, so that nothing is padded: for models that read padding in spite of the mask.
   * Default false.
   */
  exactLengths?: boolean;
  scoreActivation?: ScoreActivation;
}

/** A text as the model takes it. */
export interface TokenSequence {
  ids: readonly number[];
  /** Which of two joined texts each token belongs to; default: all 0. */
  typeIds?: readonly number[];
  /** Class index for the target `label`, -1 for none. */
  label?: number;
  /** With `thresholds`: indices of the classes that are true. Default: nothing is known. */
  labels?: readonly number[];
  /** With `labels`: indices of classes of which it is not known whether they are true. */
  unknown?: readonly number[];
}

/** Relevance of a text's tokens for one class. */
export interface TokenRelevance {
  method: TextMethod;
  /** As the user wrote it; `top:3` gives three entries, `top:3#1` to `top:3#3`. With `thresholds`: `predicted+label#1`, ..., as many as the text has classes. */
  target: string;
  /** The explained class; -1 where the text has no such target (a missing label): all values are zero. */
  class: number;
  /** One signed value for each token. */
  values: Float32Array;
  /** What is explained: the class's score before Softmax or Sigmoid, less the other class's for `a-vs-b`. */
  logit: number;
  /** The same at the baseline; null for grad-x-input. Integrated gradients add up to `logit - baselineLogit`. */
  baselineLogit: number | null;
}

/** What `TextExplainer.explain` says of one text. */
export interface TextExplanation {
  /** `[classCount]`: before and after the final Softmax or Sigmoid. */
  logits: Float32Array;
  scores: Float32Array;
  relevance: TokenRelevance[];
}
