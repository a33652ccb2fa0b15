/** What a page's model says of the trial picture, for browsers to compare with. */

import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { CompiledDescription } from '../explain/compiled/description.ts';
import { loadRuntime } from '../explain/onnx/runtime.ts';
import { openSession } from '../explain/onnx/session.ts';
import { testPicture } from '../explain/probe/test-picture.ts';
import type { PageSettings, PageTrial } from './contract.ts';

/** Two orders above rounding, one above a unit at zero that is on in one runtime and off in another, and less than an eye sees. */
const tolerance = { float32: 1e-2, float16: 5e-2 };

export async function tryModel(
  file: string,
  precision: CompiledDescription['precision'],
  { image, maps }: Pick<PageSettings, 'image' | 'maps'>,
): Promise<PageTrial> {
  const target = 0;
  // As the file says, not as an optimiser understands it.
  const session = await openSession(file, "open the page's model", { graphOptimizationLevel: 'disabled' });
  try {
    const results = await session.run(await feeds(image, target));
    const values = (name: string) => rounded(results[name]);
    return {
      target,
      scores: values('scores'),
      maps: maps.map(({ output }) => values(output)),
      tolerance: tolerance[precision],
    };
  } finally {
    await session.release();
  }
}

async function feeds(image: PageSettings['image'], target: number): Promise<InferenceSession.FeedsType> {
  const { Tensor } = await loadRuntime();
  return {
    pixels: new Tensor('uint8', testPicture(0, image), [1, image.height, image.width, 3]),
    target: new Tensor('int64', BigInt64Array.of(BigInt(target)), [1]),
  };
}

/** Six digits: far more than is compared. */
function rounded(tensor: Tensor | undefined): number[] {
  if (!(tensor?.data instanceof Float32Array)) throw new TypeError('A compiled file returns float32.');
  return Array.from(tensor.data, (value) => Number(value.toPrecision(6)));
}
