/** Bringing a map from one grid to another. */

export interface GridSize {
  height: number;
  width: number;
}

/** Bilinear, with cell centres half a cell from the border; beyond the outermost centres the border cell counts. */
export function resized(map: Float32Array, from: GridSize, to: GridSize): Float32Array {
  if (from.height === to.height && from.width === to.width) return map;
  return resizeInto(new Float32Array(to.height * to.width), map, from, to);
}

/** As `resized`, into `target`, `[to.height, to.width]`, which is also returned. */
export function resizeInto<Values extends Float32Array | Float64Array>(
  target: Values,
  map: Values,
  from: GridSize,
  to: GridSize,
): Values {
  const rows = samples(from.height, to.height);
  const columns = samples(from.width, to.width);
  let at = 0;
  for (const row of rows) {
    const [upper, lower] = [row.low * from.width, row.high * from.width];
    for (const { low, high, share } of columns) {
      const above = (map[upper + low] ?? 0) * (1 - share) + (map[upper + high] ?? 0) * share;
      const below = (map[lower + low] ?? 0) * (1 - share) + (map[lower + high] ?? 0) * share;
      target[at] = above * (1 - row.share) + below * row.share;
      at += 1;
    }
  }
  return target;
}

/** Two neighbouring cells, and how much the higher one counts. */
export interface Sample {
  low: number;
  high: number;
  share: number;
}

function samples(from: number, to: number): Sample[] {
  return Array.from({ length: to }, (_, i) => sampleAt(i + 0.5, to, from));
}

/** Where `place` on an axis of `length` falls among `cells` that divide it: between which two centres, and how far on the way. */
export function sampleAt(place: number, length: number, cells: number): Sample {
  const position = Math.min(Math.max((place * cells) / length - 0.5, 0), cells - 1);
  const low = Math.floor(position);
  return { low, high: Math.min(low + 1, cells - 1), share: position - low };
}
