import type { ModelInput } from '../../explanation.ts';
import { normalNumbers } from '../../random-numbers.ts';
import { overChannels, peaks, pixelIndex, type RepeatedMethod } from './probe.ts';

/** Noisy copies; the paper sees little gain beyond 50. */
const copies = 25;
/** Standard deviation of the noise, as a share of the image's range of values: within the paper's 10 to 20%. */
const noiseLevel = 0.15;

/**
 * SmoothGrad: `M = max_c |mean g_c(x + noise)|` (Smilkov et al. 2017), with the channels combined as for input
 * gradients. The noise is the same for every image and run, so that a map depends on its image alone.
 */
export const smoothGrad: RepeatedMethod = {
  at: 'input',
  async explain(probe) {
    const { pixels, count } = probe;
    const size = pixels.length / count;
    const spread = Array.from({ length: count }, (_, image) => noiseLevel * range(pixels, image * size, size));
    const normal = normalNumbers(0x5eed);
    const total = new Float32Array(pixels.length);
    for (let copy = 0; copy < copies; copy++) {
      const noise = noiseOf(probe.input, normal);
      const noisy = pixels.map((value, i) => value + (noise[i % size] ?? 0) * (spread[Math.floor(i / size)] ?? 0));
      const gradients = await probe.gradients(noisy);
      for (const [i, gradient] of gradients.entries()) total[i] = (total[i] ?? 0) + gradient / copies;
    }
    const largest = (top: number, value: number) => Math.max(top, Math.abs(value));
    return { values: overChannels(probe, total, largest), peak: peaks(total, count) };
  },
};

/** Noise for one image in the model's layout, drawn channel by channel whatever the layout is. */
function noiseOf(input: ModelInput, normal: () => number): Float32Array {
  const area = input.height * input.width;
  const noise = new Float32Array(input.channels * area);
  for (let channel = 0; channel < input.channels; channel++) {
    for (let pixel = 0; pixel < area; pixel++) noise[pixelIndex(input, channel, pixel)] = normal();
  }
  return noise;
}

/** Largest less smallest of `size` values. */
function range(values: Float32Array, start: number, size: number): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values.subarray(start, start + size)) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low;
}
