import type { BiasGradients } from './biased-layers.ts';
import { cellProducts, gradientPeak, type Hook, type Method, noEvidence } from './method.ts';

/** Keeps the division defined where all values are one. */
const smallestSpan = 1e-30;

/**
 * FullGrad: `M = sum_c psi(g_c x_c) + sum_l sum_c psi(g_lc b_lc)` at the pixels, x being the image, b the bias of each layer l that
 * has one (see `biased-layers.ts`), g the gradients there, and psi a magnitude that is scaled from 0 to 1 over each layer and brought
 * to the size of the image (Srinivas and Fleuret 2019, FullGrad for convolutional networks). Before psi the parts add up to
 * the logit of a network of linear layers and ReLUs. No cell is negative.
 */
export const fullGrad: Method = {
  needs: 'gradients',
  at: 'input',
  biases: true,
  reduce(hook) {
    const { build, gradients, channels, height, width } = hook;
    if (gradients === undefined) return noEvidence(hook);
    const pixels = { products: cellProducts(hook, gradients), channels, height, width };
    const parts = [pixels, ...(hook.biases ?? [])].map((part) => enlarged(hook, part));
    return { map: build.sum(parts), peak: gradientPeak(hook, gradients) };
  },
};

/** The layer's channels, each scaled and enlarged, as one map `[N, pixels]`: their sum can be taken first. */
function enlarged(hook: Hook, { products, channels, height, width }: BiasGradients): string {
  const { build, batchSize } = hook;
  const size = build.op('Abs', [products]);
  const low = build.reshape(build.op('ReduceMin', [size, build.ints([1, 2])], { keepdims: 0 }), [batchSize, 1]);
  const high = build.reshape(build.reduce('ReduceMax', size, [1, 2], false), [batchSize, 1]);
  const span = build.op('Max', [build.op('Sub', [high, low]), build.scalar(smallestSpan)]);
  const sum = build.reduce('ReduceSum', size, [1], false);
  const lowest = build.op('Mul', [low, build.scalar(channels)]);
  const map = build.op('Div', [build.op('Sub', [sum, lowest]), span]);
  if (height === hook.height && width === hook.width) return map;
  const grid = build.reshape(map, [batchSize, 1, height, width]);
  const sizes = build.ints([batchSize, 1, hook.height, hook.width]);
  const large = build.op('Resize', [grid, '', '', sizes], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
  return build.reshape(large, [batchSize, hook.cells]);
}
