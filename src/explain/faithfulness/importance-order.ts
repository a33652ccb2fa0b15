/**
 * Pixels from the most important to the least; of equally important ones the first, row by row.
 * @param map one value a pixel
 */
export function importanceOrder(map: Float32Array): Uint32Array {
  const order = Uint32Array.from(map, (_, pixel) => pixel);
  return order.sort((a, b) => (map[b] ?? 0) - (map[a] ?? 0) || a - b);
}
