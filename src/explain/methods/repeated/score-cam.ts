import { resized } from '../../resize.ts';
import { type LayerProbe, pixelIndex, type RepeatedMethod, weightedMap } from './probe.ts';

/**
 * Score-CAM: `M = sum_k w_k A_k`, w being the softmax over channels of the class's score for the picture seen through each
 * channel: the channel brought to the picture's size and scaled from 0 to 1 (Wang et al. 2020,
 * algorithm 1). The score is the logit. The baseline's score, which the paper subtracts, cancels in the softmax. A channel
 * of one value shows nothing. One run a channel.
 */
export const scoreCam: RepeatedMethod = {
  at: 'layers',
  cuts: false,
  async explain(probe) {
    const { grid, count, pixels } = probe;
    const scores = new Float32Array(count * grid.channels);
    for (let channel = 0; channel < grid.channels; channel++) {
      const answered = await probe.scores(seenThrough(probe, pixels, channel));
      for (const [image, score] of answered.entries()) scores[image * grid.channels + channel] = score;
    }
    const weights = new Float32Array(scores.length);
    for (let image = 0; image < count; image++) {
      const [from, to] = [image * grid.channels, (image + 1) * grid.channels];
      weights.set(softmax(scores.subarray(from, to)), from);
    }
    const peak = Float32Array.from({ length: count }, (_, image) =>
      Math.max(...weights.subarray(image * grid.channels, (image + 1) * grid.channels)),
    );
    return { values: weightedMap(probe, weights), peak };
  },
};

/** The batch with every pixel times the layer's channel there. */
function seenThrough({ input, grid, activations, count }: LayerProbe, pixels: Float32Array, channel: number) {
  const cells = grid.height * grid.width;
  const area = input.height * input.width;
  const size = area * input.channels;
  const masked = new Float32Array(pixels.length);
  for (let image = 0; image < count; image++) {
    const start = (image * grid.channels + channel) * cells;
    const mask = unitRange(resized(activations.subarray(start, start + cells), grid, input));
    for (let pixel = 0; pixel < area; pixel++) {
      for (let c = 0; c < input.channels; c++) {
        const at = image * size + pixelIndex(input, c, pixel);
        masked[at] = (pixels[at] ?? 0) * (mask[pixel] ?? 0);
      }
    }
  }
  return masked;
}

/** From 0 to 1; zeros where all values are one. */
function unitRange(values: Float32Array): Float32Array {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return values.map((value) => (high > low ? (value - low) / (high - low) : 0));
}

function softmax(values: Float32Array): Float32Array {
  const top = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = values.map((value) => Math.exp(value - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}
