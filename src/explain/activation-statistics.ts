/** What fastai's ActivationStats records of a layer, computed in the graph so that activations need not leave the device. */

import type { Builder } from './onnx/builder.ts';

/** Values closer to zero than this count as near zero. */
const nearZeroLimit = 0.05;

export interface StatisticsTensors {
  /** `[N]` each. */
  mean: string;
  standardDeviation: string;
  nearZero: string;
}

/** @param activations all values of each image in a row, `[N, values]` */
export function appendStatistics(build: Builder, activations: string): StatisticsTensors {
  const over = (tensor: string, keepdims: boolean) => build.reduce('ReduceMean', tensor, [1], keepdims);
  const centred = build.op('Sub', [activations, over(activations, true)]);
  const variance = over(build.op('Mul', [centred, centred]), false);
  const small = build.op('Less', [build.op('Abs', [activations]), build.scalar(nearZeroLimit)]);
  return {
    mean: over(activations, false),
    standardDeviation: build.op('Sqrt', [variance]),
    nearZero: over(build.op('Cast', [small], { to: 1 }), false),
  };
}
