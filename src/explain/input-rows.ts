/** Feeding the inputs beside the picture that have other values for each image. */

import type { Tensor } from 'onnxruntime-node';
import { checkInputValues, type RowInput, rowInputShape } from './onnx/second-inputs.ts';
import type { InputRow } from './options.ts';
import { tensorOf } from './tensor-of.ts';

/**
 * A batch's rows as tensors by the names of their inputs; a short batch is padded with its last row: zeros may be what the model cannot take.
 * @param given one for each image
 * @throws RangeError where a row misses an input, or has more or fewer values for it; UserError `wrong-input-value` for a value that its type cannot hold
 */
export async function rowFeeds(
  rows: readonly RowInput[],
  given: readonly InputRow[],
  batchSize: number,
): Promise<Record<string, Tensor>> {
  if (rows.length === 0) return {};
  const feeds: Record<string, Tensor> = {};
  for (const row of rows) {
    const { name, shape } = row;
    const size = shape.reduce((a, b) => a * b, 1);
    const values = new Array<number>(batchSize * size).fill(0);
    for (let image = 0; image < batchSize; image++) {
      const own = given[image] ?? given.at(-1) ?? {};
      const ofInput = own[name];
      if (ofInput?.length !== size) {
        throw new RangeError(
          `The input '${name}' takes ${size} values for an image; got ${ofInput?.length ?? 'none'}.`,
        );
      }
      checkInputValues(row, ofInput);
      for (const [i, value] of ofInput.entries()) values[image * size + i] = value;
    }
    feeds[name] = await tensorOf(row.elementType, values, rowInputShape(row, batchSize));
  }
  return feeds;
}
