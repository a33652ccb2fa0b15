import type { Tensor } from 'onnxruntime-node';
import { ElementType } from './onnx/element-type.ts';
import { loadRuntime } from './onnx/runtime.ts';

/** Numbers as a tensor of the type that an input has; float32 where that is none of whole numbers or bool. */
export async function tensorOf(
  elementType: number,
  values: readonly number[],
  shape: readonly number[],
): Promise<Tensor> {
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
