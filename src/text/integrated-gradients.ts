/** Integrated gradients at the embeddings. */

import type { TokenSequence } from './options.ts';
import type { TextRun, TextSession } from './text-session.ts';

export interface Integrated {
  /** By target, `[count, length]`. */
  targets: Float32Array[];
  /** Of the baseline, `[count, classCount]`. */
  logits: Float32Array;
}

/**
 * `r_t = sum_d (e_td - b_d) mean_a g_td(b + a (e - b))`, a going from 0 to 1 (Sundararajan et al. 2017, section 3, equation
 * 1, with the sum of section 5 at midpoints). The tokens of a text add up to its score less the baseline's, the more
 * exactly the more steps there are.
 * @param whole the run of the same texts without a baseline, whose classes are kept to
 */
export async function integrate(
  session: TextSession,
  texts: readonly TokenSequence[],
  whole: TextRun,
  steps: number,
): Promise<Integrated> {
  const classes = whole.targets.map((target) => target.classes);
  const totals = whole.targets.map((target) => new Float64Array(target.timesDifference.length));
  for (let step = 0; step < steps; step++) {
    const { targets } = await session.run(texts, (step + 0.5) / steps, classes);
    targets.forEach(({ timesDifference }, t) => {
      const total = totals[t];
      if (total === undefined) return;
      for (const [i, value] of timesDifference.entries()) total[i] = (total[i] ?? 0) + value / steps;
    });
  }
  const { logits } = await session.run(texts, 0, classes);
  return { targets: totals.map((total) => Float32Array.from(total)), logits };
}
