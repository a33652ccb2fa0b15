import { gradientPeak, type Hook, type Method, noEvidence, type Reduced } from './method.ts';

/**
 * Input gradients: `M = max_c |g_c|` at the pixels, c being the image's channels (Simonyan et al. 2014, section 3.1). How
 * far the score reacts to a pixel, not in which direction: no cell is negative.
 */
export const inputGradients: Method = {
  needs: 'gradients',
  at: 'input',
  reduce: (hook) => (hook.gradients === undefined ? noEvidence(hook) : largestOverChannels(hook, hook.gradients)),
};

/** The largest magnitude of a pixel's channels. */
export function largestOverChannels(hook: Hook, gradients: string): Reduced {
  const { build } = hook;
  const map = build.reduce('ReduceMax', build.op('Abs', [gradients]), [1], false);
  return { map, peak: gradientPeak(hook, gradients) };
}
