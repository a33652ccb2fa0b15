/** Feeding the inputs beside the picture that have other values for each image. */

import type { Tensor } from 'onnxruntime-node';
import { ElementType } from './onnx/element-type.ts';
import { loadRuntime } from './onnx/runtime.ts';
import { checkInputValues, type RowInput, rowInputShape } from './onnx/second-inputs.ts';
import type { InputRow } from './options.ts';

/**
 * A batch's rows as tensors by the names of their inputs; a short batch is padded with zeros.
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
    for (const [image, own] of given.entries()) {
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

async function tensorOf(elementType: number, values: readonly number[], shape: readonly number[]): Promise<Tensor> {
  const { Tensor } = await loadRuntime();
  switch (elementType) {
    case ElementType.bool:
      return new Tensor('bool', Uint8Array.from(values), shape);
    case ElementType.uint8:
      return new Tensor('uint8', Uint8Array.from(values), shape);
    case ElementType.int8:
      return new Tensor('int8', Int8Array.from(values), shape);
    case ElementType.uint16:
      return new Tensor('uint16', Uint16Array.from(values), shape);
    case ElementType.int16:
      return new Tensor('int16', Int16Array.from(values), shape);
    case ElementType.uint32:
      return new Tensor('uint32', Uint32Array.from(values), shape);
    case ElementType.int32:
      return new Tensor('int32', Int32Array.from(values), shape);
    case ElementType.uint64:
      return new Tensor('uint64', BigUint64Array.from(values, BigInt), shape);
    case ElementType.int64:
      return new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
    default:
      return new Tensor('float32', Float32Array.from(values), shape);
  }
}
