import type { Size } from '../../../shared/picture/raster.ts';
import type { MapRecord } from '../../../shared/run/record.ts';

/** What a map's numbers say, as the record has it. */
export type MapDescription = Pick<
  MapRecord,
  | 'min'
  | 'max'
  | 'mean'
  | 'peak'
  | 'centre'
  | 'areaAboveHalf'
  | 'borderShare'
  | 'degenerate'
  | 'degenerateReason'
  | 'workingLayer'
>;

/** What else is known about a map, as `LayerMaps` gives it for each image. */
export interface MapOrigin {
  /** The explained class; -1 where the image has no such target. */
  class: number;
  /** Largest absolute gradient at the layer; NaN for methods without gradients. */
  gradientPeak: number;
  /** Where the class score reads only the layer's class token: the layer to name in its place. */
  workingLayer?: string | undefined;
}

/**
 * Describes one raw map `[height, width]` over what the model saw. Every number is finite whatever the map holds: cells that are not
 * finite are left out, and a map of nothing else gives zeros. The peak is the first maximum, row by row.
 */
export function describeMap(
  values: Float32Array,
  height: number,
  width: number,
  seen: Size,
  origin: MapOrigin,
): MapDescription {
  const cells = summarise(values, height, width);
  const { min, max, peak } = cells;
  const reason = degenerateReason(cells, origin);
  const place = (column: number, row: number) => ({
    x: ((column + 0.5) * seen.width) / width,
    y: ((row + 0.5) * seen.height) / height,
  });
  const base = {
    min,
    max,
    // Rounding must not carry the mean of equal cells past them.
    mean: cells.finite === 0 ? 0 : Math.min(Math.max(cells.sum / cells.finite, min), max),
    peak: place(peak % width, Math.floor(peak / width)),
    degenerate: reason !== null,
    degenerateReason: reason,
  };
  if (reason !== null) {
    const { workingLayer } = origin;
    const advice = reason === 'class-token-only' && workingLayer !== undefined ? { workingLayer } : {};
    return { ...base, ...advice, centre: null, areaAboveHalf: 0, borderShare: 0 };
  }
  return {
    ...base,
    centre: place(cells.columnMoment / cells.positive, cells.rowMoment / cells.positive),
    areaAboveHalf: values.reduce((count, value) => count + (value > max / 2 ? 1 : 0), 0) / values.length,
    borderShare: Math.min(cells.border / cells.positive, 1),
  };
}

interface Summary {
  /** Number of finite cells. */
  finite: number;
  allFinite: boolean;
  min: number;
  max: number;
  sum: number;
  /** Index of the first maximum. */
  peak: number;
  /** Sum of the positive cells, of the same times their column and row, and of those on the outermost ring. */
  positive: number;
  columnMoment: number;
  rowMoment: number;
  border: number;
}

function summarise(values: Float32Array, height: number, width: number): Summary {
  const cells: Summary = {
    finite: 0,
    allFinite: true,
    min: 0,
    max: 0,
    sum: 0,
    peak: 0,
    positive: 0,
    columnMoment: 0,
    rowMoment: 0,
    border: 0,
  };
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) {
      cells.allFinite = false;
      return;
    }
    if (cells.finite === 0 || value < cells.min) cells.min = value;
    if (cells.finite === 0 || value > cells.max) {
      cells.max = value;
      cells.peak = i;
    }
    cells.finite++;
    cells.sum += value;
    if (value <= 0) return;
    const column = i % width;
    const row = Math.floor(i / width);
    cells.positive += value;
    cells.columnMoment += value * column;
    cells.rowMoment += value * row;
    if (column === 0 || row === 0 || column === width - 1 || row === height - 1) cells.border += value;
  });
  return cells;
}

/** The first reason that holds, from the outside in. */
function degenerateReason({ allFinite, max }: Summary, origin: MapOrigin): string | null {
  if (origin.class === -1) return 'no-label';
  if (!allFinite) return 'not-finite';
  if (origin.gradientPeak === 0) return origin.workingLayer === undefined ? 'no-gradient' : 'class-token-only';
  if (max <= 0) return 'no-positive-evidence';
  return null;
}
