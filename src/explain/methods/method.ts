/** What a map method is: how a layer's activations, and what flows back to them, become one map. */

import type { Builder } from '../onnx/builder.ts';
import type { BiasGradients } from './biased-layers.ts';

/** A hooked layer inside the graph being built, in the form that methods share. */
export interface Hook {
  build: Builder;
  batchSize: number;
  channels: number;
  /** Rows and columns of the grid, and their product. */
  height: number;
  width: number;
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
  /** The pixels, with the gradient of guided backpropagation; only for methods that ask for it. */
  guided: Hook | undefined;
  /** Of every layer with a bias that the score depends on; only for methods that ask for it. */
  biases: readonly BiasGradients[] | undefined;
}

/** A map and how strongly the score reaches it. */
export interface Reduced {
  /** `[N, cells]`, signed. */
  map: string;
  /** `[N]`: largest magnitude of what the method draws on. 0: no gradient reaches the layer. */
  peak: string;
  /** On whose grid the map lies, if not on the hook's own. */
  on?: Hook;
}

export interface Method {
  /**
   * `gradients`: a sweep down to the layer. `head`: only through the last linear layer. `activations`: no gradient at
   * all, so the map is the same for every class.
   */
  needs: 'activations' | 'gradients' | 'head';
  /** `finer`: the sweep starts from the class's score less that of similar classes (`../seed.ts`). */
  seed?: 'finer';
  /** `input`: one map over the pixels, whichever layers are listed. */
  at?: 'input';
  /** Needs the gradient of guided backpropagation at the pixels too (`Hook.guided`). */
  guided?: true;
  /** Needs the gradients of the network's biases too (`Hook.biases`). */
  biases?: true;
  reduce(hook: Hook): Reduced;
}

/** The sum of the activations' channels, each times one weight of `[N, channels]`: a map, `[N, cells]`. */
export function weightedSum(hook: Hook, weights: string): string {
  const { build, batchSize, channels, cells } = hook;
  const row = build.reshape(weights, [batchSize, 1, channels]);
  return build.reshape(build.op('MatMul', [row, hook.activations]), [batchSize, cells]);
}

/** Activations times gradients, cell by cell, `[N, channels, cells]`. */
export function cellProducts({ build, activations }: Hook, gradients: string): string {
  return build.op('Mul', [activations, gradients]);
}

/** Sum over the channels of `[N, channels, cells]`: a map, `[N, cells]`. */
export function channelSum({ build }: Hook, tensor: string): string {
  return build.reduce('ReduceSum', tensor, [1], false);
}

/**
 * Largest magnitude over the given axes of a tensor, `[N]`. The last axis first and the others after it: a GPU reduces each row on its own, and
 * one row an image leaves most of it idle. There rows are shortened by pooling before, which reads memory faster than reductions do: 3% of
 * ResNet-50's time with four layers on an H200.
 */
export function largestMagnitude(build: Builder, tensor: string, axes: number[]): string {
  const magnitudes = build.op('Abs', [tensor]);
  const isRows = build.gates === 'selected' && axes.length === 2;
  return axes.reduceRight(
    (values, axis) => build.reduce('ReduceMax', values, [axis], false),
    isRows ? pooledRows(build, pooledRows(build, magnitudes)) : magnitudes,
  );
}

/** `[N, channels, cells]` to a sixteenth of the cells. */
function pooledRows(build: Builder, tensor: string): string {
  return build.op('MaxPool', [tensor], { kernel_shape: [16], strides: [16], ceil_mode: 1 });
}

/** Largest magnitude of the gradients, `[N]`. */
export function gradientPeak({ build }: Hook, gradients: string): string {
  return largestMagnitude(build, gradients, [1, 2]);
}

/** A map of zeros, for layers that no gradient reaches. */
export function noEvidence(hook: Hook): Reduced {
  const { build, batchSize, cells } = hook;
  return { map: build.zeros([batchSize, cells]), peak: build.zeros([batchSize]) };
}

/** A method of the gradients at the layer, which is zero where none arrives. */
export function fromGradients(map: (hook: Hook, gradients: string) => string): Method {
  return {
    needs: 'gradients',
    reduce(hook) {
      const { gradients } = hook;
      if (gradients === undefined) return noEvidence(hook);
      return { map: map(hook, gradients), peak: gradientPeak(hook, gradients) };
    },
  };
}
