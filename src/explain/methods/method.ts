/** What a map method is: how a layer's activations, and what flows back to them, become one map. */

import type { Builder } from '../onnx/builder.ts';

/** A hooked layer inside the graph being built, in the form that methods share. */
export interface Hook {
  build: Builder;
  batchSize: number;
  channels: number;
  cells: number;
  /** Activations A, `[N, channels, cells]`. */
  activations: string;
  /**
   * Gradients of the target's score, as A, or `[N, channels, 1]` where every cell has the same (behind a global average
   * pool); undefined where none reaches the layer.
   */
  gradients: string | undefined;
  /** Gradient of the score at the head's pooled features, `[N, channels]`: the class's row of the last linear layer. */
  classWeights: string | undefined;
}

/** A map and how strongly the score reaches it. */
export interface Reduced {
  /** `[N, cells]`, signed. */
  map: string;
  /** `[N]`: largest magnitude of the gradients that the method draws on. 0: no gradient reaches the layer. */
  peak: string;
}

export interface Method {
  /** `gradients`: a sweep down to the layer. `head`: only through the last linear layer. */
  needs: 'gradients' | 'head';
  reduce(hook: Hook): Reduced;
}

/** The sum of the activations' channels, each times one weight of `[N, channels]`: a map, `[N, cells]`. */
export function weightedSum(hook: Hook, weights: string): string {
  const { build, batchSize, channels, cells } = hook;
  const row = build.reshape(weights, [batchSize, 1, channels]);
  return build.reshape(build.op('MatMul', [row, hook.activations]), [batchSize, cells]);
}

/** Largest magnitude over the given axes of a tensor, `[N]`. */
export function largestMagnitude(build: Builder, tensor: string, axes: number[]): string {
  return build.reduce('ReduceMax', build.op('Abs', [tensor]), axes, false);
}

/** A map of zeros, for layers that no gradient reaches. */
export function noEvidence(hook: Hook): Reduced {
  const { build, batchSize, cells } = hook;
  const zeros = (shape: number[]) => build.op('Expand', [build.scalar(0), build.ints(shape)]);
  return { map: zeros([batchSize, cells]), peak: zeros([batchSize]) };
}
