/** Bringing a map from one grid to another. */

export interface GridSize {
  height: number;
  width: number;
}

/** Bilinear, with cell centres half a cell from the border; beyond the outermost centres the border cell counts. */
export function resized(map: Float32Array, from: GridSize, to: GridSize): Float32Array {
  if (from.height === to.height && from.width === to.width) return map;
  const rows = samples(from.height, to.height);
  const columns = samples(from.width, to.width);
  const result = new Float32Array(to.height * to.width);
  let at = 0;
  for (const row of rows) {
    const [upper, lower] = [row.low * from.width, row.high * from.width];
    for (const { low, high, share } of columns) {
      const above = (map[upper + low] ?? 0) * (1 - share) + (map[upper + high] ?? 0) * share;
      const below = (map[lower + low] ?? 0) * (1 - share) + (map[lower + high] ?? 0) * share;
      result[at] = above * (1 - row.share) + below * row.share;
      at += 1;
    }
  }
  return result;
}

/** Two neighbouring cells, and how much the higher one counts. */
interface Sample {
  low: number;
  high: number;
  share: number;
}

function samples(from: number, to: number): Sample[] {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(place);
    return { low, high: Math.min(low + 1, from - 1), share: place - low };
  });
}
