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
  const cell = (row: number, column: number) => map[row * from.width + column] ?? 0;
  const along = (row: number, { low, high, share }: Sample) => cell(row, low) * (1 - share) + cell(row, high) * share;
  return Float32Array.from(
    rows.flatMap((row) =>
      columns.map((column) => along(row.low, column) * (1 - row.share) + along(row.high, column) * row.share),
    ),
  );
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
