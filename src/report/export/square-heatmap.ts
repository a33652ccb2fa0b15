import { cover, type Grid, interpolateRow } from '../../shared/picture/upsample.ts';

/** A map on a square grid of `side` rows and columns, bilinearly with half-pixel centres, as overlays are drawn. @returns `[side, side]` */
export function squareHeatmap(map: Grid, side: number): Float32Array {
  const size = { width: side, height: side };
  const coverage = cover(map, { left: 0, top: 0, ...size }, size);
  const square = new Float32Array(side * side);
  for (let row = 0; row < side; row += 1) {
    interpolateRow(map, coverage, row, square.subarray(row * side, (row + 1) * side));
  }
  return square;
}
