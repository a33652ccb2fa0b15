/** Pictures whose map does not hang on rounding, so that two runtimes have to agree on it. */

import { deviation } from '../../src/explain/deviation.ts';
import { Explainer } from '../../src/explain/index.ts';
import type { PixelScaling } from '../../src/explain/options.ts';
import { testPictures } from '../../src/explain/probe/test-pictures.ts';
import { uniformNumbers } from '../../src/explain/random-numbers.ts';

/** Of the model's input, as a share of each value: what rounding does to sums of float32. */
const noise = 1e-6;
/** The map's largest deviation that is rounding; a unit at zero that is switched moves a map by more. */
const rounding = 1e-5;
const noisyCopies = 5;
const mostTried = 40;

/**
 * A ReLU whose input is within rounding of zero is on in one runtime and off in another, and its gradient with it, so that maps differ without
 * either being wrong. Found by noise in Gradline's own run, before another runtime is asked.
 * @returns the first numbers of `testPicture` that have no such unit
 */
export async function firmPictures(
  model: string,
  layer: string,
  scaling: PixelScaling,
  side: number,
  count: number,
): Promise<number[]> {
  const batchSize = 1 + noisyCopies;
  await using explainer = await Explainer.open({ model, layers: [layer], probe: false, batchSize });
  const random = uniformNumbers(1);
  const input = { height: side, width: side, channels: 3, layout: 'NCHW' } as const;
  const firm: number[] = [];
  for (let number = 0; firm.length < count && number < mostTried; number++) {
    const picture = testPictures([number], { ...input, name: 'input' }, scaling);
    const batch = new Float32Array(batchSize * picture.length);
    for (let copy = 0; copy < batchSize; copy++) {
      const share = copy === 0 ? 0 : noise;
      batch.set(
        picture.map((value) => value * (1 + share * (2 * random() - 1))),
        copy * picture.length,
      );
    }
    const { maps } = await explainer.explain(batch, { count: batchSize });
    const values = maps[0]?.values ?? new Float32Array();
    const cells = values.length / batchSize;
    const found = Array.from({ length: batchSize }, (_, copy) => values.subarray(copy * cells, (copy + 1) * cells));
    const [own = new Float32Array(), ...noisy] = found;
    if (Math.max(...noisy.map((map) => deviation(own, map))) <= rounding) firm.push(number);
  }
  if (firm.length < count) throw new Error(`${model}: ${mostTried} pictures were tried, and ${firm.length} are firm.`);
  return firm;
}
