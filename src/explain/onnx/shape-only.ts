/** Operators that hand all values on in their order, in another shape or type: `[N, K]` to `[N, K, 1, 1]` and the like. */
export const shapeOnly: ReadonlySet<string> = new Set([
  'Cast',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
]);
