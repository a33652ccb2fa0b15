/** Boxes around what a map shows. */

import { at } from '../../explain/at.ts';
import type { SeenPart } from '../../shared/run/record.ts';

/** In pixels of the original, origin at its top left corner. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** As COCO's polygons are written: x and y of each corner, clockwise from the upper left. */
export function cornersOf({ left, top, width, height }: Box): number[] {
  return [left, top, left + width, top, left + width, top + height, left, top + height];
}

export interface MapBox extends Box {
  /** Highest value inside over the map's maximum: 1 for the strongest area. */
  strength: number;
}

/** Of the maximum, as for `areaAboveHalf` of a record. Boxes around whole objects take a fifth (Zhou et al. 2016, section 3.2). */
const threshold = 0.5;

/**
 * The areas of a map above half of its maximum, the strongest first: cells that touch with a side are one area.
 * @param heatmap `[height, width]`, signed
 * @param seen what the map covers in the original
 * @param original a box never leaves it
 * @returns none where nothing of the map is positive
 */
export function mapBoxes(
  heatmap: ArrayLike<number>,
  { height, width }: { height: number; width: number },
  seen: SeenPart,
  original: { width: number; height: number },
): MapBox[] {
  const values = Array.from(heatmap);
  const maximum = Math.max(...values);
  if (!(maximum > 0)) return [];
  const left = new Set(values.flatMap((value, cell) => (value >= threshold * maximum ? [cell] : [])));
  const boxes: MapBox[] = [];
  for (const start of left) {
    const area = takeArea(start, left, width);
    const box = boxOf(area, { height, width }, seen, original);
    if (box === null) continue;
    boxes.push({ ...box, strength: Math.max(...area.map((cell) => at(values, cell))) / maximum });
  }
  return boxes.sort((a, b) => b.strength - a.strength);
}

/** Takes the cells that hang together with `start` out of those left. */
function takeArea(start: number, left: Set<number>, width: number): number[] {
  const area = [start];
  left.delete(start);
  for (const cell of area) {
    const column = cell % width;
    const neighbours = [
      cell - width,
      cell + width,
      ...(column > 0 ? [cell - 1] : []),
      ...(column + 1 < width ? [cell + 1] : []),
    ];
    for (const neighbour of neighbours) if (left.delete(neighbour)) area.push(neighbour);
  }
  return area;
}

/** Null where all of the area lies in the padding. */
function boxOf(
  area: readonly number[],
  grid: { height: number; width: number },
  seen: SeenPart,
  original: { width: number; height: number },
): Box | null {
  const rows = area.map((cell) => Math.floor(cell / grid.width));
  const columns = area.map((cell) => cell % grid.width);
  const x = (column: number) => clamp(seen.left + (column / grid.width) * seen.width, original.width);
  const y = (row: number) => clamp(seen.top + (row / grid.height) * seen.height, original.height);
  const [left, right] = [x(Math.min(...columns)), x(Math.max(...columns) + 1)];
  const [top, bottom] = [y(Math.min(...rows)), y(Math.max(...rows) + 1)];
  return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : null;
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, 0), limit);
}
