/** Small constant tensors: the axes, shapes and pads that rules must know. Weights are never read through here. */

import { create } from '@bufbuild/protobuf';
import { ElementType } from './element-type.ts';
import { type TensorProto, TensorProtoSchema } from './onnx_pb.ts';

/** Value of `TensorProto.data_location` for bytes that lie in another file. */
export const externalLocation = 1;

/** Values of a tensor held in the file itself, as numbers in row-major order; undefined when stored outside or of another type. */
export function tensorValues(tensor: TensorProto): number[] | undefined {
  if (tensor.dataLocation === externalLocation) return undefined;
  const raw = tensor.rawData;
  if (raw.length === 0) return typedValues(tensor);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = (width: number, at: (offset: number) => number | bigint): number[] =>
    Array.from({ length: raw.length / width }, (_, i) => Number(at(i * width)));
  switch (tensor.dataType) {
    case ElementType.float32:
      return read(4, (o) => view.getFloat32(o, true));
    case ElementType.float64:
      return read(8, (o) => view.getFloat64(o, true));
    case ElementType.int64:
      return read(8, (o) => view.getBigInt64(o, true));
    case ElementType.int32:
      return read(4, (o) => view.getInt32(o, true));
    case ElementType.int8:
      return read(1, (o) => view.getInt8(o));
    case ElementType.uint8:
    case ElementType.bool:
      return read(1, (o) => view.getUint8(o));
    default:
      return undefined;
  }
}

function typedValues(tensor: TensorProto): number[] | undefined {
  switch (tensor.dataType) {
    case ElementType.float32:
      return tensor.floatData;
    case ElementType.float64:
      return tensor.doubleData;
    case ElementType.int64:
      return tensor.int64Data.map(Number);
    case ElementType.int32:
    case ElementType.int8:
    case ElementType.uint8:
    case ElementType.bool:
      return tensor.int32Data;
    default:
      return undefined;
  }
}

/** An int64 tensor; `dims` default to one axis of the values' length, `[]` makes a scalar. */
export function int64Tensor(name: string, values: number[], dims: number[] = [values.length]): TensorProto {
  const rawData = new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer);
  return create(TensorProtoSchema, { name, dataType: ElementType.int64, dims: dims.map(BigInt), rawData });
}

/** A float32 tensor; `dims` as for `int64Tensor`. */
export function float32Tensor(name: string, values: number[], dims: number[] = [values.length]): TensorProto {
  const rawData = new Uint8Array(new Float32Array(values).buffer);
  return create(TensorProtoSchema, { name, dataType: ElementType.float32, dims: dims.map(BigInt), rawData });
}

/** A tensor of whole numbers or truth values of a type that has `wholeRanges` or is `bool`, all of whose values fit, or else of float32. */
export function constantTensor(
  name: string,
  elementType: number,
  values: readonly number[],
  dims: readonly number[],
): TensorProto {
  const [dataType, array] = typedArray(elementType, values);
  const rawData = new Uint8Array(array.buffer);
  return create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData });
}

function typedArray(elementType: number, values: readonly number[]): [number, ArrayBufferView<ArrayBuffer>] {
  switch (elementType) {
    case ElementType.uint8:
    case ElementType.bool:
      return [elementType, Uint8Array.from(values)];
    case ElementType.int8:
      return [elementType, Int8Array.from(values)];
    case ElementType.uint16:
      return [elementType, Uint16Array.from(values)];
    case ElementType.int16:
      return [elementType, Int16Array.from(values)];
    case ElementType.uint32:
      return [elementType, Uint32Array.from(values)];
    case ElementType.int32:
      return [elementType, Int32Array.from(values)];
    case ElementType.uint64:
      return [elementType, BigUint64Array.from(values, BigInt)];
    case ElementType.int64:
      return [elementType, BigInt64Array.from(values, BigInt)];
    default:
      return [ElementType.float32, Float32Array.from(values)];
  }
}
