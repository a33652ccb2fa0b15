import type { Size } from '../../../../shared/picture/raster.ts';
import { cover, type Grid, interpolateRow } from '../../../../shared/picture/upsample.ts';
import type { RegionRecord } from '../../../../shared/run/record.ts';

/** How far from a region a maximum may lie: 15 pixels of a picture with 224 (the pointing game's tolerance, Zhang et al. 2018). */
const tolerance = 15 / 224;

/**
 * The pointing game (Zhang et al. 2018, Top-down Neural Attention), and the share of the evidence that lies inside (the energy-based pointing game
 * of Wang et al. 2020, Score-CAM): of the positive part of the map as it is drawn.
 * @param peak position of the map's maximum in pixels of what the model saw
 * @param mask of the regions, `[height, width]` of what the model saw
 * @returns null where what the model saw holds nothing of the regions, or the map has no positive part
 */
export function measureRegion(
  map: Grid,
  peak: { x: number; y: number },
  mask: Uint8Array,
  seen: Size,
): RegionRecord | null {
  const area = mask.reduce((sum, inside) => sum + inside, 0);
  const { inside, total } = positiveParts(map, mask, seen);
  if (area === 0 || !(total > 0)) return null;
  return { hit: liesNear(peak, mask, seen), inside: share(inside / total), area: share(area / mask.length) };
}

function positiveParts(map: Grid, mask: Uint8Array, seen: Size): { inside: number; total: number } {
  const coverage = cover(map, { left: 0, top: 0, ...seen }, seen);
  const line = new Float32Array(seen.width);
  let [inside, total] = [0, 0];
  for (let row = 0; row < seen.height; row++) {
    interpolateRow(map, coverage, row, line);
    for (let column = 0; column < seen.width; column++) {
      const value = Math.max(line[column] ?? 0, 0);
      total += value;
      if (mask[row * seen.width + column] === 1) inside += value;
    }
  }
  return { inside, total };
}

function liesNear({ x, y }: { x: number; y: number }, mask: Uint8Array, { width, height }: Size): boolean {
  const reach = tolerance * Math.max(width, height);
  for (let row = Math.max(0, Math.floor(y - reach)); row < Math.min(height, y + reach); row++) {
    for (let column = Math.max(0, Math.floor(x - reach)); column < Math.min(width, x + reach); column++) {
      if (mask[row * width + column] !== 1) continue;
      if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= reach) return true;
    }
  }
  return false;
}

function share(value: number): number {
  return Math.min(1, Number(value.toPrecision(6)));
}
