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

/** What fits into the types of whole numbers; of 64 bits, what a number of JavaScript holds exactly. */
export const wholeRanges: Readonly<Record<number, { lowest: number; highest: number }>> = {
  [ElementType.uint8]: { lowest: 0, highest: 255 },
  [ElementType.int8]: { lowest: -128, highest: 127 },
  [ElementType.uint16]: { lowest: 0, highest: 65_535 },
  [ElementType.int16]: { lowest: -32_768, highest: 32_767 },
  [ElementType.uint32]: { lowest: 0, highest: 2 ** 32 - 1 },
  [ElementType.int32]: { lowest: -(2 ** 31), highest: 2 ** 31 - 1 },
  [ElementType.uint64]: { lowest: 0, highest: 2 ** 53 },
  [ElementType.int64]: { lowest: -(2 ** 53), highest: 2 ** 53 },
};

/** A type as ONNX calls it; its number where Gradline does not name it. */
export function elementTypeName(elementType: number): string {
  return Object.entries(ElementType).find(([, number]) => number === elementType)?.[0] ?? `type ${elementType}`;
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
