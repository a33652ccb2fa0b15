/** Numbers of `TensorProto.DataType` (onnx.ai, IR specification) that Gradline names. */
export const ElementType = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

const numbersByName: Record<string, number> = ElementType;

/** The number for a name as ONNX Runtime's session metadata spells it; undefined for types that are not tensors of numbers. */
export function elementTypeByName(name: string): number | undefined {
  return numbersByName[name];
}

/** Types that a gradient can have. */
export function isFloat(elementType: number): boolean {
  return (
    elementType === ElementType.float32 ||
    elementType === ElementType.float64 ||
    elementType === ElementType.float16 ||
    elementType === ElementType.bfloat16
  );
}
