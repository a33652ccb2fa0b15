import { overChannels, peaks, type RepeatedMethod } from './probe.ts';

/** Midpoints on the straight line from the baseline; the paper finds 20 to 300 enough. */
const steps = 32;

/**
 * Integrated gradients: `M = sum_c x_c mean_a g_c(a x)`, a going from 0 to 1 (Sundararajan et al. 2017, section 3,
 * with the sum of section 5 at midpoints). The baseline is zero everywhere: the mean colour of the preprocessing. The
 * pixels add up to the score less the baseline's.
 */
export const integratedGradients: RepeatedMethod = {
  at: 'input',
  async explain(probe) {
    const { pixels, count } = probe;
    const total = new Float64Array(pixels.length);
    for (let step = 0; step < steps; step++) {
      const share = (step + 0.5) / steps;
      const gradients = await probe.gradients(pixels.map((value) => value * share));
      for (const [i, gradient] of gradients.entries()) total[i] = (total[i] ?? 0) + gradient;
    }
    const parts = pixels.map((value, i) => (value * (total[i] ?? 0)) / steps);
    return { values: overChannels(probe, parts, (sum, value) => sum + value), peak: peaks(parts, count) };
  },
};
